"""Pages of the standard that a client reads by URI."""

from typing import Annotated

from pydantic import Field

from trivium.api import NotFound, ResourceSpec, resource
from trivium_hl7 import completions
from trivium_hl7.explain import editions, fields, markdown, messages, segments, tables
from trivium_hl7.explain.problems import QuestionProblem

_Version = Annotated[str, Field(max_length=12, description="HL7 version, 2.1 to 2.9.")]
_MOST_CODES = 500


@resource(
    "hl7://{version}/segment/{id}",
    title="HL7 v2 segment",
    complete={"version": completions.versions, "id": completions.segments},
)
def hl7_segment(version: _Version, id: Annotated[str, Field(max_length=8, description="Segment id, e.g. PID.")]) -> str:  # noqa: A002 - the URI says id
    """A segment of HL7 v2 in one version: fields with type, usage, length and table, structures, changes."""
    found = segments.explain(id, version)
    if found.status != "defined":
        raise NotFound(where="id", problem=QuestionProblem.NO_SUCH_SEGMENT)
    return markdown.segment(found)


@resource(
    "hl7://{version}/field/{place}",
    title="HL7 v2 field",
    complete={"version": completions.versions, "place": completions.fields},
)
def hl7_field(
    version: _Version,
    place: Annotated[str, Field(max_length=24, description="Field, component or sub-component, e.g. PID-3.4.")],
) -> str:
    """A field of HL7 v2 in one version, or a part of one: type, usage, form, codes, history."""
    found = fields.explain(place, version)
    if found.status != "defined" or not found.levels:
        raise NotFound(where="place", problem=QuestionProblem.NO_SUCH_FIELD)
    return markdown.field(found)


@resource(
    "hl7://{version}/message/{structure}",
    title="HL7 v2 message structure",
    complete={"version": completions.versions, "structure": completions.message_structures},
)
def hl7_message(
    version: _Version,
    structure: Annotated[str, Field(max_length=16, description="Structure as MSH-9.3 names it (ADT_A01), or ADT^A04.")],
) -> str:
    """A message structure of HL7 v2 in one version: segments and groups with cardinalities, events, answers."""
    editions.asked(version)
    found = messages.explain(structure, version)
    if found.status != "defined":
        raise NotFound(where="structure", problem=QuestionProblem.NO_SUCH_MESSAGE)
    return markdown.message(found)


@resource("hl7://table/{number}", title="HL7 v2 table", complete={"number": completions.tables})
def hl7_table(number: Annotated[str, Field(max_length=16, description="Table number, e.g. 0001.")]) -> str:
    """A table of HL7 v2: who keeps it, its codes with displays, status and versions."""
    if tables.number_of(number) is None:
        raise NotFound(where="number", problem=QuestionProblem.NO_SUCH_TABLE)
    found = tables.lookup(number, None, None, limit=_MOST_CODES, offset=0)
    if found.status != "found":
        raise NotFound(where="number", problem=QuestionProblem.NO_SUCH_TABLE)
    return markdown.table(found)


def all_resources() -> list[ResourceSpec]:
    return [hl7_segment, hl7_field, hl7_message, hl7_table]
