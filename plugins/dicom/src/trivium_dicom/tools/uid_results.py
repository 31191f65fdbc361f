"""What `lookup_dicom_uid` answers."""

from typing import Annotated

from pydantic import Field

from trivium.api import Kind, Phi
from trivium_dicom.result import Result


class SopClassFacts(Result):
    """The object that instances of a storage SOP class are."""

    iod: str
    id: str = Field(description="For explain_dicom_iod.")
    mandatory_modules: list[str]
    conditional_modules: int
    optional_modules: int
    functional_groups: int | None = Field(None, description="Macros of a multi-frame object.")


class SyntaxFacts(Result):
    """How a transfer syntax encodes."""

    vr: str = Field(description="explicit, implicit or none.")
    byte_order: str
    deflated: bool | None = None
    encapsulated: bool
    codec: str | None = None
    loss: str = Field(description="none (not compressed), lossless, lossy or either.")
    note: str | None = None
    source: str


class UidMatch(Result):
    uid: str
    keyword: str | None = None
    name: str
    type: str
    retired: bool | None = None
    sop_class: SopClassFacts | None = None
    transfer_syntax: SyntaxFacts | None = None
    note: str | None = None
    matched_by: str = Field(description="number, keyword, name, words (of the name) or near (misspelled).")
    score: float | None = Field(None, description="Below 1, of what is not exact.")


class Origin(Result):
    """What the root of a UID hints at. No proof: toolkits lend their roots, devices change hands."""

    root: str | None = None
    owner: str | None = None
    arc: str | None = Field(None, description="Country or other part of the tree of object identifiers.")
    uuid: Annotated[str | None, Phi(Kind.UID)] = Field(None, description="Which the UID was made of.")
    uuid_version: int | None = None
    source: str | None = None


class UidMatches(Result):
    """UIDs with a name, best first; of a UID without, where it comes from."""

    matches: list[UidMatch]
    total: int = Field(description="More than returned when limit cuts.")
    origin: Origin | None = None
    faults: list[str] | None = Field(None, description="What is wrong with how the UID is written (PS3.5 clause 9.1).")
    note: str | None = None
    dictionary: str
