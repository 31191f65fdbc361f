"""Arguments that somebody made to hurt, given to every FHIR tool as a client gives them: through the whole host.

Each answer is a result or a coded error, within a bounded time and size, and no value of the input is in an error, in a
log record or in the audit trail.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
from tests.fhir.hostile import CANARY, HEAD, MESSAGES, PID, RESOURCES, ROW, ROWS, TEXTS, as_json, bundle_of
from tests.fhir.servers.kit import PATIENT, statement
from tests.fhir.servers.scripted import Answer, Asked, fhir, scripted

import trivium_fhir.plugin
from trivium.api import Workers
from trivium.testing import Person, connect, error_code, memory_host, text_of

pytestmark = pytest.mark.anyio

_SECONDS: Final = 30.0
_LONGEST_ANSWER: Final = 6_000_000
"""Twice the longest: it is there as text and as a structure."""
_CODES: Final = frozenset(
    {
        *("bad_input", "not_found", "too_large", "timeout", "limit_exceeded", "destination_not_allowed"),
        *("peer_failed", "peer_rejected", "peer_unavailable", "peer_timeout", "approval_declined"),
    }
)
_PATIENT: Final = as_json(PATIENT)
_AT: Final = {"endpoint": "main"}
_OF_PATIENTS: Final = {**_AT, "type": "Patient"}


def _each(argument: str, texts: Mapping[str, str], **more: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{argument}: {name}", {argument: text, **more}) for name, text in texts.items()]


def _listed(argument: str, **more: Any) -> list[tuple[str, dict[str, Any]]]:
    """Each text alone in a list, and a long list."""
    one = [(f"{argument}: {name}", {argument: [text], **more}) for name, text in TEXTS.items()]
    return [*one, (f"{argument}: many", {argument: [CANARY] * 10_000, **more})]


_PAIRS: Final = {name: f"identifier={text}" for name, text in TEXTS.items()} | {
    "a long chain": "subject:Patient." * 5_000 + f"name={CANARY}",
    "a reverse chain": "_has:Observation:subject:" * 2_000 + f"code={CANARY}",
    "commas": "identifier=" + f"{CANARY}," * 20_000,
    "a control": f"_count={CANARY}",
}
CALLS: Final[dict[str, list[tuple[str, dict[str, Any]]]]] = {
    "convert_hl7_to_fhir": [
        *_each("message", MESSAGES),
        *_each("message", MESSAGES, report="full", bundle="collection", limit=1000),
        *_each("time_zone", TEXTS, message=f"{HEAD}\r{PID}"),
    ],
    "convert_fhir_to_hl7": [
        *_each("bundle", RESOURCES, message_type="ADT^A08", report="full", limit=1000),
        *_each("message_type", TEXTS, bundle=_PATIENT),
        *_each("version", TEXTS, bundle=_PATIENT, message_type="ADT^A08"),
        *_each("sending_application", TEXTS, bundle=_PATIENT, message_type="ADT^A08"),
    ],
    "map_hl7_to_fhir": _each("field_ref", TEXTS),
    "map_fhir_to_hl7": _each("path", TEXTS),
    "convert_dicom_to_imaging_study": [
        *_each("query_results", ROWS),
        *_each("path", TEXTS),
        *_each("folder", TEXTS),
        *_each("endpoint", TEXTS, query_results=as_json([ROW])),
    ],
    "convert_order_to_worklist": [
        *_each("message", MESSAGES),
        *_each("accession_number_field", TEXTS, message=MESSAGES["an order"]),
    ],
    "convert_study_to_order": [
        *_each("query_results", ROWS),
        *_each("path", TEXTS),
        *_each("study_instance_uid", TEXTS, query_results=as_json([ROW])),
        *_each("message_time", TEXTS, query_results=as_json([ROW])),
    ],
    "validate_fhir_resource": _each("resource", RESOURCES, severity="note", limit=500),
    "evaluate_fhirpath": [
        *_each("resource", RESOURCES, expression="descendants()"),
        *_each("expression", TEXTS, resource=_PATIENT),
        *_each(
            "expression",
            {
                "a long loop": "(1 | 2 | 3)" + ".select($this | $this + 1)" * 300,
                "repeat without end": "repeat($this)",
                "a growing text": f"'{CANARY}'" + f".replace('', '{CANARY}')" * 40,
                "a bad regular expression": f"'{'a' * 40}!'.matches('(a+)+$')",
                "an unknown function": f"{CANARY}({CANARY})",
            },
            resource=_PATIENT,
        ),
    ],
    "explain_fhir_element": _each("path", TEXTS),
    "explain_fhir_resource": _each("name", TEXTS),
    "lookup_fhir_code": [
        *_each("code", TEXTS),
        *_each("words", TEXTS),
        *_each("system", TEXTS, code="male"),
        *_each("value_set", TEXTS, code="male"),
    ],
    "fhir_capabilities": [*_each("endpoint", TEXTS), *_each("type", TEXTS, **_AT)],
    "fhir_read": [
        *_each("endpoint", TEXTS, type="Patient", id="1"),
        *_each("type", TEXTS, id="1", **_AT),
        *_each("id", TEXTS, **_OF_PATIENTS),
        *_each("version", TEXTS, id="1", **_OF_PATIENTS),
        *_listed("elements", id="1", **_OF_PATIENTS),
    ],
    "fhir_search": [
        *_each("type", TEXTS, **_AT),
        *[(f"parameters: {name}", {"parameters": [text], **_OF_PATIENTS}) for name, text in _PAIRS.items()],
        *_listed("parameters", **_OF_PATIENTS),
        *_listed("elements", **_OF_PATIENTS),
        *_listed("include", **_OF_PATIENTS),
        *_listed("revinclude", **_OF_PATIENTS),
        *_each("cursor", TEXTS, **_OF_PATIENTS),
    ],
    "fhir_write_bundle": [*_each("bundle", RESOURCES, **_AT), *_each("endpoint", TEXTS, bundle=bundle_of())],
}
"""For each tool what is wrong, and the arguments."""
_WRONG: Final[tuple[Any, ...]] = (None, 7, -1, True, [], {}, [[CANARY]], {CANARY: CANARY}, 1e308)
"""Of another type than any argument has."""


def _server(asked: Asked) -> Answer:
    return fhir(statement("Patient") if asked.path.endswith("/metadata") else PATIENT)


def _settings(base: str, home: Path) -> dict[str, str]:
    return {
        "TRIVIUM_HOME": str(home),
        "TRIVIUM_FHIR__ENDPOINTS": as_json({"main": {"base_url": base, "timeout": 5}}),
        "TRIVIUM_FHIR__ALLOW_WRITE": "true",
        "TRIVIUM_FHIR__FOLDERS": str(home / "files"),
    }


def _files(home: Path) -> Iterator[str]:
    """Everything that the host keeps."""
    return (file.read_text(errors="replace") for file in home.rglob("*") if file.is_file())


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The plugin, whose worker processes end with the test."""
    made: list[Workers] = []

    def make(**settings: Any) -> Workers:
        made.append(Workers(**settings))
        return made[-1]

    monkeypatch.setattr(trivium_fhir.plugin, "Workers", make)
    yield trivium_fhir.plugin
    for workers in made:
        workers.close()


