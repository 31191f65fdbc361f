"""What a tool must satisfy before it is served."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, create_model

from tests.core.bench import Plugin, report_of
from tests.core.widgets import Moved, Shop, Widgets, list_owners, lookup_widget, move_widget
from trivium.api import PUBLIC, Effect, Kind, Mark, Phi, PhiBy, Preflight, Rows, Safety, ToolSpec
from trivium.host.checks import UnfitTool, check_tool
from trivium.testing import memory_host

RULES = Safety(enabled=True, switch="X=true")
READY = move_widget.given(shop=Shop()).guarded(RULES)


def returning(output: type[BaseModel], effect: Effect = Effect.READS_REMOTE, mark: Mark | None = None) -> ToolSpec:
    """A tool whose result is this."""
    return replace(lookup_widget, effect=effect, output=output, mark=mark)


class Sex(enum.Enum):
    F = "F"


class Bare(BaseModel):
    text: str


class InList(BaseModel):
    items: list[Bare]


class InUnion(BaseModel):
    item: bool | Bare | None


class InTuple(BaseModel):
    items: tuple[bool, str]


class InSet(BaseModel):
    items: frozenset[str]


class Number(BaseModel):
    weight: float


class Anything(BaseModel):
    item: Any


class PartlyClosed(BaseModel):
    item: Literal["a"] | str


class AnonymousTable(BaseModel):
    cells: dict[str, str]


class TableOfPatients(BaseModel):
    cells: Annotated[Mapping[str, str], Phi(Kind.NAME)]


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")


class HoldsOpen(BaseModel):
    items: Annotated[list[Open], PUBLIC]


class Age(BaseModel):
    age: Annotated[int, Phi(Kind.TEXT)]


class BirthDate(BaseModel):
    born: Annotated[datetime.date | None, Phi(Kind.BIRTH_DATE)]


class Ages(BaseModel):
    ages: Annotated[list[int], Phi(Kind.TEXT)]


class Choice(BaseModel):
    sex: Annotated[Literal["F", "M"], Phi(Kind.TEXT)]


class Short(BaseModel):
    name: Annotated[str, Field(max_length=8), Phi(Kind.NAME)]


class ShortForThisKind(BaseModel):
    """`[withheld: text]` would fit, `[withheld: patient_id]` does not."""

    number: Annotated[str, Field(max_length=18), Phi(Kind.PATIENT_ID)]


class ShortForSomeKind(BaseModel):
    kind: Annotated[Kind | None, PUBLIC]
    value: Annotated[str, Field(max_length=18), PhiBy("kind")]


class ShortForALabel(BaseModel):
    """`[withheld: text]` would fit, an opened text does not."""

    note: Annotated[str, Field(max_length=1000), Phi(Kind.TEXT)]


class Coded(BaseModel):
    code: Annotated[str, Field(pattern="^[A-Z]{2}$"), Phi(Kind.PATIENT_ID)]


class Inherits(BaseModel):
    size: int


class Covered(BaseModel):
    inner: Annotated[Inherits, Phi(Kind.TEXT)]


class NoSibling(BaseModel):
    text: Annotated[str, PhiBy("kind")]


class SiblingOfWrongType(BaseModel):
    kind: Annotated[str, PUBLIC]
    text: Annotated[str, PhiBy("kind")]


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (Bare, "Bare.text is not marked"),
        (InList, "InList.items.text is not marked"),
        (InUnion, "InUnion.item.text is not marked"),
        (InTuple, "InTuple.items is not marked"),
        (InSet, "InSet.items is not marked"),
        (Number, "Number.weight is not marked"),
        (Anything, "Anything.item is not marked"),
        (PartlyClosed, "PartlyClosed.item is not marked"),
        (AnonymousTable, "AnonymousTable.cells is a mapping"),
        (TableOfPatients, "TableOfPatients.cells"),
        (Open, "Open allows fields"),
        (HoldsOpen, "HoldsOpen.items allows fields"),
        (Age, "Age.age carries patient data in a type"),
        (BirthDate, "BirthDate.born carries patient data in a type"),
        (Ages, "Ages.ages carries patient data in a type"),
        (Choice, "Choice.sex carries patient data in a type"),
        (Short, "Short.name carries patient data in a type"),
        (ShortForThisKind, "ShortForThisKind.number carries patient data in a type"),
        (ShortForSomeKind, "ShortForSomeKind.value carries patient data in a type"),
        (ShortForALabel, "ShortForALabel.note carries patient data in a type"),
        (Coded, "Coded.code carries patient data in a type"),
        (Covered, "Covered.inner.size carries patient data in a type"),
        (NoSibling, "NoSibling.text takes its kind from kind"),
        (SiblingOfWrongType, "SiblingOfWrongType.text takes its kind from kind"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_result_that_could_leak_is_refused(output: type[BaseModel], reason: str) -> None:
    with pytest.raises(UnfitTool, match=f"^lookup_widget: {reason}"):
        check_tool(returning(output))


@pytest.mark.parametrize("effect", [effect for effect in Effect if effect is not Effect.LOCAL])
def test_marks_are_required_of_every_tool_that_is_not_local(effect: Effect) -> None:
    spec = replace(returning(Bare, effect), safety=RULES)
    with pytest.raises(UnfitTool, match="is not marked"):
        check_tool(spec)


def test_a_local_tool_needs_no_marks_and_those_it_has_must_be_usable() -> None:
    check_tool(returning(Bare, Effect.LOCAL))
    with pytest.raises(UnfitTool, match=r"Age\.age carries patient data"):
        check_tool(returning(Age, Effect.LOCAL))
    with pytest.raises(UnfitTool, match=r"NoSibling\.text takes its kind"):
        check_tool(returning(NoSibling, Effect.LOCAL))


@pytest.mark.parametrize("output", [Bare, InList, InTuple, InSet, Number, Anything, AnonymousTable, InUnion])
def test_a_mark_on_the_whole_result_covers_every_leaf(output: type[BaseModel]) -> None:
    check_tool(returning(output, mark=PUBLIC))


def test_a_mark_on_the_whole_result_does_not_cover_fields_that_nobody_knows() -> None:
    with pytest.raises(UnfitTool, match="allows fields"):
        check_tool(returning(Open, mark=PUBLIC))


def test_closed_choices_need_no_mark() -> None:
    class Closed(BaseModel):
        yes: bool
        sex: Sex
        perhaps: Literal["a", "b"] | None
        several: list[Sex]

    check_tool(returning(Closed))


def test_patient_data_may_be_texts_lists_of_texts_and_models_of_texts() -> None:
    class Name(BaseModel):
        family: Annotated[str, Phi(Kind.NAME)]

    class Good(BaseModel):
        one: Annotated[str, Phi(Kind.NAME)]
        perhaps: Annotated[str | None, Phi(Kind.NAME)]
        several: Annotated[list[str], Phi(Kind.NAME)]
        row: Annotated[tuple[str, ...], Phi(Kind.NAME)]
        either: Annotated[int | str, Phi(Kind.PATIENT_ID)]
        names: Annotated[list[Name], Phi(Kind.TEXT)]

    check_tool(returning(Good))


def test_a_kind_named_beside_a_list_of_records_covers_every_leaf_below() -> None:
    class Part(BaseModel):
        value: str

    class Parts(BaseModel):
        kind: Annotated[Kind | None, PUBLIC]
        parts: Annotated[list[Part], PhiBy("kind")]

    check_tool(returning(Parts))


class Tree(BaseModel):
    name: Annotated[str, Phi(Kind.NAME)]
    branches: list[Tree]
    parent: Tree | None


class UnmarkedTree(BaseModel):
    branches: list[UnmarkedTree]
    name: str


def test_a_model_that_contains_itself_is_checked_to_its_end() -> None:
    check_tool(returning(Tree))
    with pytest.raises(UnfitTool, match=r"UnmarkedTree\.name is not marked"):
        check_tool(returning(UnmarkedTree))


def test_a_model_is_checked_anew_under_another_mark() -> None:
    """Seen first where it is covered, it is not thereby fit where it is not."""

    class Twice(BaseModel):
        covered: Annotated[Bare, PUBLIC]
        uncovered: Bare

    with pytest.raises(UnfitTool, match=r"Twice\.uncovered\.text is not marked"):
        check_tool(returning(Twice))


def plan(code: str) -> Preflight:
    raise NotImplementedError


def plan_of_stranger(shop: Shop, weight: int) -> Preflight:
    raise NotImplementedError


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (move_widget.guarded(RULES), "nobody supplies shop"),
        (list_owners, "nobody supplies shop"),
        (replace(READY, rehearsal="code"), "its rehearsal code is not one of its boolean arguments"),
        (replace(READY, rehearsal="pretend"), "its rehearsal pretend is not one of its boolean arguments"),
        (replace(READY, preflight=plan_of_stranger), "its preflight wants weight, which"),
        (replace(READY, safety=None), "declares no safety rules"),
        (READY.guarded(replace(RULES, destination="target")), "its destination target is not one of its arguments"),
        (
            replace(READY, preflight=None).guarded(replace(RULES, limits={"widgets": 1})),
            "it has limits and no preflight",
        ),
    ],
)
def test_a_tool_whose_gates_do_not_fit_it_is_refused(spec: ToolSpec, reason: str) -> None:
    with pytest.raises(UnfitTool, match=f"^{spec.name}: .*{reason}"):
        check_tool(spec)


def test_a_tool_whose_gates_fit_passes() -> None:
    check_tool(READY)
    check_tool(replace(READY, preflight=plan))
    check_tool(READY.guarded(replace(RULES, destination="destination", limits={"widgets": 1})))
    check_tool(list_owners.given(shop=Shop()))


class Question(BaseModel):
    name: Annotated[str, Phi(Kind.NAME)]


@pytest.mark.parametrize(
    "hint",
    [
        Annotated[str, PUBLIC],
        Annotated[str, PhiBy("kind")],
        Annotated[int, Phi(Kind.PATIENT_ID)],
        Annotated[list[str], Phi(Kind.PATIENT_ID)],
        list[Annotated[str, Phi(Kind.PATIENT_ID)]],
        tuple[Annotated[str, Phi(Kind.NAME)], Annotated[str, Phi(Kind.PATIENT_ID)]],
        Question,
        list[Question],
        Question | None,
    ],
    ids=str,
)
def test_a_parameter_whose_mark_could_not_be_honored_is_refused(hint: Any) -> None:
    spec = replace(lookup_widget, input=create_model("lookup_widget_arguments", code=(hint, ...)))
    with pytest.raises(UnfitTool, match=r"^lookup_widget: its argument code has "):
        check_tool(spec)


@pytest.mark.parametrize("hint", [str, Annotated[str, Phi(Kind.NAME)], Annotated[str | None, Phi(Kind.PATIENT_ID)]])
def test_a_text_parameter_may_carry_a_mark(hint: Any) -> None:
    check_tool(replace(lookup_widget, mark=PUBLIC, input=create_model("lookup_widget_arguments", code=(hint, ...))))


def test_what_is_made_of_a_patients_value_is_not_public_by_default() -> None:
    arguments = create_model("lookup_widget_arguments", code=(Annotated[str, Phi(Kind.PATIENT_ID)], ...))
    with pytest.raises(UnfitTool, match="is not marked as public or as patient data"):
        check_tool(replace(lookup_widget, input=arguments))


class Counted(BaseModel):
    found: Annotated[int, PUBLIC]
    secret: Annotated[int | str, Phi(Kind.TEXT)]
    word: Annotated[str, PUBLIC]


COUNTING = replace(list_owners.given(shop=Shop()), output=Counted)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"archive": "shop"}, "its archive shop is not one of its arguments"),
        ({"rows": Rows("most", "found")}, "its rows are bounded by most, which"),
        ({"rows": Rows("limit", "lost")}, "its rows are counted by lost, which"),
        ({"rows": Rows("limit", "secret")}, "its rows are counted by secret, which"),
        ({"rows": Rows("limit", "word")}, "its rows are counted by word, which"),
    ],
)
def test_a_tool_that_declares_bounds_it_does_not_have_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnfitTool, match=f"^list_owners: {reason}"):
        check_tool(replace(COUNTING, **changes))


def test_a_tool_that_declares_its_bounds_rightly_passes() -> None:
    check_tool(replace(COUNTING, rows=Rows("limit", "found"), archive="limit"))
    check_tool(replace(returning(Number, Effect.LOCAL), rows=None, archive="code"))


@pytest.mark.parametrize("effect", [Effect.WRITES_FILES, Effect.WRITES_REMOTE, Effect.MOVES_IMAGES])
def test_no_tool_with_an_effect_goes_without_safety_rules(effect: Effect) -> None:
    with pytest.raises(UnfitTool, match="declares no safety rules"):
        check_tool(returning(Moved, effect))


@pytest.mark.parametrize("thing", [lookup_widget.function, "lookup_widget", None])
def test_only_values_made_by_tool_are_tools(thing: Any) -> None:
    with pytest.raises(UnfitTool, match="values made by @tool"):
        check_tool(thing)


def test_an_unfit_tool_costs_its_plugin_its_place_and_no_other(environ: dict[str, str]) -> None:
    host = memory_host(environ, careless=Plugin("careless", returning(Bare)), widgets=Widgets())
    assert report_of(host, "careless").reason == (
        "UnfitTool: lookup_widget: Bare.text is not marked as public or as patient data"
    )
    assert host.tools["lookup_widget"].plugin == "widgets"
