"""What a device or a reader noted on waveforms (PS3.3 C.10.10): statements, which are text, and measurements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trivium.api import Kind
from trivium_dicom.phi import is_code, kind_of
from trivium_dicom.pictures.values import items_of, number_of, text_of, value_of
from trivium_dicom.waveforms.answer import NotedOnWaveform
from trivium_dicom.waveforms.units import unit_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_LISTED: Final = 30
_LONGEST: Final = 200
_AGE: Final = "121033"
"""Subject Age (PS3.16 annex D): beyond 89 years it is a birth date (45 CFR 164.514(b)(2)(C))."""


def annotations_of(dataset: Dataset, group: int) -> tuple[tuple[NotedOnWaveform, ...], int]:
    """The first annotations of group `group`, from 1, and how many more there are. Statements come first."""
    found = [_noted(item) for item in items_of(dataset, "WaveformAnnotationSequence") if _is_of(item, group)]
    told = [one for one in found if one is not None]
    told.sort(key=lambda one: one.text is None)
    return tuple(told[:_LISTED]), max(0, len(told) - _LISTED)


def _is_of(item: Dataset, group: int) -> bool:
    """Whether it refers to a channel of the group; Referenced Waveform Channels are pairs of group and channel."""
    value = value_of(item, "ReferencedWaveformChannels")
    try:
        groups = {int(one) for one in list(value)[::2]} if value is not None else set()
    except (TypeError, ValueError):
        return False
    return not groups or group in groups


def _noted(item: Dataset) -> NotedOnWaveform | None:
    text = text_of(item, "UnformattedTextValue")
    if text:
        return NotedOnWaveform(text=text[:_LONGEST])
    names = items_of(item, "ConceptNameCodeSequence")
    value = number_of(item, "NumericValue")
    if not names or value is None:
        return None
    code, scheme, meaning = (text_of(names[0], one) for one in ("CodeValue", "CodingSchemeDesignator", "CodeMeaning"))
    known, unit = is_code(code, scheme, meaning), unit_of(item, "MeasurementUnitsCodeSequence")
    return NotedOnWaveform(
        name=meaning[:_LONGEST],
        phi=None if known else Kind.TEXT,
        value=value if _is_measured(code, value, unit, known=known) else None,
        unit=unit,
    )


def _is_measured(code: str, value: float, unit: str | None, *, known: bool) -> bool:
    """Whether a number is of no person: its name or its unit is known, and it is no age and no record number."""
    return (known or unit not in (None, "1")) and code != _AGE and kind_of("00281053", "DS", f"{value:.15g}") is None
