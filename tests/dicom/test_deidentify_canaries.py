"""Nothing that was planted in text stays, whatever the options, but what an option keeps on purpose."""

from __future__ import annotations

import pytest
from tests.conftest import Say
from tests.dicom import making
from tests.dicom.deidentification_canaries import file, left
from tests.dicom.deidentification_checker import COLUMNS, action

from trivium_dicom.deidentify.choices import Choice
from trivium_dicom.deidentify.working import Plan, deidentify
from trivium_dicom.files.limits import Limits

CT, SR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.88.33"
KEPT_WITH_THE_DEVICE = {0x00080070, 0x00081090, 0x00181020}
"""Maker, model and software, for which the table has no line."""
SETS = [
    (),
    *((one,) for one in COLUMNS),
    tuple(one for one in COLUMNS if one != "retain_modified_dates"),
    tuple(one for one in COLUMNS if one != "retain_full_dates"),
]


@pytest.mark.parametrize("options", SETS, ids=lambda one: "+".join(one) if len(one) < 3 else f"{len(one)} options")
@pytest.mark.parametrize("sop_class", [CT, SR], ids=["CT", "SR"])
def test_no_canary_is_left_but_in_what_an_option_keeps(sop_class: str, options: tuple[str, ...], say: Say) -> None:
    raw, planted = file(sop_class)
    plan = Plan(frozenset(Choice(one).option for one in options), b"a secret of the test")

    made = deidentify(raw, Limits(), plan)

    kept = left(made.content)
    unexpected = {f"{planted[one]:08x}" for one in kept if not _is_kept(planted.get(one, 0), frozenset(options))}
    say(f"de-identification, canaries: {len(planted)} planted, {len(kept)} left, {len(unexpected)} against the options")
    assert unexpected == set()


def _is_kept(tag: int, options: frozenset[str]) -> bool:
    of_device = tag in KEPT_WITH_THE_DEVICE and "retain_device_identity" in options
    return of_device or action(f"{tag:08x}", options) == "K"


def test_the_canaries_are_there_to_be_found() -> None:
    raw, planted = file(CT)

    assert left(raw) == {*planted, "CANARYMAKER", "CANARY-PREAMBLE"}
    assert len(planted) > 15_000


CLASS = making.element(0x00080016, b"UI", making.CT_STORAGE.encode() + b"\0")
CHARSET = making.element(0x00080005, b"CS", b"ISO_IR 192")


@pytest.mark.parametrize("original", [CHARSET, CLASS], ids=["character set", "SOP class"])
@pytest.mark.parametrize("options", [(), COLUMNS[:6], (*COLUMNS[:5], *COLUMNS[6:])], ids=["basic", "full", "modified"])
def test_what_says_how_a_file_is_to_be_read_is_no_hiding_place(original: bytes, options: tuple[str, ...]) -> None:
    canary = original[:6] + (12).to_bytes(2, "little") + b"CANARY000001"
    raw = making.as_bytes(making.ct()).replace(original, canary)
    assert left(raw) == {"CANARY000001"}

    made = deidentify(raw, Limits(), Plan(frozenset(Choice(one).option for one in options), b"a secret of the test"))

    assert left(made.content) == set()
