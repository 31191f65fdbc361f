"""The contract is what it is documented to be: a change here is a change for every plugin author."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, get_type_hints

import pytest
from pydantic import BaseModel

import trivium.api
from trivium.api import (
    AfterCall,
    CallView,
    Command,
    HookSpec,
    Kind,
    PluginInfo,
    Plugins,
    PromptSpec,
    PublicKey,
    ResourceSpec,
    ToolSpec,
    hookspecs,
)

NAMES = {
    "values": {"API_VERSION", "PluginInfo", "PublicKey", "Command", "CallView", "AfterCall"},
    "tools": {"tool", "ToolSpec", "Effect", "Given", "Call", "hookimpl"},
    "hooks of plugins": {"hook", "HookSpec", "Plugins", "Answers", "Answer", "Unanswered"},
    "texts": {"resource", "ResourceSpec", "prompt", "PromptSpec", "Completer"},
    "gates": {"Safety", "Preflight", "Fact", "Rows", "RefusalCode"},
    "marks": {"Kind", "Mark", "Phi", "PhiBy", "Public", "PUBLIC", "EMBEDDED", "BLOCK", "Composed", "Part", "Image"},
    "files": {"Folders", "FolderProblem"},
    "workers": {"Workers", "WorkerProblem"},
    "settings": {"CommaSeparated"},
    "errors": {
        "TriviumError",
        "Refused",
        "ToolFailure",
        "BadInput",
        "NotFound",
        "TooLarge",
        "PeerFailure",
        "PeerUnavailable",
        "PeerTimeout",
        "PeerRejected",
        "PeerFailed",
        "Problem",
    },
}

HOOKS: dict[str, tuple[dict[str, Any], Any]] = {
    "trivium_plugin": ({}, PluginInfo),
    "trivium_settings": ({}, type[BaseModel]),
    "trivium_tools": ({"settings": Any, "plugins": Plugins}, Sequence[ToolSpec]),
    "trivium_resources": ({"settings": Any}, Sequence[ResourceSpec]),
    "trivium_prompts": ({"settings": Any}, Sequence[PromptSpec]),
    "trivium_hooks": ({}, Sequence[HookSpec[..., Any]]),
    "trivium_license_keys": ({}, Sequence[PublicKey]),
    "trivium_commands": ({}, Sequence[Command]),
    "trivium_veto": ({"call": CallView}, str | None),
    "trivium_after_call": ({"event": AfterCall}, type(None)),
}


def hooks() -> dict[str, Any]:
    return {name: item for name, item in vars(hookspecs).items() if hasattr(item, "trivium_spec")}


def test_the_api_offers_exactly_these_names() -> None:
    offered = set(trivium.api.__all__)
    assert offered == set().union(*NAMES.values())
    assert len(trivium.api.__all__) == len(offered)
    assert offered <= vars(trivium.api).keys()


def test_there_are_exactly_these_hooks() -> None:
    assert hooks().keys() == HOOKS.keys()


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_has_exactly_this_signature(name: str) -> None:
    parameters, result = HOOKS[name]
    hints = get_type_hints(hooks()[name])
    assert hints.pop("return") == result
    assert hints == parameters
    assert list(inspect.signature(hooks()[name]).parameters) == list(parameters)


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_says_what_raising_means(name: str) -> None:
    assert "raising" in inspect.cleandoc(hooks()[name].__doc__).lower()


@pytest.mark.parametrize("name", HOOKS)
def test_a_plugin_is_asked_alone_so_the_first_answer_is_the_answer(name: str) -> None:
    assert hooks()[name].trivium_spec["firstresult"] is True


@pytest.mark.parametrize("name", HOOKS)
def test_a_specification_is_no_implementation(name: str) -> None:
    with pytest.raises(AssertionError, match="never called"):
        hooks()[name](**dict.fromkeys(HOOKS[name][0]))


def test_the_kinds_of_patient_data_are_these() -> None:
    assert {kind.value for kind in Kind} == {
        "name",
        "patient_id",
        "birth_date",
        "address",
        "contact",
        "text",
        "order",
        "uid",
        "date",
        "file",
        "image",
    }


def test_this_is_version_one_of_the_contract() -> None:
    assert trivium.api.API_VERSION == 1
    assert PluginInfo("widgets", "").api_version == 1


def test_the_contract_loads_neither_the_protocol_nor_the_house() -> None:
    program = (
        "import sys, trivium.api; "
        "print([m for m in sys.modules if m.split('.')[0] in ('mcp', 'mcp_types', 'jwt', 'typer', 'cryptography')"
        " or m.startswith('trivium.') and not m.startswith('trivium.api')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
