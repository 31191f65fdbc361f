"""A search, checked before it is sent: a server may ignore what it does not know, and answer with everybody's records.

Names, modifiers, prefixes and forms of values are those of R4 (search.html); which of them a server has, its capability
statement says. Nothing that the caller wrote is in an error, only its place and near names of R4.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from trivium.api import BadInput, NotFound, Problem, TooLarge
from trivium_fhir.phi.places import words
from trivium_fhir.servers.marks import has_mark
from trivium_fhir.servers.problems import SearchProblem

if TYPE_CHECKING:
    from trivium_fhir.r4.search import SearchParameter

MOST_COUNT: Final = 100
_MOST_STEPS: Final = 3
_LONGEST_URL: Final = 6_000
_CONTROLS: Final = words(
    """_count _elements _include _revinclude _summary _contained _containedType _format _total _pretty _maxresults _type
    _filter _query _graph _graphql _offset _page _cursor"""
)
_EVERY: Final = frozenset({"missing"})
_MODIFIERS: Final[Mapping[str, frozenset[str]]] = {
    "string": _EVERY | {"exact", "contains"},
    "token": _EVERY | {"text", "not", "above", "below", "in", "not-in", "of-type"},
    "reference": _EVERY | {"identifier", "above", "below"},
    "uri": _EVERY | {"above", "below"},
}
_PREFIX: Final = "(?:eq|ne|gt|lt|ge|le|sa|eb|ap)?"
_NUMBER: Final = rf"{_PREFIX}[+-]?\d{{1,18}}(?:\.\d{{1,18}})?(?:[eE][+-]?\d{{1,3}})?"
_DATE: Final = re.compile(
    rf"{_PREFIX}(\d{{4}})(?:-(\d\d)(?:-(\d\d)(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{{1,9}})?)?"
    r"(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?)?)?",
    re.ASCII,
)
_REFERENCE: Final = re.compile(r"(?:https?://\S+/)?(?:([A-Z][A-Za-z]{2,40})/)?[A-Za-z0-9.-]{1,64}", re.ASCII)
_FORMS: Final[Mapping[str, tuple[re.Pattern[str], Problem]]] = {
    "number": (re.compile(_NUMBER, re.ASCII), SearchProblem.NUMBER),
    "quantity": (re.compile(rf"{_NUMBER}(?:\|[^|]*\|[^|]+)?", re.ASCII), SearchProblem.NUMBER),
    "reference": (_REFERENCE, SearchProblem.REFERENCE),
}
_OR: Final = re.compile(r"(?<!\\),")
_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Search:
    """A search that may be sent."""

    type: str
    url: str
    """Below the base URL."""
    names: tuple[str, ...]
    """The parameters as they are sent, without modifiers."""


def check_type(name: str) -> None:
    """Raises `NotFound` with near names."""
    from trivium_fhir.r4.elements import resources

    if name not in resources():
        raise NotFound(where=_near("type", name, resources()), problem=SearchProblem.TYPE)


def check_id(text: str, where: str, problem: Problem) -> None:
    """Raises `BadInput` for what is no logical id (R4 datatypes, id)."""
    if not _ID.fullmatch(text):
        raise BadInput(where=where, problem=problem)


def planned(
    resource: str,
    parameters: Sequence[str],
    elements: Sequence[str] = (),
    include: Sequence[str] = (),
    revinclude: Sequence[str] = (),
    *,
    count: int,
    statement: Mapping[str, Any] | None,
) -> Search:
    """The search as it goes out. `statement` is the server's CapabilityStatement, None where it has none.

    Raises `NotFound`, `BadInput` or `TooLarge`; then nothing was sent.
    """
    check_type(resource)
    offered = offered_parameters(statement, resource)
    pairs = [_checked(number, one, resource, offered) for number, one in enumerate(parameters, 1)]
    check_elements(resource, elements)
    pairs += [("_include", _included(f"include[{n}]", one)) for n, one in enumerate(include, 1)]
    pairs += [("_revinclude", _included(f"revinclude[{n}]", one)) for n, one in enumerate(revinclude, 1)]
    if elements:
        pairs.append(("_elements", ",".join(elements)))
    pairs.append(("_count", str(count)))
    url = f"{resource}?{urlencode(pairs)}"
    if len(url) > _LONGEST_URL:
        raise TooLarge(where="parameters", problem=SearchProblem.TOO_LONG, limit=_LONGEST_URL)
    return Search(resource, url, tuple(name.partition(":")[0] for name, _ in pairs))


def offered_parameters(statement: Mapping[str, Any] | None, resource: str) -> frozenset[str] | None:
    """Names that the server lists for a type and for all types; None where it lists none at all for the type."""
    from trivium_fhir.servers.statements import entry_of, names_of, rest_of

    entry = entry_of(statement, resource) if statement else None
    names = names_of(entry, "searchParam") if entry else frozenset()
    return names | names_of(rest_of(statement), "searchParam") if names and statement else None


def check_elements(resource: str, elements: Sequence[str]) -> None:
    """Raises `BadInput` with near names: a misspelled element would leave out what was asked for."""
    from trivium_fhir.r4.elements import children, choices

    known = children(resource).keys() | {name.removesuffix("[x]") for name in choices(resource)}
    for number, one in enumerate(elements, 1):
        if one not in known:
            raise BadInput(where=_near(f"elements[{number}]", one, known), problem=SearchProblem.ELEMENT)


def _checked(number: int, text: str, resource: str, offered: Collection[str] | None) -> tuple[str, str]:
    where = f"parameters[{number}]"
    written, equals, value = text.partition("=")
    written, value = written.strip(), value.strip()
    if not equals or not written:
        raise BadInput(where=where, problem=SearchProblem.FORM)
    if not value:
        raise BadInput(where=where, problem=SearchProblem.EMPTY)
    if not _is_text(value):
        raise BadInput(where=where, problem=SearchProblem.NOT_TEXT)
    if has_mark(value):
        raise BadInput(where=where, problem=SearchProblem.WITHHELD)
    if written in _CONTROLS:
        raise BadInput(where=where, problem=SearchProblem.CONTROL)
    if written == "_sort":
        return written, _sorted(where, value, resource)
    name, _, modifier = written.partition(":")
    if name == "_has":
        _check_reverse(where, modifier, value, resource, 1)
    else:
        _check_chain(where, written, value, resource, offered, 1)
    return written, value


def _is_text(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _check_chain(
    where: str, written: str, value: str, resource: str, offered: Collection[str] | None, step: int
) -> None:
    """`name`, `name:modifier`, or a chain: `name.other`, `name:Type.other` (R4 search, chained parameters)."""
    head, dot, rest = written.partition(".")
    name, _, modifier = head.partition(":")
    parameter = _parameter(where, name, resource, offered)
    if not dot:
        _check_modifier(where, modifier, parameter)
        _check_value(where, value, modifier, parameter)
        return
    targets = (modifier,) if modifier else parameter.targets
    if parameter.type != "reference" or step >= _MOST_STEPS or not set(targets) <= set(parameter.targets):
        raise BadInput(where=where, problem=SearchProblem.CHAIN, limit=_MOST_STEPS)
    _check_in_one_of(where, rest, value, targets, step + 1)


def _check_in_one_of(where: str, written: str, value: str, types: Sequence[str], step: int) -> None:
    """Whether at least one of the types that a reference may go to has what the chain goes on with."""
    last: BadInput | None = None
    for one in types:
        try:
            return _check_chain(where, written, value, one, None, step)
        except BadInput as error:
            last = error
    raise last or BadInput(where=where, problem=SearchProblem.CHAIN, limit=_MOST_STEPS)


def _check_reverse(where: str, written: str, value: str, resource: str, step: int) -> None:
    """`_has:Type:reference:parameter` (R4 search, reverse chaining)."""
    kind, _, rest = written.partition(":")
    reference, _, inner = rest.partition(":")
    check = _known(kind)
    if check is None or step >= _MOST_STEPS:
        raise BadInput(where=where, problem=SearchProblem.CHAIN, limit=_MOST_STEPS)
    found = check.get(reference)
    if found is None or found.type != "reference" or resource not in found.targets:
        raise BadInput(where=_near(where, reference, check), problem=SearchProblem.CHAIN, limit=_MOST_STEPS)
    if inner.startswith("_has:"):
        _check_reverse(where, inner.removeprefix("_has:"), value, kind, step + 1)
    else:
        _check_chain(where, inner, value, kind, None, step + 1)


def _parameter(where: str, name: str, resource: str, offered: Collection[str] | None) -> SearchParameter:
    known = _known(resource) or {}
    if name not in known:
        raise BadInput(where=_near(where, name, known), problem=SearchProblem.UNKNOWN)
    if offered is not None and name not in offered and not name.startswith("_"):
        near = [one for one in known if one in offered]
        raise BadInput(where=_near(where, name, near), problem=SearchProblem.NOT_OFFERED)
    return known[name]


def _known(resource: str) -> Mapping[str, SearchParameter] | None:
    from trivium_fhir.r4.search import parameters

    try:
        return parameters(resource)
    except KeyError:
        return None


def _check_modifier(where: str, modifier: str, parameter: SearchParameter) -> None:
    allowed = _MODIFIERS.get(parameter.type, _EVERY)
    if parameter.type == "reference":
        allowed = allowed | frozenset(parameter.targets)
    if modifier and modifier not in allowed:
        raise BadInput(where=_near(where, modifier, allowed), problem=SearchProblem.MODIFIER)


def _check_value(where: str, value: str, modifier: str, parameter: SearchParameter) -> None:
    """Each of the values that a comma separates (R4 search, any of them may fit)."""
    if modifier == "missing":
        if value not in ("true", "false"):
            raise BadInput(where=where, problem=SearchProblem.FORM)
        return
    if modifier == "identifier":
        return
    for one in _OR.split(value):
        if parameter.type == "date" and not _is_date(one):
            raise BadInput(where=where, problem=SearchProblem.DATE)
        if (form := _FORMS.get(parameter.type)) and not form[0].fullmatch(one):
            raise BadInput(where=where, problem=form[1])


def _is_date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    if found is None:
        return False
    try:
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return False
    return True


def _sorted(where: str, value: str, resource: str) -> str:
    known = _known(resource) or {}
    for one in value.split(","):
        if one.removeprefix("-") not in known:
            raise BadInput(where=_near(where, one.removeprefix("-"), known), problem=SearchProblem.UNKNOWN)
    return value


def _included(where: str, text: str) -> str:
    """`Type:parameter`, or with the type of the target."""
    resource, _, rest = text.removeprefix("iterate:").partition(":")
    name, _, target = rest.partition(":")
    found = (_known(resource) or {}).get(name)
    if found is None or found.type != "reference" or (target and target not in found.targets):
        raise BadInput(where=_near(where, name, _known(resource) or {}), problem=SearchProblem.INCLUDE)
    return text


def _near(where: str, text: str, known: Collection[str]) -> str:
    """The place, with the names of the standard that are nearest to what stands there."""
    found = get_close_matches(text[:64], known, n=3, cutoff=0.7)
    return f"{where} (near: {', '.join(found)})" if found else where


def check_next(*given: Sequence[str]) -> None:
    """A cursor goes with nothing that would be ignored. Raises `BadInput`."""
    if any(given):
        raise BadInput(where="cursor", problem=SearchProblem.CURSOR_ALONE)