@pytest.mark.parametrize("tool", CALLS)
async def test_hostile_arguments_get_a_bounded_answer_that_repeats_nothing(
    tool: str, plugin: ModuleType, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "files").mkdir()
    caplog.set_level(logging.DEBUG, "trivium")
    slow, odd, told = [], [], []
    with scripted(_server) as server:
        host = memory_host(_settings(server.base, tmp_path), fhir=plugin)
        async with connect(host, person=Person("decline")) as client:
            for name, arguments in CALLS[tool]:
                begin = time.perf_counter()
                result = await client.call_tool(tool, arguments)
                took = time.perf_counter() - begin
                text = text_of(result) + as_json(result.structured_content)
                if took > _SECONDS or len(text) > _LONGEST_ANSWER:
                    slow.append((name, round(took, 1), len(text)))
                if result.is_error and error_code(result) not in _CODES:
                    odd.append((name, error_code(result)))
                if CANARY.lower() in text.lower():
                    told.append(name)

    assert (slow, odd, told) == ([], [], [])
    assert CANARY not in caplog.text
    assert not any(CANARY in text for text in _files(tmp_path))


@pytest.mark.parametrize("tool", CALLS)
async def test_arguments_of_wrong_types_are_refused_by_their_place(
    tool: str, plugin: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    codes = set()
    with scripted(_server) as server:
        host = memory_host(_settings(server.base, tmp_path), fhir=plugin)
        async with connect(host, person=Person("decline")) as client:
            _, good = CALLS[tool][0]
            for argument in good:
                for wrong in _WRONG:
                    result = await client.call_tool(tool, {**good, argument: wrong})
                    assert CANARY not in text_of(result)
                    codes.add(error_code(result) if result.is_error else "")
            result = await client.call_tool(tool, {**good, CANARY: CANARY})
            assert CANARY not in text_of(result)
            codes.add(error_code(result))

    assert codes <= _CODES | {""}
    assert "bad_input" in codes
