"""The tool `decode_private_tags`."""

from typing import Annotated, Final

from pydantic import Field

from trivium.api import BadInput, Effect, Given, Kind, Phi, tool
from trivium_dicom.files.desk import TOOL_SECONDS, Desk
from trivium_dicom.private.result import PrivateTags

_DUMP: Final = 4_000_000


@tool(effect=Effect.READS_FILES, title="Decode private DICOM tags", timeout=TOOL_SECONDS)
def decode_private_tags(
    desk: Given[Desk],
    path: Annotated[
        str | None,
        Phi(Kind.FILE),
        Field(description="A DICOM file in an allowed folder, or its stand-in.", max_length=4096),
    ] = None,
    dump: Annotated[
        str | None,
        Field(
            description="Or a pasted dump: dcmdump, gdcmdump, dcdump, pydicom, DICOM JSON, lines `0029,1010 ...`.",
            max_length=_DUMP,
        ),
    ] = None,
    tag: Annotated[str | None, Field(description="E.g. (0029,1010) or (0029,xx10).", max_length=40)] = None,
    creator: Annotated[
        str | None,
        Field(description="Private creator, e.g. 'SIEMENS CSA HEADER'; alone: its elements.", max_length=200),
    ] = None,
    words: Annotated[str | None, Field(description="Of names, e.g. 'b value'.", max_length=200)] = None,
    limit: Annotated[int, Field(ge=1, le=500, description="Most elements and entries.")] = 50,
    offset: Annotated[int, Field(ge=0, description="next_offset of the answer before.")] = 0,
    value_limit: Annotated[int, Field(ge=20, le=10_000, description="Longer values are cut.")] = 200,
) -> PrivateTags:
    """Say what private DICOM elements mean, by their private creator and block, and decode their values.

    Give a file, a pasted dump, or neither: then the dictionaries are asked by tag and creator, by creator or by words.
    tag, creator and words also narrow a file or dump down; with tag or words, the entries of headers inside an element
    are listed: Siemens CSA with its protocol (ASCCONV), GE protocol data block. For standard elements use
    explain_dicom_tag.

    Blocks move between files, so a tag alone tells little. basis says how sure a meaning is: creator; near_creator
    (other spelling or version); hint (creator missing: what others define there, maybe wrong); none. not_decoded says
    why a value is absent. An element that the dictionaries (pydicom, dicom3tools, PS3.15) lack has no name. Values are
    withheld as free text, save dates, UIDs, and numbers that PS3.15 lists as safe. Pages go on with next_offset.
    """
    from trivium_dicom.private.answering import decode_dump, decode_file
    from trivium_dicom.private.asking import Asked, AskProblem, read_creator, read_tag, read_words
    from trivium_dicom.private.dictionary_answers import answer_of

    if path is not None and dump is not None:
        raise BadInput(where="dump", problem=AskProblem.TWO_SOURCES)
    asked = Asked(read_tag(tag), read_creator(creator), read_words(words), limit, offset, value_limit)
    if path is not None:
        return desk.work(decode_file, path, asked)
    if dump is not None:
        seconds = desk.limits.seconds
        return desk.workers.run(decode_dump, dump, desk.limits, asked, where="dump", seconds=seconds)
    if tag is None and creator is None and words is None:
        raise BadInput(where="path", problem=AskProblem.NOTHING)
    return answer_of(asked)
