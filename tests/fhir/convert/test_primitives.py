"""HL7 v2 values in the forms of R4."""

from __future__ import annotations

import pytest

from trivium_fhir.convert.model import Reason
from trivium_fhir.convert.numbers import dumps, number
from trivium_fhir.convert.primitives import CONVERTERS, Zone, mime
from trivium_fhir.convert.systems import system_uri


@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [
        ("date", "2026", "2026"),
        ("date", "202602", "2026-02"),
        ("date", "20260228", "2026-02-28"),
        ("date", "20260230", Reason.DATE),
        ("dateTime", "202602281530+0100", "2026-02-28T15:30:00+01:00"),
        ("dateTime", "20260228153012.25-0500", "2026-02-28T15:30:12.25-05:00"),
        ("dateTime", "202602281530", "2026-02-28"),
        ("dateTime", "2026022815+0100", "2026-02-28"),
        ("dateTime", "202602282530+0100", Reason.DATE),
        ("dateTime", "yesterday", Reason.DATE),
        ("instant", "20260228", Reason.PRECISION),
        ("instant", "20260228153012", Reason.TIME_ZONE),
        ("time", "1530", "15:30:00"),
        ("boolean", "Y", True),
        ("boolean", "maybe", Reason.FORM),
        ("positiveInt", "0", Reason.NUMBER),
        ("unsignedInt", "007", 7),
        ("integer", "99999999999", Reason.NUMBER),
        ("decimal", ".5", 0.5),
        ("decimal", "-3.", -3),
        ("decimal", "1e5", Reason.NUMBER),
        ("decimal", "", Reason.NUMBER),
        ("code", "  a   b ", "a b"),
        ("string", " \x01 ", Reason.FORM),
        ("uri", "urn:oid:1.2.3", "urn:oid:1.2.3"),
        ("uri", "urn:oid:x", Reason.SYSTEM),
        ("uri", "LOCAL", Reason.SYSTEM),
    ],
)
def test_a_value_becomes(type_: str, text: str, expected: object) -> None:
    assert CONVERTERS[type_](Zone(None), text) == expected


def test_a_zone_by_name_knows_summer_time() -> None:
    zone = Zone("Europe/Vienna")
    assert CONVERTERS["dateTime"](zone, "202601011200") == "2026-01-01T12:00:00+01:00"
    assert CONVERTERS["dateTime"](zone, "202607011200") == "2026-07-01T12:00:00+02:00"
    assert zone.used


@pytest.mark.parametrize(
    "digits", ["1.10", "0", "-0", "100", "0.0000001", "1.000000000000000000001", "12345678901234567890"]
)
def test_json_has_the_digits_of_the_sender(digits: str) -> None:
    assert dumps({"value": number(digits), "text": "1.10"}) == f'{{"value":{digits},"text":"1.10"}}'


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("LN", "http://loinc.org"),
        ("SCT", "http://snomed.info/sct"),
        ("HL70002", "http://terminology.hl7.org/CodeSystem/v2-0002"),
        ("2.16.840.1.113883.6.1", "urn:oid:2.16.840.1.113883.6.1"),
        ("http://example.org/codes", "http://example.org/codes"),
        ("L", None),
        ("99ABC", None),
        ("HL79999", None),
    ],
)
def test_a_coding_system_has_the_uri_that_is_known(name: str, uri: str | None) -> None:
    assert system_uri(name) == uri


def test_a_mime_type_is_made_of_its_two_parts() -> None:
    assert mime("AP", "PDF") == "application/pdf"
    assert mime("", "Image/JPEG") == "image/jpeg"
    assert mime("SD", "PICT") is Reason.BAD_CODE
