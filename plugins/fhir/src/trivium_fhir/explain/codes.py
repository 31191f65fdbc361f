"""Codes of R4's systems and the v2 tables: by code, system, value set and words; outside ones by form alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from trivium.api import BadInput, NotFound
from trivium_fhir.explain.code_model import CodeAnswer, CodeMatch, SystemFacts, ValueSetFacts
from trivium_fhir.explain.naming import V2, similar, system_url, table_number, value_set_url
from trivium_fhir.explain.problems import CodeProblem
from trivium_fhir.explain.terminologies import TERMINOLOGIES, needs
from trivium_fhir.r4 import terminology
from trivium_fhir.r4.elements import definition, resources, types
from trivium_hl7 import dictionary

SOURCE: Final = "FHIR R4 4.0.1; HL7 v2 tables (UTG)"
_SETS: Final = 8
_BOUND: Final = 12


@dataclass(frozen=True, slots=True)
class Question:
    code: str | None
    system: str | None
    value_set: str | None
    words: str | None


def look_up(question: Question, *, limit: int, offset: int) -> CodeAnswer:
    """What is known. Raises `BadInput` for an empty question, `NotFound` where nothing, not even a near name, fits."""
    if not any((question.code, question.system, question.value_set, question.words)):
        raise BadInput(where="code", problem=CodeProblem.NOTHING_ASKED)
    system = system_url(question.system) if question.system else None
    value_set = value_set_url(question.value_set) if question.value_set else None
    near = [*_near(question.system, system), *_near(question.value_set, value_set)]
    unknown = (question.system and not system) or (question.value_set and not value_set)
    found = [] if unknown else _matches(question, system, value_set)
    if not found and not near and not system and not value_set:
        raise NotFound(where=_first(question), problem=CodeProblem.NOTHING_FOUND)
    page = found[offset : offset + limit]
    return CodeAnswer(
        summary=_summary(question, system, found, unknown=bool(unknown)),
        matches=[_with_sets(one) for one in page] if question.code else page,
        total=len(found),
        next_offset=offset + limit if offset + limit < len(found) else None,
        system=_system(system, question.code) if system else None,
        value_set=_value_set(value_set, system, question.code) if value_set else None,
        near=near or None,
        source=SOURCE,
    )


def _first(question: Question) -> str:
    return next(name for name in ("code", "system", "value_set", "words") if getattr(question, name))


def _near(asked: str | None, found: str | None) -> list[str]:
    return similar(asked) if asked and not found else []


def _matches(question: Question, system: str | None, value_set: str | None) -> list[CodeMatch]:
    if value_set:
        each: Iterator[CodeMatch] = _of_value_set(value_set, system)
    elif system:
        each = _of_system(system)
    else:
        each = iter(_everything())
    exact = [one for one in each if _fits(one, question)]
    return sorted(exact, key=lambda one: _closeness(one, question))


def _fits(one: CodeMatch, question: Question) -> bool:
    if question.code and one.code.lower() != question.code.strip().lower():
        return False
    if not question.words:
        return True
    text = f"{one.display or ''} {one.code}".lower()
    return all(word in text for word in re.findall(r"\w+", question.words.lower()))


def _closeness(one: CodeMatch, question: Question) -> tuple[bool, bool, int]:
    if question.words:
        same = (one.display or "").lower() == question.words.strip().lower()
        return (not same, V2 in one.system, len(one.display or ""))
    exact = question.code is None or one.code == question.code.strip()
    return (not exact, V2 in one.system, 0)


def _of_value_set(url: str, system: str | None) -> Iterator[CodeMatch]:
    for one in terminology.codes(url):
        if system in (None, one.system):
            yield CodeMatch(system=one.system, code=one.code, display=one.display)


def _of_system(url: str) -> Iterator[CodeMatch]:
    if url in terminology.systems():
        for one in terminology.code_system(url).concepts.values():
            yield CodeMatch(
                system=url,
                code=one.code,
                display=one.display,
                parent=one.parent,
                selectable=None if one.selectable else False,
            )
    elif number := table_number(url):
        table = dictionary.table(number)
        for code, display in table.codes.items() if table else ():
            yield CodeMatch(system=url, code=code, display=display or None)


@cache
def _everything() -> tuple[CodeMatch, ...]:
    tables = (f"{V2}{number}" for number in dictionary.tables())
    urls = dict.fromkeys((*terminology.systems(), *tables))
    return tuple(one for url in urls for one in _of_system(url))


def _with_sets(one: CodeMatch) -> CodeMatch:
    sets = [url for url, held in _sets_by_system().get(one.system, ()) if one.code in held]
    return one.model_copy(update={"value_sets": sets[:_SETS]}) if sets else one


@cache
def _sets_by_system() -> dict[str, list[tuple[str, frozenset[str]]]]:
    found: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for url in terminology.value_sets():
        for system, codes in terminology.value_set(url).codes.items():
            found.setdefault(system, []).append((url, frozenset(codes)))
    return found


def _system(url: str, code: str | None) -> SystemFacts:
    outside = TERMINOLOGIES.get(url)
    number = table_number(url)
    table = dictionary.table(number) if number else None
    here = sum(1 for _ in _of_system(url))
    return SystemFacts(
        url=url,
        name=outside.name if outside else table.name if table else None,
        codes_here=here,
        v2_table=number,
        oid=(table.oid or None) if table else None,
        need=outside.need if outside and not here else None,
        form=_form(url, code),
        check_digit=_check(url, code),
    )


def _form(url: str, code: str | None) -> str | None:
    outside = TERMINOLOGIES.get(url)
    if outside is None or not outside.form or not code:
        return None
    fits = re.fullmatch(outside.form, code.strip())
    return f"{'has' if fits else 'has not'} the form of a code of {outside.name}"


def _check(url: str, code: str | None) -> str | None:
    outside = TERMINOLOGIES.get(url)
    if outside is None or outside.check is None or not code:
        return None
    return f"{'right' if outside.check(code.strip()) else 'wrong'} ({outside.check_name})"


def _value_set(url: str, system: str | None, code: str | None) -> ValueSetFacts:
    found = terminology.value_set(url)
    return ValueSetFacts(
        url=url,
        total=sum(map(len, found.codes.values())),
        outside=[needs(one) or one for one in sorted(found.open)] or None,
        contains=terminology.contains(url, system, code.strip()) if code else None,
        bound_by=list(_bindings().get(url, ()))[:_BOUND] or None,
    )


@cache
def _bindings() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for name in (*resources(), *types()):
        for one in definition(name).elements.values():
            if one.binding and one.binding.value_set and one.path.startswith(f"{name}."):
                url = one.binding.value_set.partition("|")[0]
                found.setdefault(url, {})[f"{one.path} ({one.binding.strength})"] = None
    return {url: tuple(places) for url, places in found.items()}


def _summary(question: Question, system: str | None, found: list[CodeMatch], *, unknown: bool) -> str:
    if unknown:
        return "The system or value set is not known here; near names are listed."
    if found:
        return f"{len(found)} code{'' if len(found) == 1 else 's'} found."
    if system and (need := needs(system)):
        return f"The codes are not carried here. {need}."
    return "No code fits." if question.code or question.words else "No codes are carried here."
