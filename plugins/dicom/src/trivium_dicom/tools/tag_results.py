"""What `lookup_dicom_tag` answers."""

from pydantic import Field

from trivium_dicom.result import Result


class TagMatch(Result):
    """One dictionary entry."""

    tag: str = Field(description="(gggg,eeee); x: any digit.")
    keyword: str | None = None
    name: str | None = None
    vr: str | None = Field(None, description="Missing where only a private creator could say.")
    vm: str | None = None
    retired: bool | None = None
    kind: str | None = Field(
        None, description="Unless standard: repeating, group_length, private_creator, _element or _definition."
    )
    creator: str | None = Field(None, description="The private creator that defines it so.")
    matched_by: str = Field(description="number, keyword, name, words (of the name) or near (misspelled).")
    score: float | None = Field(None, description="Below 1, of what is not exact.")


class TagMatches(Result):
    """Dictionary entries, best first."""

    within: list[str] | None = Field(None, description="Of a path: the sequences around, outermost first.")
    matches: list[TagMatch]
    total: int = Field(description="On all pages.")
    next_offset: int | None = None
    note: str | None = None
    dictionary: str
