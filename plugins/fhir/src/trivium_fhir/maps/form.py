"""The form of a site's file: sections, rows, keys. Names and paths are checked in `checking`.

TOML, or the same as JSON::

    [[segment]]
    map = "PID[Patient]"                 # as the guide names it
    v2 = "PID-6"                         # its v2 column
    to = "extension[90].url"
    constant = "http://example.org/fhir/mothers-name"

    [[segment]]
    map = "PID[Patient]"
    v2 = "PID-6"
    to = "extension[90].valueHumanName"
    when = ["not", ["eq", "PID-6.1", "UNKNOWN"]]     # the guide's expression form
    data_type_map = "XPN[HumanName]"

    [[segment]]
    action = "override"                  # in place of the guide's rows of this v2 column
    map = "PID[Patient]"
    v2 = "PID-8"
    to = "gender"
    concept_map = "AdministrativeSex"

    [[datatype]]
    action = "drop"
    map = "XPN[HumanName]"
    v2 = "XPN.15"

    [[code]]
    map = "AdministrativeSex"
    v2 = "W"
    code = "female"
    system = "http://hl7.org/fhir/administrative-gender"

A segment that the guide has no map for, a Z segment above all, gets one of the site's own: `[[map]]` says whether it
adds to the nearest resource of the type that the message makes, or makes a new one each time. Its rows are written as
all others::

    [[map]]
    map = "ZPD[Patient]"                 # segment and resource
    resource = "nearest"

    [[segment]]
    map = "ZPD[Patient]"
    v2 = "ZPD-1"
    to = "extension[1].url"
    constant = "http://example.org/fhir/ward-of-birth"

    [[segment]]
    map = "ZPD[Patient]"
    v2 = "ZPD-1"
    to = "extension[1].valueString"

    [[map]]
    map = "ZPD[Observation]"
    resource = "new"                     # its subject is the message's patient

    [[segment]]
    map = "ZPD[Observation]"
    v2 = "ZPD"                           # once for the segment
    to = "status"
    constant = "final"

    [[segment]]
    map = "ZPD[Observation]"
    v2 = "ZPD-2"
    to = "code"
    data_type_map = "CWE[CodeableConcept]"

    [[segment]]
    map = "ZPD[Observation]"
    v2 = "ZPD-3"
    to = "valueString"

A map of the guide may be named in `[[map]]` too: its rows are then applied in messages for which the guide does not
name it (`TXA[DocumentReference]`, `new`).
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import Annotated, Final, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trivium.api import BadInput, TooLarge
from trivium_fhir.maps.problems import MapsProblem

LONGEST: Final = 1_000_000
MOST_ROWS: Final = 20_000
WHERE: Final = "site maps"
_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_]{1,40}")
_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")

Text = Annotated[str, Field(min_length=1, max_length=400, strict=True)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class MapForm(_Part):
    """`[[map]]`."""

    map: Text
    resource: Literal["new", "nearest"]


class _Form(_Part):
    action: Literal["add", "override", "drop"] = "add"
    map: Text
    v2: Text


class RowForm(_Form):
    """`[[segment]]` and `[[datatype]]`."""

    to: Text | None = None
    replaces: Text | None = None
    type: Text | None = None
    when: list[object] | None = None
    data_type_map: Text | None = None
    concept_map: Text | None = None
    constant: Text | None = None


class CodeForm(_Form):
    """`[[code]]`."""

    code: Text | None = None
    system: Text | None = None
    display: Text | None = None


class FileForm(_Part):
    title: Annotated[str, Field(max_length=200)] = ""
    map: tuple[MapForm, ...] = ()
    segment: tuple[RowForm, ...] = ()
    datatype: tuple[RowForm, ...] = ()
    code: tuple[CodeForm, ...] = ()


def fault(section: str, number: int, key: str | None, problem: MapsProblem) -> NoReturn:
    """Refuse a row: `site maps, [[segment]] row 3, to is a path that ...`. `number` counts from 1."""
    place = f"{WHERE}, [[{section}]] row {number}"
    raise BadInput(where=f"{place}, {key}" if key else place, problem=problem)


def read_form(text: str, *, is_json: bool = False) -> FileForm:
    """The rows of a file. Raises `BadInput` that names section, row and key, and `TooLarge`."""
    if len(text) > LONGEST:
        raise TooLarge(where=WHERE, problem=MapsProblem.TOO_LARGE, limit=LONGEST)
    try:
        form = FileForm.model_validate(_json(text) if is_json else _toml(text))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
    else:
        if len(form.map) + len(form.segment) + len(form.datatype) + len(form.code) > MOST_ROWS:
            raise TooLarge(where=WHERE, problem=MapsProblem.TOO_MANY, limit=MOST_ROWS)
        return form
    raise BadInput(where=_place(first["loc"]), problem=_problem(first["type"]))


def _toml(text: str) -> object:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        where = f"{WHERE}, line {line[1]}," if line else WHERE
    except RecursionError:
        where = WHERE
    raise BadInput(where=where, problem=MapsProblem.NOT_TOML)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"{WHERE}, line {error.lineno},"
    except (RecursionError, ValueError):  # a number of too many digits is a ValueError
        where = WHERE
    raise BadInput(where=where, problem=MapsProblem.NOT_JSON)


def _problem(kind: str) -> MapsProblem:
    match kind:
        case "extra_forbidden":
            return MapsProblem.UNKNOWN_KEY
        case "missing":
            return MapsProblem.MISSING_KEY
        case _:
            return MapsProblem.BAD_VALUE


def _place(steps: tuple[int | str, ...]) -> str:
    """`("segment", 2, "to")` is `site maps, [[segment]] row 3, to`."""
    said = [WHERE]
    for step in steps[:3]:
        if isinstance(step, int):
            said[-1] = f"[[{said[-1]}]] row {step + 1}"
        elif _PLAIN_KEY.fullmatch(step):
            said.append(step)
    return ", ".join(said)
