"""Where an attribute stands, as lines that can be read: one for each module and type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from trivium_dicom import iods
from trivium_dicom.explain.model import Place
from trivium_dicom.explain.paths import written_path
from trivium_dicom.explain.places import Use, standings_of, uses_of

_MOST_PATHS: Final = 3
_FIRST_IODS: Final = 3
_USAGES: Final = tuple(iods.USAGE)


@dataclass(slots=True)
class Line:
    """Modules of one name, with one type of the attribute; the functional groups of each object are such modules."""

    module: str
    type: str
    paths: set[tuple[str, ...]] = field(default_factory=set)
    uses: dict[str, Use] = field(default_factory=dict)
    """By IOD."""

    @property
    def nearest(self) -> int:
        """Sequences around it, at least."""
        return min(map(len, self.paths))


def lines_of(tag: str, above: Sequence[str], iod: iods.Iod | None) -> list[Line]:
    """What is not in a sequence first, then what is in most IODs; `above` and `iod` narrow."""
    found: dict[tuple[str, str], Line] = {}
    for (module, kind), paths in _by_module(tag, tuple(above)).items():
        uses = _uses(module, iod)
        if uses or iod is None:
            line = _line(found, module, kind)
            line.paths |= paths
            line.uses |= {use.iod: use for use in uses}
    return sorted(found.values(), key=lambda one: (one.nearest > 0, -len(one.uses), one.nearest, one.module, one.type))


def iods_with(lines: Sequence[Line]) -> int:
    return len({iod for line in lines for iod in line.uses})


def entities_of(lines: Sequence[Line]) -> list[str]:
    """The information entities that the attribute describes, the most usual first."""
    counted = Counter(use.entity for line in lines if not line.nearest for use in line.uses.values())
    return [entity for entity, _ in counted.most_common()]


def place(line: Line, *, narrowed: bool) -> Place:
    """As the answer has it; in one IOD without numbers of IODs."""
    usages = Counter[str](use.usage for use in line.uses.values())
    usage = ", ".join(f"{one} {usages[one]}" for one in _USAGES if usages[one])
    inner = sorted((path for path in line.paths if path), key=lambda path: (len(path), path))
    return Place(
        module=line.module,
        type=line.type,
        entity=_entity(line),
        iods=None if narrowed else len(line.uses),
        usage=next(iter(usages), None) if narrowed else usage or None,
        first_iods=None if narrowed else _names(line) or None,
        within=[written_path(path) for path in inner[:_MOST_PATHS]] or None,
        more_paths=max(0, len(inner) - _MOST_PATHS) or None,
    )


@lru_cache(maxsize=256)
def _by_module(tag: str, above: tuple[str, ...]) -> Mapping[tuple[str, str], frozenset[tuple[str, ...]]]:
    """Paths by module and type. Kept, since a code stands in thousands of places and pages ask again."""
    found: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for standing in standings_of(tag):
        if _below(standing.above, above):
            found.setdefault((standing.module, standing.type), set()).add(standing.above)
    return {key: frozenset(paths) for key, paths in found.items()}


def _line(found: dict[tuple[str, str], Line], id: str, kind: str) -> Line:  # noqa: A002
    module = iods.module(id)
    name = module.name if module else id
    return found.setdefault((name, kind), Line(name, kind))


def _uses(module: str, iod: iods.Iod | None) -> Sequence[Use]:
    found = uses_of(module)
    return found if iod is None else [use for use in found if use.iod == iod.id]


def _below(path: tuple[str, ...], wanted: Sequence[str]) -> bool:
    return not wanted or path[len(path) - len(wanted) :] == tuple(wanted)


def _entity(line: Line) -> str | None:
    entities = Counter(use.entity for use in line.uses.values())
    return entities.most_common(1)[0][0] if entities else None


def _names(line: Line) -> list[str]:
    """Of the first few IODs: where the module is mandatory first, then in the order of PS3.3."""
    found = [one for one in iods.iod_ids() if one in line.uses]
    first = sorted(found, key=lambda one: _USAGES.index(line.uses[one].usage))[:_FIRST_IODS]
    return [iod.name for one in first if (iod := iods.iod(one))]
