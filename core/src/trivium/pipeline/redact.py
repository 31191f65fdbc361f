"""What leaves a tool, field by field. Works on the marks of typed results, never on patterns in text."""

from __future__ import annotations

import datetime
import enum
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from pydantic import BaseModel

from trivium.api import PUBLIC, Composed, Image, Kind, Mark, Phi, PhiBy, Preflight, Public
from trivium.pipeline.echo import NO_ECHO, Echo
from trivium.pipeline.marks import Field, fields_of, is_plain_number, models_of
from trivium.privacy import Dates, StandIns
from trivium.privacy.dates import is_date
from trivium.privacy.forms import is_order_number, is_uid
from trivium.privacy.stand_ins import PREFIXES, normal
from trivium.privacy.text import KindName, Lines, initials, labeled, plain, unlabeled, visible

Mode = Literal["redact", "tokens", "open"]

OPEN_KINDS: Final = frozenset({Kind.UID, Kind.ORDER, Kind.DATE})
"""Shown in every mode: the keys and dates without which an agent cannot take the next step."""

_STAND_INS: Final[Mapping[Mode, frozenset[Kind]]] = {
    "redact": frozenset({Kind.PATIENT_ID, Kind.FILE}),
    "tokens": frozenset(PREFIXES),
    "open": frozenset(),
}
"""In whose place a stand-in is shown; all others that are not open are withheld."""
_FORMS: Final[Mapping[Kind, Callable[[str], bool]]] = {
    Kind.UID: is_uid,
    Kind.ORDER: is_order_number,
    Kind.DATE: is_date,
}


class Unmarked(TypeError):
    """A leaf without a mark, or a value nobody declared: start-up checks leave only a plugin's bug as a cause."""


def withheld(kind: Kind) -> str:
    """What stands in the place of a value."""
    return f"[withheld: {kind.value}]"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A result as the caller gets it, and what is to be recorded of it."""

    content: dict[str, Any]
    shown: frozenset[Kind]
    """Kinds of patient data that are in it because the mode or an opening shows them."""
    patients: tuple[str, ...]
    """Stand-ins of the patient numbers that were in it, each once, in order."""
    record_text: bool
    """Whether free text of a record is in it."""
    images: tuple[bytes, ...] = ()
    """Pictures (PNG) that belong to it, in order."""


@dataclass(frozen=True, slots=True)
class Redactor:
    """Turns a result into plain JSON values, with patient data withheld or replaced."""

    mode: Mode = "redact"
    dates: Dates = field(default_factory=Dates)
    stand_ins: StandIns = field(default_factory=lambda: StandIns(secrets.token_bytes(32)))

    def render(
        self,
        result: BaseModel,
        mark: Mark | None = None,
        *,
        declared: type[BaseModel] | None = None,
        opened: frozenset[Kind] = frozenset(),
        echo: Echo = NO_ECHO,
    ) -> Rendered:
        """A result, the whole of it under `mark`. `declared` is the type a tool promised, if not the result's own.

        The kinds in `opened` are shown whatever the mode; values of `echo` only where their kind is. Raises `Unmarked`.
        """
        kinds = self.opened(opened)
        hidden = echo.without(kinds, self.stand_ins)
        rendering = _Rendering(self, models_of(declared or type(result)), kinds, hidden)
        content = hidden.silenced(rendering.model(result, mark))
        return Rendered(
            content,
            frozenset(rendering.shown),
            tuple(rendering.patients),
            rendering.record_text,
            tuple(rendering.images),
        )

    def opened(self, by_policy: frozenset[Kind]) -> frozenset[Kind]:
        """The kinds of patient data that a caller is shown, by the mode and by what a policy opens."""
        return frozenset(Kind) - OPEN_KINDS | by_policy if self.mode == "open" else by_policy

    def closed(self) -> Redactor:
        """The same, in the mode that shows nobody's data."""
        return replace(self, mode="redact")

    def facts(self, plan: Preflight, echo: Echo = NO_ECHO) -> list[tuple[str, str]]:
        """The facts of a preflight as the approving person sees them: label and value."""
        patient = next((fact.value for fact in plan.facts if fact.kind is Kind.PATIENT_ID), "")
        return [
            (plain(fact.label), str(echo.silenced(self.fact(fact.kind, fact.value, patient)))) for fact in plan.facts
        ]

    def fact(self, kind: Kind | None, value: str, patient: str = "") -> str:
        """One value in a question to a person, whose way may lead through the client.

        Names become initials and patient numbers stand-ins, in every mode; birth dates and free text are withheld.
        """
        if kind is None or value == "":
            return plain(value)
        if kind is Kind.NAME:
            return initials(value) or withheld(kind)
        rendering = _Rendering(self, frozenset(), self.opened(frozenset()) - _NEVER_ASKED)
        if kind is Kind.PATIENT_ID:
            return rendering.stand_in(kind, value)
        return withheld(kind) if kind in _NEVER_ASKED else str(rendering.leaf(value, kind, patient))


