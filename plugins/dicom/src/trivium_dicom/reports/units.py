"""Units of measurement in UCUM's notation, of which DICOM takes its units (PS3.16 CID 82)."""

from __future__ import annotations

import re
from typing import Final

from trivium.api import Kind
from trivium_dicom.reports.codes import Code

# Atoms of the Unified Code for Units of Measure that records of imaging use, by whether they take a metric prefix.
_METRIC: Final = frozenset(
    (
        "m", "g", "s", "rad", "K", "C", "cd", "mol", "sr", "Hz", "N", "Pa", "J", "W", "A", "V", "F", "Ohm", "S",
        "Wb", "Cel", "T", "H", "lm", "lx", "Bq", "Gy", "Sv", "L", "l", "eV", "eq", "osm", "U", "kat", "bar", "u",
        "Ci", "R", "RAD", "REM", "m[Hg]", "m[H2O]", "B[mV]", "B[uV]", "B[SPL]", "B", "dyn", "cal", "[iU]", "[IU]",
    )
)  # fmt: skip
_OTHER: Final = frozenset(
    (
        "1", "10*", "10^", "%", "[ppth]", "[ppm]", "ppm", "deg", "'", "''", "min", "h", "d", "wk", "mo", "a",
        "mo_j", "a_j", "[in_i]", "[ft_i]", "[lb_av]", "[degF]", "[pH]", "[arb'U]", "[hnsf'U]", "[Ch]", "[PRU]",
        "[wood'U]", "[diop]", "diop", "[mi_i]", "ar", "[100]",
    )
)  # fmt: skip
_PREFIXES: Final = ("da", *"YZEPTGMkhdcmunpfazy")
_ANNOTATIONS: Final = frozenset(
    (
        "ratio", "counts", "propcounts", "pixels", "pixel", "voxels", "index", "score", "events", "event",
        "frames", "beats", "MU", "Particles", "SUVbw", "SUVlbm", "SUVbsa", "SUVibw", "SUVlbm(James128)",
        "SUVlbm(Janma)", "WetWeight", "Tissue", "no", "units", "unitless", "bpm",
    )
)  # fmt: skip
_EXPONENT: Final = r"(?<!\*)[+-]?\d{1,2}|(?<=[*^])[+-]?\d{1,2}"
_TERM: Final = re.compile(rf"(?P<unit>[^./{{}}]*?)(?P<exponent>{_EXPONENT})?(?P<note>\{{[^{{}}]*\}})?")
_LONGEST: Final = 40


def is_unit(code: str) -> bool:
    """Whether a text is a unit of UCUM made of well-known atoms: nothing else, so that no word of a record is."""
    return 0 < len(code) <= _LONGEST and code.isascii() and all(map(_is_term, _terms(code)))


def unit_of(code: Code | None) -> tuple[str, Kind | None]:
    """A coded unit as it is written behind a number, and its kind; "1" is not written."""
    if code is None:
        return "", None
    if is_unit(code.value) or (code.scheme == "UCUM" and code.public):
        return ("" if code.value == "1" else code.value), None
    if code.public:
        return code.words or "", None
    return code.meaning or code.value, Kind.TEXT


def is_dimensionless(code: str) -> bool:
    """A count, a ratio, or no unit at all: what a number of a record could also have been given as."""
    return code in ("", "1") or code.startswith("{")


def _terms(code: str) -> list[str]:
    """Between the points and slashes outside annotations; a slash may stand first."""
    return re.split(r"[./](?![^{]*\})", code.removeprefix("/"))


def _is_term(term: str) -> bool:
    if term.removesuffix("}")[1:] in _ANNOTATIONS and term.startswith("{"):
        return True
    match = _TERM.fullmatch(term)
    if match is None or (match["note"] and match["note"][1:-1] not in _ANNOTATIONS):
        return False
    unit, exponent = match["unit"], match["exponent"] or ""
    return _is_atom(unit) or _is_atom(unit + exponent)


def _is_atom(unit: str) -> bool:
    if unit in _OTHER or unit in _METRIC:
        return True
    return any(unit.startswith(prefix) and unit.removeprefix(prefix) in _METRIC for prefix in _PREFIXES)
