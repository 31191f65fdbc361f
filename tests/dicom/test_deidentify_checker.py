"""The checker of the corpus tests finds what it is there to find."""

from __future__ import annotations

import io
from typing import Any

import pydicom
import pytest
from tests.dicom import making
from tests.dicom.deidentification_checker import findings
from tests.dicom.deidentification_making import made, result

CLEANING = ("clean_descriptors", "retain_modified_dates")


def looked_over(options: tuple[str, ...] = (), **planted: Any) -> list[str]:
    """The findings in a file that was made well, and then had something put back."""
    ds = making.ct(**planted)
    one = result(ds, *options)
    for keyword, value in planted.items():
        setattr(one, keyword, value)
    out = io.BytesIO()
    pydicom.dcmwrite(out, one, enforce_file_format=True)
    return findings(making.as_bytes(ds), _without_preamble(out.getvalue()), frozenset(options))


def _without_preamble(raw: bytes) -> bytes:
    return bytes(128) + raw[128:]


def test_a_file_that_was_made_well_has_no_findings() -> None:
    for options in ((), CLEANING, ("retain_safe_private", "retain_full_dates")):
        assert findings(making.as_bytes(making.ct()), made(making.ct(), *options).content, frozenset(options)) == []


@pytest.mark.parametrize(
    ("options", "planted", "finding"),
    [
        ((), {"FilterType": "ERIKA EXAMPLE"}, "00181160: text that nobody has looked at, 1 values"),
        ((), {"Manufacturer": "Erika's scanners"}, "00080070: text that nobody has looked at, 1 values"),
        ((), {"InstanceNumber": "12345678"}, "00200013: text that nobody has looked at, 1 values"),
        (
            CLEANING,
            {"SeriesDescription": "Thorax of Mrs Example"},
            "0008103e: text that nobody has looked at, 1 values",
        ),
        (CLEANING, {"StudyDate": "20240229"}, "00080020: text that nobody has looked at, 1 values"),
        ((), {"StudyID": "STUDY-77"}, "00200010: has its value still"),
        ((), {"PatientComments": "lives alone"}, "00104000: is to go"),
    ],
)
def test_what_stays_wrongly_is_found(options: tuple[str, ...], planted: dict[str, Any], finding: str) -> None:
    found = looked_over(options, **planted)

    assert found == [finding]


def test_private_text_and_unsafe_creators_are_found() -> None:
    ds = making.mr()
    one = result(ds, "retain_safe_private")
    one.private_block(0x0029, "ACME 1.0", create=True).add_new(0x01, "LO", "Erika")
    out = io.BytesIO()
    pydicom.dcmwrite(out, one, enforce_file_format=True)

    found = findings(making.as_bytes(ds), _without_preamble(out.getvalue()), frozenset({"retain_safe_private"}))
    assert found == ["00290010: an unsafe creator", "00291001: private text"]