_NEVER_ASKED: Final = frozenset({Kind.BIRTH_DATE, Kind.TEXT})


@dataclass(slots=True)
class _Rendering:
    redactor: Redactor
    declared: frozenset[type[BaseModel]]
    """A value of any other model, such as a subclass with more fields, is nobody's promise."""
    open: frozenset[Kind]
    echo: Echo = NO_ECHO
    """What is not to come out: optional numbers are left out, dates withheld, texts done when all is rendered."""
    shown: set[Kind] = field(default_factory=set)
    patients: dict[str, None] = field(default_factory=dict)
    record_text: bool = False
    images: list[bytes] = field(default_factory=list)

    def model(self, model: BaseModel, inherited: Mark | None, above: str = "") -> dict[str, Any]:
        """Every field, but for those that may be left out and hold nothing: a model reads what is not there faster.

        `above` is the number of the patient whom the models around this one are about.
        """
        if type(model) not in self.declared:
            raise Unmarked("a value of a type that the tool does not declare")
        fields = [
            (one.name, value, settle(one, inherited, model))
            for one in fields_of(type(model))
            if not (self._nothing(value := getattr(model, one.name)) and one.optional)
        ]
        judged = {one.name: one.mark.field for one in fields_of(type(model)) if isinstance(one.mark, PhiBy)}
        patient = next(filter(None, (_first_text(value) for _, value, mark in fields if _numbers_patient(mark))), above)
        content = {name: self._value(value, mark, patient) for name, value, mark in fields}
        for name, _, mark in fields:
            if name in judged and isinstance(mark, Public) and isinstance(text := content[name], str):
                content[name] = unlabeled(visible(text))
        for name in judged.values():
            if isinstance(kind := content.get(name), str):
                content[name] = KindName(kind)
        for one in fields_of(type(model)):
            if one.block and isinstance(text := content.get(one.name), str):
                content[one.name] = Lines(text)
        return content

    def _value(self, value: Any, mark: Phi | Public | None, patient: str) -> Any:
        if value is None:
            return None
        if isinstance(value, Image):
            return self._image(value, mark)
        if isinstance(value, Composed):
            return Lines("".join(self._part(part.text, part.phi, patient) for part in value.parts))
        if isinstance(value, BaseModel):
            return self.model(value, mark, patient)
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value(item, mark, patient) for item in value]
        if isinstance(value, Mapping):
            if not isinstance(mark, Public):
                raise Unmarked("a mapping whose keys and values are not public")
            return {str(key): self._value(item, mark, patient) for key, item in value.items()}
        if mark is None:
            raise Unmarked("a leaf without a mark")
        return _json(value) if isinstance(mark, Public) else self.leaf(_json(value), mark.kind, patient)

    def _nothing(self, value: Any) -> bool:
        return value is None or (type(value) is int and value in self.echo.numbers)

    def _image(self, image: Image, mark: Phi | Public | None) -> dict[str, Any]:
        if not (isinstance(mark, Public) or (isinstance(mark, Phi) and mark.kind is Kind.IMAGE)):
            raise Unmarked("a picture that is neither public nor marked as one")
        width, height = image.size
        content = {"mime_type": "image/png", "width": width, "height": height, "bytes": len(image.png)}
        if isinstance(mark, Phi):
            if mark.kind not in self.open:
                return content | {"withheld": withheld(mark.kind)}
            self.shown.add(mark.kind)
        self.images.append(image.png)
        return content

    def _part(self, text: str, kind: Kind | None, patient: str) -> str:
        """A piece of a larger text, in which the brackets around record text would be read as its content."""
        if kind is None:
            return unlabeled(text)
        if kind is Kind.TEXT and kind in self.open and text:
            self.shown.add(kind)
            self.record_text = True
            return visible(text)
        return str(self.leaf(text, kind, patient))

    def leaf(self, value: str | int | float | bool, kind: Kind, patient: str) -> str | int | float | bool:
        if value == "":
            return ""
        text = str(value).strip(" \0") if kind in OPEN_KINDS else str(value)
        if kind in OPEN_KINDS and not _FORMS[kind](text):
            kind = Kind.TEXT
        if kind is Kind.PATIENT_ID and normal(kind, text):
            self.patients[self.redactor.stand_ins.of(kind, text)] = None
        if kind in self.open or kind in (Kind.UID, Kind.ORDER):
            return self._shown(value, text, kind)
        if kind is Kind.DATE:
            shown = None if self.echo.holds(text) else self.redactor.dates.shown(text, patient)
            return shown or withheld(kind)
        return self.stand_in(kind, text) if kind in _STAND_INS[self.redactor.mode] else withheld(kind)

    def stand_in(self, kind: Kind, text: str) -> str:
        """Nothing but blanks is no value, which two records could share."""
        return self.redactor.stand_ins.of(kind, text) if normal(kind, text) else withheld(kind)

    def _shown(self, value: str | int | float | bool, text: str, kind: Kind) -> str | int | float | bool:
        if kind not in OPEN_KINDS or (kind is Kind.DATE and self.redactor.dates.mode != "keep"):
            self.shown.add(kind)
        if kind is Kind.TEXT:
            self.record_text = True
            return labeled(text)
        return plain(text) if isinstance(value, str) else value


