"""The return keys of a Modality Worklist (PS3.4 table K.6-1): which must have a value, which must be present."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trivium_fhir.imaging.dicom_json import DataSet, Element, get

_STEP: Final = "00400100"
_REQUIRED: Final = (
    f"{_STEP}/00400001",
    f"{_STEP}/00400002",
    f"{_STEP}/00400003",
    f"{_STEP}/00080060",
    f"{_STEP}/00400009",
    "00401001",
    "0020000D",
    "00100010",
    "00100020",
)
"""Type 1."""
_ONE_OF: Final = ((f"{_STEP}/00400007", f"{_STEP}/00400008/00080100"), ("00321060", "00321064/00080100"))
"""Type 1C: a description, or a code."""
_PRESENT: Final = {
    f"{_STEP}/00400006": "PN",
    f"{_STEP}/00400010": "SH",
    f"{_STEP}/00400011": "SH",
    "00081110": "SQ",
    "00401003": "SH",
    "00401004": "LO",
    "00080050": "SH",
    "00321032": "PN",
    "00080090": "PN",
    "00380010": "LO",
    "00380300": "LO",
    "00081120": "SQ",
    "00100030": "DA",
    "00100040": "CS",
    "00101030": "DS",
    "00403001": "LO",
    "00380500": "LO",
    "001021C0": "US",
    "00102000": "LO",
    "00102110": "LO",
    "00380050": "LO",
}
"""Type 2, with the value representation."""


def missing(ds: DataSet) -> list[str]:
    """Paths of type 1 keys without a value."""
    return [path for path in _REQUIRED if not get(ds, path)]


def missing_of_pairs(ds: DataSet) -> list[tuple[str, str]]:
    """Pairs of type 1C keys of which neither has a value."""
    return [pair for pair in _ONE_OF if not any(get(ds, path) for path in pair)]


def complete(ds: DataSet) -> list[str]:
    """Add the type 2 keys that the order has nothing for, empty; their paths."""
    return list(_completed(ds))


def _completed(ds: DataSet) -> Iterator[str]:
    step = ds.setdefault(_STEP, Element("SQ"))
    if not step.items:
        step.items.append({})
    for path, vr in _PRESENT.items():
        above, _, tag = path.rpartition("/")
        target = step.items[0] if above else ds
        if tag not in target:
            target[tag] = Element(vr)
            yield path
