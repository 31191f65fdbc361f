"""R4's own columns of counterparts: which HL7 v2 fields and DICOM attributes an element answers to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from trivium_fhir.r4.reading import read


@cache
def v2() -> Mapping[str, tuple[str, ...]]:
    """Element path to the entries of the v2 column, as R4 writes them: `{"Patient.birthDate": ("PID-7",)}`."""
    return _column("v2")


@cache
def dicom() -> Mapping[str, tuple[str, ...]]:
    """Element path to the entries of the DICOM column, as R4 writes them."""
    return _column("dicom")


@cache
def concept_maps() -> tuple[Mapping[str, object], ...]:
    """R4's concept maps: `id`, `src` and `tgt` systems, `m` rows of source code, target code, equivalence."""
    return tuple(MappingProxyType(one) for one in read("conceptmaps")["maps"])


def _column(name: str) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({path: tuple(entries) for path, entries in read("counterparts")[name].items()})
