"""How `trivium audit export` writes: what form, and where."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from trivium.audit.files import open_private
from trivium.audit.message import AuditMessage
from trivium.settings import CoreSettings


class Format(StrEnum):
    FHIR = "fhir"
    DICOM = "dicom"
    CSV = "csv"


def pieces(settings: CoreSettings, form: Format, ndjson: bool, found: Iterable[AuditMessage]) -> Iterator[str]:
    from trivium.audit import dicom, fhir, table
    from trivium.audit.forward import source_name

    source = source_name(settings)
    match form:
        case Format.FHIR:
            return fhir.ndjson(found, source) if ndjson else fhir.bundle(found, source)
        case Format.DICOM:
            return dicom.lines(found, source)
        case Format.CSV:
            return table.rows(found, source)


def write_whole(path: Path, parts: Iterable[str]) -> None:
    """A file for its owner, which is there whole or not at all. Raises `OSError`, and what `parts` raise."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with open_private(fresh) as raw, io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", newline="") as file:
            file.writelines(parts)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def of_the_host(path: Path, settings: CoreSettings) -> bool:
    """Whether something in this place would be, or would replace, a file that the host goes by."""
    place, trail = path.resolve(), settings.audit_file.resolve()
    beside_trail = place.parent == trail.parent and place.name.startswith(trail.stem)
    return beside_trail or any(place.is_relative_to(own.resolve()) for own in _paths(settings.model_dump()))


def _paths(values: Any) -> Iterator[Path]:
    """All that the settings name."""
    if isinstance(values, Path):
        yield values
    elif isinstance(values, dict):
        for value in values.values():
            yield from _paths(value)
