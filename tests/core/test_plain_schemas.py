"""The schemas that the host writes itself are the ones that pydantic would write."""

from __future__ import annotations

import datetime
import enum
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

import pytest
from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    create_model,
    field_validator,
)
from pydantic.json_schema import GenerateJsonSchema

from trivium.api import BLOCK, EMBEDDED, PUBLIC, Composed, Image, Kind, Phi, PhiBy
from trivium.host import Host
from trivium.host.plain_schemas import NotPlain, plain_schema
from trivium.host.schemas import schema_of


def untitled(schema: Any) -> Any:
    """Without the titles that pydantic makes out of names."""
    if isinstance(schema, list):
        return [untitled(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    names = ("properties", "$defs")
    return {
        key: {name: untitled(part) for name, part in value.items()} if key in names else untitled(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }


def pydantics(model: type[BaseModel]) -> Any:
    return untitled(model.model_json_schema(by_alias=False))


class Color(enum.StrEnum):
    """What it looks like.

    To people.
    """

    RED = "red"
    BLUE = "blue"


class Rank(enum.IntEnum):
    FIRST = 1
    SECOND = 2


class Only(enum.Enum):
    ONE = "one"


class Part(BaseModel):
    """A part of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    title: Annotated[str, PUBLIC]
    count: Annotated[int, Field(ge=1, le=9, description="How many.")] = 3


class Whole(BaseModel):
    text: str
    block: Annotated[str | None, PUBLIC, BLOCK] = None
    long: Annotated[str, EMBEDDED, Field(min_length=1, max_length=7)] = "x"
    short: Annotated[str | None, Field(max_length=7, description="Short, or none.")] = None
    number: Annotated[float, Field(gt=0, lt=1)] = 0.5
    either: str | int
    any_of_three: str | int | None
    flag: bool = True
    always: Literal[True] | None = None
    word: Literal["a", "b"]
    colors: tuple[Color, ...] = (Color.RED,)
    color: Color = Color.BLUE
    rank: Rank
    only: Only
    parts: list[Part] = Field(default_factory=list, description="All of them.", max_length=4)
    first: Part | None = None
    three: tuple[int, int, str]
    three_times: tuple[int, int, int] | None
    counts: dict[str, int]
    by_name: dict[str, Part] = {}
    marked: list[Annotated[str, Phi(Kind.NAME)]]
    phi: Annotated[Kind | None, PUBLIC] = None
    value: Annotated[str, PhiBy("phi"), Field(description="A value.")]
    message: Composed
    picture: Annotated[Image | None, PUBLIC] = None


class Empty(BaseModel):
    """Nothing in it."""


def test_a_schema_is_what_pydantic_would_write() -> None:
    models = (Whole, Part, Empty)
    assert [plain_schema(model) for model in models] == [pydantics(model) for model in models]


def test_the_schemas_of_all_tools_here_are_written_plainly_and_are_pydantics(tmp_path: Path) -> None:
    specs = [tool.spec for tool in Host.start({"TRIVIUM_HOME": str(tmp_path)}).known.values()]
    models = {model for spec in specs for model in (spec.input, spec.output)}
    assert len(models) > 30
    assert {model.__name__: plain_schema(model) for model in models} == {m.__name__: pydantics(m) for m in models}


T = TypeVar("T")


class Node(BaseModel):
    below: list[Node] = []


class Tree(BaseModel):
    node: Node


class Checked(BaseModel):
    text: str

    @field_validator("text")
    @classmethod
    def check(cls, text: str) -> str:
        return text


class Spoken(BaseModel):
    """It says what its own schema is."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "string", "format": "spoken"}


class Heard(Spoken):
    text: str


class Boxed(BaseModel, Generic[T]):
    content: T


class Open(BaseModel, extra="allow"):
    text: str


class Configured(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{}]})


class Numbers(RootModel[list[int]]):
    pass


def holding(hint: Any, default: Any = ...) -> type[BaseModel]:
    return create_model("Holding", it=(hint, default))


@pytest.mark.parametrize(
    "model",
    [
        Node,
        Checked,
        Spoken,
        Heard,
        Boxed[int],
        Open,
        Configured,
        Numbers,
        holding(datetime.date),
        holding(bytes),
        holding(set[str]),
        holding(list),
        holding(dict[int, str]),
        holding(tuple[()]),
        holding(Any),
        holding(object),
        holding(Literal["a", 1]),
        holding(Annotated[str, Field(pattern="a+")]),
        holding(Annotated[str | int, Field(ge=3)], 3),
        holding(Annotated[str, BeforeValidator(str.lower)]),
        holding(Annotated[str, Field(alias="that")]),
        holding(Annotated[str, Field(validation_alias=AliasChoices("a", "b"))]),
        holding(Annotated[str, Field(examples=["a"])]),
        holding(Annotated[str, Field(deprecated=True)]),
        holding(Annotated[str, Field(json_schema_extra={"x": 1})]),
        holding(list[Annotated[str, Field(description="inner")]]),
        holding(create_model("Part", text=(str, ...)) | Part),
        holding(create_model("Holding", text=(str, ...))),
    ],
    ids=lambda model: str(model.__name__),
)
def test_what_is_not_plain_is_left_to_pydantic(model: type[BaseModel]) -> None:
    with pytest.raises(NotPlain):
        plain_schema(model)


def test_a_model_below_that_holds_itself_is_written_once() -> None:
    assert plain_schema(Tree) == pydantics(Tree)


def test_a_schema_that_pydantic_cannot_write_is_not_written_here() -> None:
    with pytest.raises(NotPlain):
        plain_schema(holding(Annotated[int, Field(max_length=3)]))


def test_what_clients_see_is_the_same_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    plainly = schema_of(Whole)
    monkeypatch.setattr("trivium.host.schemas.plain_schema", raising_not_plain)
    schema_of.cache_clear()
    assert schema_of(Whole) == plainly
    schema_of.cache_clear()


def raising_not_plain(model: type[BaseModel]) -> Any:
    raise NotPlain


def test_pydantic_still_titles_everything() -> None:
    """Else `untitled` above could hide a difference."""
    assert GenerateJsonSchema().generate(Part.__pydantic_core_schema__)["title"] == "Part"
