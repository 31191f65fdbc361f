"""Validate a message: every rule, every finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from trivium_hl7 import dictionary
from trivium_hl7.paths import Path
from trivium_hl7.reader import Message
from trivium_hl7.structures import plain
from trivium_hl7.validation.context import Context
from trivium_hl7.validation.cross import cross_faults
from trivium_hl7.validation.fields import segment_faults
from trivium_hl7.validation.findings import Finding, Findings, Found
from trivium_hl7.validation.rules import Severity
from trivium_hl7.validation.site import site_faults
from trivium_hl7.validation.site_profile import SiteProfile
from trivium_hl7.validation.structure import structure_faults

_VERSION = Path("MSH", None, 12)


@dataclass(frozen=True, slots=True)
class Report:
    version: str
    """Whose rules were applied."""
    structure: str
    """As MSH-9.3 names it; empty where the version has no such message."""
    findings: tuple[Finding, ...]
    """Errors first; equal ones together."""
    totals: Counter[Severity]
    """Of single findings."""
    ignored: int
    """Single findings that the site profile says to ignore."""
    left_out: int
    """Single findings beyond the most kinds that are kept; the totals count them."""
    profile_applies: bool

    @property
    def valid(self) -> bool:
        return not self.totals[Severity.ERROR]


def validate(message: Message, *, version: str | None = None, profile: SiteProfile | None = None) -> Report:
    """Judge `message` by its own version, or by `version`, and by a site profile where that applies to it."""
    context = _context(message, version, profile)
    findings, ignored = Findings(), 0
    for found in _all(context, version):
        if context.profile and context.profile.ignores(found.rule, found.path):
            ignored += 1
        else:
            findings.add(found)
    return Report(
        version=context.version,
        structure=plain(context.structure or ""),
        findings=tuple(findings.sorted()),
        totals=findings.totals,
        ignored=ignored,
        left_out=findings.left_out,
        profile_applies=context.profile is not None,
    )


def faults(message: Message, *, version: str | None = None, profile: SiteProfile | None = None) -> Iterator[Found]:
    """Every single finding in the order in which they are met, ignored ones too; there may be very many."""
    yield from _all(_context(message, version, profile), version)


def _context(message: Message, version: str | None, profile: SiteProfile | None) -> Context:
    used = version or dictionary.version_for(message.version)
    applies = profile is not None and profile.applies(message.header.value(9), message.header.value(9, component=2))
    return Context(message, used, profile if applies else None)


def _all(context: Context, chosen: str | None) -> Iterator[Found]:
    if chosen is None:
        yield from _version_faults(context)
    yield from structure_faults(context)
    for seg in context.message.segments:
        if dictionary.segment_name(seg.id) is not None:
            yield from segment_faults(context, seg)
    yield from cross_faults(context)
    if context.profile:
        yield from site_faults(context, context.profile)


def _version_faults(context: Context) -> Iterator[Found]:
    declared = context.message.version
    if declared == context.version:
        return
    header = context.message.header
    rule = "version.unknown" if dictionary.nearest_version(declared) is None else "version.nearest"
    if declared or rule == "version.nearest":
        yield Found(rule, _VERSION, f"judged by version {context.version}", header, header.field(12)[0], declared)
    else:
        yield Found(rule, _VERSION, f"judged by version {context.version}", header)
