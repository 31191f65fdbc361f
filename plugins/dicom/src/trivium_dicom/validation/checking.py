"""Validate a data set: every rule, every finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trivium_dicom.iods import Iod, iod_of, module
from trivium_dicom.validation.conditions import Scene
from trivium_dicom.validation.definitions import (
    NOTHING,
    OVERLAY,
    Wanted,
    Wants,
    first_of_repeating,
    wants_of_items,
    wants_of_modules,
)
from trivium_dicom.validation.file_meta import meta_faults
from trivium_dicom.validation.findings import Finding, Findings, Found
from trivium_dicom.validation.functional_groups import PER_FRAME, SHARED, group_faults, relaxed
from trivium_dicom.validation.geometry import geometry_faults
from trivium_dicom.validation.identity import SOP_CLASS, charset_faults, class_faults, order_faults, uid_faults
from trivium_dicom.validation.levels import Cell, Level
from trivium_dicom.validation.modules import Modules, missing_modules, modules_of
from trivium_dicom.validation.pixels import pixel_faults
from trivium_dicom.validation.presence import Tally, presence_faults
from trivium_dicom.validation.private import private_faults
from trivium_dicom.validation.rules import Severity
from trivium_dicom.validation.stored import Source
from trivium_dicom.validation.structured_reports import content_items, content_wants
from trivium_dicom.validation.terms_used import term_faults
from trivium_dicom.validation.values import element_faults

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_ANYWHERE: Final = frozenset({0xFFFAFFFA, 0xFFFCFFFC})
"""Digital signatures and trailing padding are in any object (PS3.3 C.12.1.1.3, PS3.10 7.2)."""
_DEEPEST: Final = 64


@dataclass(frozen=True, slots=True)
class Report:
    sop_class: str
    """UID; empty where nothing says it."""
    iod: Iod | None
    """None: general rules alone were checked."""
    modules: tuple[str, ...]
    """Names of the conditional and user modules that were judged, since something of them is there."""
    findings: tuple[Finding, ...]
    """Errors first; equal ones together."""
    totals: Counter[Severity]
    """Of single findings."""
    left_out: int
    """Single findings beyond the most kinds that are kept; the totals count them."""
    undecided: int
    """Conditional attributes that are absent, and whose condition a machine cannot decide."""

    @property
    def valid(self) -> bool:
        return not self.totals[Severity.ERROR]


def validate(
    dataset: Dataset,
    *,
    file_meta: Dataset | None = None,
    transfer_syntax: str = "",
    source: Source | None = None,
    meta_source: Source | None = None,
) -> Report:
    """Judge a data set as an instance of its SOP class; also its file meta information, unless it is None.

    With the bytes that they were read from (`source`, `meta_source`; the same, save in a deflated file) what was stored
    is judged: VRs, lengths, padding, text that cannot be decoded. Pure: the data set is not changed, save that pydicom
    reads on demand what it was not yet asked for.
    """
    top = Level(dataset, source=source)
    meta = Level(file_meta, source=meta_source or source) if file_meta is not None else None
    sop_class = top.text(SOP_CLASS) or (meta.text(0x00020002) if meta else "")
    iod = iod_of(sop_class)
    modules = modules_of(iod, top) if iod else None
    check = _Check(Scene(top, iod, sop_class, transfer_syntax), modules)
    findings = Findings()
    if meta is not None:
        for found in meta_faults(meta, top):
            findings.add(found)
    for found in check.faults():
        findings.add(found)
    return Report(
        sop_class=sop_class,
        iod=iod,
        modules=modules.chosen if modules else (),
        findings=tuple(findings.sorted()),
        totals=findings.totals,
        left_out=findings.left_out,
        undecided=len(check.tally.undecided),
    )


class _Check:
    """One data set under validation."""

    def __init__(self, scene: Scene, modules: Modules | None) -> None:
        self.scene = scene
        self.modules = modules
        self.tally = Tally()
        self.may_have = _allowed(scene.iod) if scene.iod else NOTHING

    def faults(self) -> Iterator[Found]:
        top = self.scene.top
        yield from class_faults(top, self.scene.sop_class, self.scene.iod)
        yield from uid_faults(top)
        wants: Wants = NOTHING
        if self.modules:
            wants = wants_of_modules(self.modules.judged)
            yield from missing_modules(self.modules, top)
            yield from group_faults(top, self.modules.iod)
            yield from self._overlay_faults(top)
        yield from self._level_faults(top, wants)

    def _level_faults(self, level: Level, wants: Wants) -> Iterator[Found]:
        wants = content_wants(level, wants)
        yield from presence_faults(level, wants, self.scene, self.tally)
        yield from charset_faults(level)
        yield from order_faults(level)
        yield from pixel_faults(level, self.scene.transfer_syntax)
        yield from geometry_faults(level)
        for cell in list(level.cells.values()):
            if cell.tag >> 16 & 1:
                yield from private_faults(level, cell)
            else:
                yield from self._standard_faults(level, cell, wants)
            if cell.is_sequence and len(level.tags) < _DEEPEST:
                yield from self._item_faults(level, cell, wants.get(cell.tag) or self._allowed_at_top(level, cell.tag))

    def _standard_faults(self, level: Level, cell: Cell, wants: Wants) -> Iterator[Found]:
        yield from element_faults(level, cell)
        wanted = wants.get(cell.tag) or self._allowed_at_top(level, cell.tag)
        if wanted is not None:
            yield from term_faults(level, cell, wanted)
        elif wants and cell.tag & 0xFFFF and cell.tag not in _ANYWHERE:
            yield Found("iod.extra", level, cell.tag)

    def _allowed_at_top(self, level: Level, tag: int) -> Wanted | None:
        """From a module that the object may have, of which nothing telling is there; or in a repeating group."""
        return None if level.tags else self.may_have.get(first_of_repeating(tag))

    def _item_faults(self, level: Level, cell: Cell, wanted: Wanted | None) -> Iterator[Found]:
        wants = wants_of_items(wanted) if wanted else NOTHING
        if cell.tag in (SHARED, PER_FRAME) and not level.tags:
            wants = relaxed(wants)
        if wanted is not None:
            wants = content_items(wants, wanted)
        for number, item in enumerate(level.items(cell.tag), 1):
            yield from self._level_faults(Level(item, level, cell.tag, number), wants)

    def _overlay_faults(self, top: Level) -> Iterator[Found]:
        """Each overlay is in a group of its own (PS3.3 C.9.2)."""
        found = module(OVERLAY)
        if found is None or self.modules is None or not self.modules.has_overlay:
            return
        tags = {int(tag, 16) & 0xFFFF: one for tag, one in found.attributes.items()}
        for group in sorted({tag >> 16 for tag in top.cells if tag >> 24 == 0x60 and not tag >> 16 & 1}):
            wants = {
                group << 16 | element: Wanted(group << 16 | element, one.type, found.name, frozenset({OVERLAY}), (one,))
                for element, one in tags.items()
            }
            yield from presence_faults(top, wants, self.scene, self.tally)


def _allowed(iod: Iod) -> Wants:
    """Every attribute that any module of the object has."""
    return wants_of_modules(iod.modules)
