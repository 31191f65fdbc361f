"""Units of channels, and names of leads: those that can be shown, as they are known and tell of nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from trivium_dicom.phi import is_code
from trivium_dicom.pictures.values import items_of, text_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MILLIVOLTS: Final[Mapping[str, float]] = {"nV": 1e-6, "uV": 1e-3, "mV": 1.0, "V": 1e3}
"""One of each in mV; UCUM codes."""
_OTHERS: Final[Mapping[str, str]] = {
    code: code.replace("[", "").replace("]", "")
    for code in (
        "%", "1", "A", "Cel", "Hz", "Ohm", "Pa", "cm", "cm[H2O]", "dB", "deg", "g", "kPa", "l", "l/min", "m/s", "mA",
        "mPa", "mm", "mm[Hg]", "mmHg", "ml", "ml/min", "ml/s", "ms", "s", "uA", "um", "us", "/min",
    )
}  # fmt: skip
_LEADS: Final[Mapping[str, str]] = {
    name.casefold(): name
    for name in (
        "I", "II", "III", "aVR", "aVL", "aVF", *(f"V{number}" for number in range(1, 10)),
        *(f"V{number}R" for number in range(1, 10)), "X", "Y", "Z", "MCL", "MCL1", "MCL6", "CM5", "ES", "AS", "AI",
    )
}  # fmt: skip
_LONGEST_NAME: Final = 32


def unit_of(item: Dataset, sequence: str) -> str | None:
    """The unit that a code sequence of a data set names, by UCUM; None for none, or for one that is not known."""
    codes = items_of(item, sequence)
    code = text_of(codes[0], "CodeValue") if codes else ""
    return code if code in MILLIVOLTS else _OTHERS.get(code)


def name_of(channel: Dataset) -> str | None:
    """The lead or source of a channel, if it is a usual lead or a concept that DICOM itself names."""
    for code in items_of(channel, "ChannelSourceSequence")[:1]:
        meaning = text_of(code, "CodeMeaning")
        if lead := lead_of(meaning):
            return lead
        if is_code(text_of(code, "CodeValue"), text_of(code, "CodingSchemeDesignator"), meaning):
            return meaning[:_LONGEST_NAME]
    return None


def lead_of(meaning: str) -> str | None:
    """`aVR` for "aVR, augmented voltage, right", `I` for "Lead I (Einthoven)"; None for what is no usual lead."""
    head = meaning.casefold().split("(")[0].split(",")[0].strip()
    return _LEADS.get(head.removeprefix("lead ").strip())
