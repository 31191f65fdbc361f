"""The tool `lookup_dicom_uid`."""

from typing import Annotated, Final

from pydantic import Field

from trivium.api import PUBLIC, BadInput, Effect, Kind, NotFound, Phi, Problem, tool
from trivium_dicom.tools.uid_results import UidMatches

_LONGEST: Final = 300


class UidProblem(Problem):
    UNREADABLE = "is no UID, keyword or words of a name"
    TOO_LONG = "is longer than {limit} characters"
    NO_SUCH_WORDS = "is no UID, keyword or name that DICOM or a known vendor registered, and not nearly one"


@tool(effect=Effect.LOCAL, title="Look up a DICOM UID")
def lookup_dicom_uid(
    uid: Annotated[
        str,
        Phi(Kind.UID),
        Field(description="1.2.840.10008.5.1.4.1.1.2, CTImageStorage, or words: jpeg lossless, modality worklist."),
    ],
    limit: Annotated[int, Field(ge=1, le=50, description="Most matches.")] = 10,
) -> Annotated[UidMatches, PUBLIC]:
    """Look up a DICOM UID by number, keyword or words of its name: SOP class, transfer syntax, well-known UID.

    Use it to learn what a UID stands for, what a transfer syntax does to the pixels, or where a UID without a name
    comes from. For all modules and attributes of a SOP class use explain_dicom_iod; for elements lookup_dicom_tag; to
    find a study by its UID use pacs_query.

    Returns matches best first: name, type, retired; the first three with their details: for a storage SOP class its
    object with the mandatory modules, for a transfer syntax VR, byte order, deflated, encapsulated, codec and loss. A
    UID that nobody registered gives its origin as a hint: known root, country or arc, the UUID it was made of; and
    what is wrong with how it is written. It is never repeated. Unknown words are an error, not_found.
    """
    if len(uid) > _LONGEST:
        raise BadInput(where="uid", problem=UidProblem.TOO_LONG, limit=_LONGEST)
    from trivium_dicom.tools import uid_answers
    from trivium_dicom.uids import form
    from trivium_dicom.words import compact

    if not compact(uid):
        raise BadInput(where="uid", problem=UidProblem.UNREADABLE)
    if form.looks_like_uid(uid):
        return uid_answers.by_uid(uid)
    found = uid_answers.by_words(uid, limit)
    if found is None:
        raise NotFound(where="uid", problem=UidProblem.NO_SUCH_WORDS)
    return found