def counts_of(result: BaseModel, inherited: Mark | None) -> dict[str, Any]:
    """Public numbers, answers and lengths of a result, never its texts: what the audit trail keeps of it."""
    counts: dict[str, Any] = {}
    for one in fields_of(type(result)):
        value = getattr(result, one.name)
        if isinstance(value, list | tuple | set | frozenset | dict):
            counts[one.name] = len(value)
        elif is_plain_number(value) and isinstance(settle(one, inherited, result), Public):
            counts[one.name] = value
    return counts


def settle(field: Field, inherited: Mark | None, parent: BaseModel) -> Phi | Public | None:
    """The mark that counts for a field: its own, else the one above it, else public for a closed choice.

    One that points to a sibling becomes that sibling's kind; anything unexpected there counts as free text.
    """
    mark = field.mark or inherited or (PUBLIC if field.closed else None)
    if not isinstance(mark, PhiBy):
        return mark
    kind = getattr(parent, mark.field, Kind.TEXT)
    if kind is None:
        return PUBLIC
    return Phi(kind if isinstance(kind, Kind) else Kind.TEXT)


def _numbers_patient(mark: Mark | None) -> bool:
    return isinstance(mark, Phi) and mark.kind is Kind.PATIENT_ID


def _first_text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return next(filter(None, map(_first_text, value)), "")
    return value.strip() if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _json(value: Any) -> str | int | float | bool:
    if isinstance(value, enum.Enum):
        return _json(value.value)
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
