"""Does a guide path lead to an element of FHIR R4?"""

from __future__ import annotations

from trivium_fhir.paths import Leg, Path, bare, parse_path
from trivium_fhir.r4 import elements


def exists(base: str, path: str = "$this") -> bool | None:
    """Whether `path`, as the guide writes it below `base`, is one of R4; None where it is no path at all."""
    try:
        read = parse_path(base, path)
    except (IndexError, ValueError):
        return None
    return None if read is None else _resolves(read)


def is_type(name: str) -> bool:
    """`HumanName`, `code`, `Reference(Practitioner|Organization)`."""
    return name.partition("(")[0] in elements.types()


def is_resource(name: str) -> bool:
    return name in elements.resources()


def _resolves(path: Path) -> bool:
    return all(_leg(leg) for leg in path.legs) and all(
        _is_reference(here) for here, _ in zip(path.legs, path.legs[1:], strict=False)
    )


def _leg(leg: Leg) -> bool:
    return _element(leg) is not None if steps_of(leg) else _known(bare(leg.type))


def _known(name: str) -> bool:
    return all(one in elements.resources() or one in elements.types() for one in name.split("|"))


def _is_reference(leg: Leg) -> bool:
    """What another resource stands behind in brackets."""
    found = _element(leg)
    return found is not None and any(kind in ("Reference", "canonical") for kind in found.types)


def _element(leg: Leg) -> elements.Element | None:
    try:
        return elements.element(".".join([bare(leg.type), *steps_of(leg)]))
    except KeyError:
        return None


def steps_of(leg: Leg) -> list[str]:
    """The elements alone: `[2].given[1]` is `given`."""
    return [name for step in leg.steps if (name := bare(step.partition(":")[0]))]
