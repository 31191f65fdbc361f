from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from trivium.api import Phi, PhiBy, Public, ToolSpec
from trivium_pacs.plugin import trivium_plugin, trivium_settings, trivium_tools
from trivium_pacs.settings import PacsSettings

TOOLS = {spec.name: spec for spec in trivium_tools(settings=PacsSettings())}


def test_the_plugin_says_who_it_is_and_offers_three_tools() -> None:
    assert trivium_plugin().name == "pacs"
    assert trivium_settings() is PacsSettings
    assert list(TOOLS) == ["pacs_echo", "pacs_query", "pacs_retrieve"]
    assert [spec.missing for spec in TOOLS.values()] == [frozenset()] * 3


def test_importing_the_plugin_loads_no_dicom_library() -> None:
    code = (
        "import sys, trivium_pacs.plugin as p; p.trivium_tools(settings=p.PacsSettings());"
        "print(sorted({'pydicom', 'pynetdicom', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", TOOLS)
def test_every_argument_is_described(name: str) -> None:
    properties = TOOLS[name].input.model_json_schema()["properties"] if TOOLS[name].input.model_fields else {}
    assert [argument for argument, schema in properties.items() if not schema.get("description")] == []


@pytest.mark.parametrize("name", TOOLS)
def test_every_leaf_of_a_result_says_what_it_would_tell(name: str) -> None:
    spec: ToolSpec = TOOLS[name]
    assert list(_unmarked(spec.output, spec.mark is not None)) == []


def _unmarked(model: type[BaseModel], covered: bool) -> Iterator[str]:
    for name, info in model.model_fields.items():
        marked = covered or any(isinstance(mark, Phi | PhiBy | Public) for mark in info.metadata)
        inner = list(_models(info.annotation))
        for found in inner:
            yield from (f"{name}.{leaf}" for leaf in _unmarked(found, marked))
        if not inner and not marked:
            yield name


def _models(hint: Any) -> Iterator[type[BaseModel]]:
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for argument in get_args(hint):
        yield from _models(argument)
