"""`@tool` makes a typed function a frozen value, and refuses one that could not be served."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from tests.core.widgets import Facts, Shop, list_owners, lookup_widget, move_widget, wait_for_widget
from trivium.api import PUBLIC, Call, Effect, Given, Kind, Phi, Safety, tool
from trivium.testing import FakeCall

EFFECTFUL = {Effect.WRITES_FILES, Effect.WRITES_REMOTE, Effect.MOVES_IMAGES}
REMOTE = {Effect.READS_REMOTE, Effect.WRITES_REMOTE, Effect.MOVES_IMAGES}


def local(function: Callable[..., Any]) -> Any:
    return tool(effect=Effect.LOCAL)(function)


def test_a_function_becomes_a_value_that_says_everything_about_it() -> None:
    @tool(effect=Effect.READS_REMOTE, title="Weigh it", requires={"widgets.weigh"}, timeout=5.0)
    def weigh_widget(code: str, call: Call, shop: Given[Shop]) -> Annotated[Facts, PUBLIC]:
        """Weigh a widget.

        In kilograms.
        """
        return Facts(code=code, weight=shop.count)

    assert weigh_widget.name == "weigh_widget"
    assert weigh_widget.title == "Weigh it"
    assert weigh_widget.description == "Weigh a widget.\n\nIn kilograms."
    assert weigh_widget.effect is Effect.READS_REMOTE
    assert weigh_widget.requires == {"widgets.weigh"}
    assert weigh_widget.timeout == 5.0
    assert weigh_widget.output is Facts
    assert weigh_widget.mark == PUBLIC
    assert weigh_widget.call_parameter == "call"
    assert weigh_widget.given_parameters == {"shop"}
    assert weigh_widget.missing == {"shop"}
    assert weigh_widget.safety is None


def test_a_tool_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        lookup_widget.name = "other"  # type: ignore[misc]  # that is the point


def test_a_title_is_made_of_the_name() -> None:
    assert lookup_widget.title == "Lookup widget"


def test_a_whole_result_can_carry_a_mark() -> None:
    def find() -> Annotated[Facts, Phi(Kind.TEXT)]:
        """Find."""
        raise NotImplementedError

    assert local(find).mark == Phi(Kind.TEXT)
    assert lookup_widget.mark is None


def test_blocking_and_async_functions_are_told_apart() -> None:
    assert lookup_widget.blocking
    assert not list_owners.blocking


def test_the_schema_hides_what_the_plugin_and_the_host_supply() -> None:
    schema = move_widget.input.model_json_schema()
    assert list(schema["properties"]) == ["code", "destination", "dry_run"]
    assert schema["required"] == ["code", "destination"]
    assert schema["additionalProperties"] is False
    assert wait_for_widget.input.model_json_schema()["properties"] == {}


def test_a_schema_says_what_the_annotations_say() -> None:
    properties = lookup_widget.input.model_json_schema()["properties"]
    assert properties["code"]["description"] == "Widget code, e.g. 'W-17'."
    assert properties["code"]["type"] == "string"


def test_arguments_are_frozen_and_take_no_others() -> None:
    arguments = lookup_widget.input(code="W-1")
    with pytest.raises(ValidationError):
        arguments.code = "W-2"  # type: ignore[attr-defined]  # the model is made at run time
    with pytest.raises(ValidationError):
        lookup_widget.input(code="W-1", other=1)


def test_a_fault_in_the_arguments_does_not_repeat_them() -> None:
    with pytest.raises(ValidationError) as caught:
        list_owners.input(limit="O'BRIEN")
    assert "BRIEN" not in str(caught.value)


@pytest.mark.parametrize("effect", Effect)
def test_an_effect_says_what_it_touches(effect: Effect) -> None:
    assert effect.effectful is (effect in EFFECTFUL)
    assert effect.remote is (effect in REMOTE)


@pytest.mark.parametrize("effect", Effect)
def test_a_person_approves_what_has_an_effect_unless_the_tool_says_otherwise(effect: Effect) -> None:
    def act() -> Facts:
        """Act."""
        raise NotImplementedError

    assert tool(effect=effect)(act).approval is effect.effectful
    assert tool(effect=effect, approval=True)(act).approval is True
    assert tool(effect=effect, approval=False)(act).approval is False


def test_a_tool_is_called_by_keywords_as_the_function_it_is() -> None:
    shop = Shop(count=2)
    call = FakeCall()
    moved = move_widget.given(shop=shop)(code="W-1", destination="WS1", call=call)
    assert moved.moved == 2
    assert shop.sent == ["W-1"]
    assert call.reports == [(1, 2), (2, 2)]


def test_supplying_and_guarding_make_new_values() -> None:
    safety = Safety(enabled=True, switch="X=true")
    supplied = move_widget.given(shop=Shop())
    guarded = supplied.guarded(safety)
    assert move_widget.missing == {"shop"}
    assert not supplied.missing
    assert supplied.safety is None
    assert guarded.safety is safety
    assert guarded.supplied == supplied.supplied


def test_only_given_parameters_can_be_supplied() -> None:
    with pytest.raises(TypeError, match="no given parameter code"):
        move_widget.given(code="W-1")


def test_what_is_supplied_does_not_show() -> None:
    assert "Shop(" not in repr(move_widget.given(shop=Shop()))


def no_docstring(code: str) -> Facts:
    raise NotImplementedError


def empty_docstring(code: str) -> Facts:
    """ """
    raise NotImplementedError


def untyped(code) -> Facts:  # type: ignore[no-untyped-def]  # that is the point
    """Find."""
    raise NotImplementedError


def many(*codes: str) -> Facts:
    """Find."""
    raise NotImplementedError


def any_names(**codes: str) -> Facts:
    """Find."""
    raise NotImplementedError


def positional(code: str, /) -> Facts:
    """Find."""
    raise NotImplementedError


def no_result(code: str):  # type: ignore[no-untyped-def]  # that is the point
    """Find."""


def plain_result(code: str) -> dict[str, str]:
    """Find."""
    raise NotImplementedError


def listed_result(code: str) -> list[Facts]:
    """Find."""
    raise NotImplementedError


def perhaps_result(code: str) -> Facts | None:
    """Find."""
    raise NotImplementedError


def Upper(code: str) -> Facts:  # noqa: N802  # that is the point
    """Find."""
    raise NotImplementedError


def _hidden(code: str) -> Facts:
    """Find."""
    raise NotImplementedError


def übersicht(code: str) -> Facts:
    """Find."""
    raise NotImplementedError


def long_name(code: str) -> Facts:
    """Find."""
    raise NotImplementedError


long_name.__name__ = "w" * 65


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (no_docstring, "needs a docstring"),
        (empty_docstring, "needs a docstring"),
        (untyped, "parameter code needs a name and a type"),
        (many, "parameter codes needs a name and a type"),
        (any_names, "parameter codes needs a name and a type"),
        (positional, "parameter code needs a name and a type"),
        (no_result, "returns a pydantic model"),
        (plain_result, "returns a pydantic model"),
        (listed_result, "returns a pydantic model"),
        (perhaps_result, "returns a pydantic model"),
        (Upper, "lower case letters"),
        (_hidden, "lower case letters"),
        (übersicht, "lower case letters"),
        (long_name, "lower case letters"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_function_that_cannot_be_served_is_refused(function: Callable[..., Any], reason: str) -> None:
    with pytest.raises(TypeError, match=reason):
        local(function)


def test_the_longest_name_is_64_characters() -> None:
    def act() -> Facts:
        """Act."""
        raise NotImplementedError

    act.__name__ = "w" * 64
    assert local(act).name == "w" * 64


def test_keyword_only_parameters_and_defaults_are_arguments() -> None:
    def find(*, code: str, limit: Annotated[int, Field(ge=1)] = 3) -> Facts:
        """Find."""
        raise NotImplementedError

    model: type[BaseModel] = local(find).input
    assert model(code="W-1").model_dump() == {"code": "W-1", "limit": 3}
    with pytest.raises(ValidationError):
        model(code="W-1", limit=0)
