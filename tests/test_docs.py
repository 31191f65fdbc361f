"""What the documents promise holds: commands, hooks, examples, the map."""

from __future__ import annotations

import inspect
import re
import shlex
import subprocess
import sys
import tomllib
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from typer.main import get_command

from trivium.api import hookspecs
from trivium.cli.app import build
from trivium.policy.model import PolicyFile
from trivium.policy.reading import parse
from trivium.settings import CoreSettings
from trivium.settings.environ import OTHERS, PREFIX, names_of
from trivium.testing import connect, error_code, memory_host
from trivium_dicom.settings import DicomSettings
from trivium_fhir.maps.checking import checked
from trivium_fhir.maps.form import read_form
from trivium_fhir.settings import FhirSettings
from trivium_hl7.settings import Hl7Settings
from trivium_hl7.validation.site_profile import read_profile
from trivium_pacs.settings import PacsSettings

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
GUIDE = (ROOT / "docs" / "plugins.md").read_text("utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")


def test_the_readme_opens_with_the_two_commands_that_ci_runs() -> None:
    commands = re.findall(r"```sh\n(.*?)\n```", README, re.DOTALL)[:2]
    assert [command.rpartition(" && ")[2] for command in commands] == [
        ".uv/bin/uv run trivium demo",
        ".uv/bin/uv run pytest",
    ]
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    for ending, command in zip(("trivium demo", "pytest"), commands, strict=True):
        assert re.search(rf"bash -c \"\$\(readme '?{ending}'?\)\"", ci)
        assert [line for line in README.splitlines() if re.match(rf"^python3 .*{ending}$", line)] == [command]


def test_the_map_names_what_is_there() -> None:
    tree = README.partition("## Map")[2].partition("```text\n")[2].partition("```")[0]
    folders = re.findall(r"^( *)(\S+)/ ", tree, re.MULTILINE)
    for indent, name in folders:
        base = ROOT / "core" / "src" / "trivium" if indent.startswith("    ") else ROOT / "core" if indent else ROOT
        assert (base / name).is_dir(), name


def test_every_tool_of_the_table_is_served(tmp_path: Path) -> None:
    listed = re.findall(r"^\| `(\w+)` \| (\w+) \|", README, re.MULTILINE)
    done = subprocess.run(
        [sys.executable, "-c", "from trivium.host import Host; h = Host.start();"
         "print(*sorted(f'{t.plugin} {n}' for n, t in h.tools.items()), sep='\\n')"],
        env={"TRIVIUM_HOME": str(tmp_path)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == sorted(f"{plugin} {tool}" for tool, plugin in listed)


def commands_in(text: str) -> list[str]:
    """The `trivium` command lines of shell blocks, and those between backticks."""
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)).replace("\\\n", " ")
    lines = [*re.findall(r"^trivium .*$", blocks, re.MULTILINE), *re.findall(r"`(trivium [^`]+)`", text)]
    return [line for line in lines if line != "trivium demo"]  # a plugin's, which CI runs


@pytest.mark.parametrize("line", dict.fromkeys([*commands_in(README), *commands_in(OPERATING), *commands_in(GUIDE)]))
def test_every_command_of_the_documents_exists_with_its_options(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trivium.cli.app.set_up_logging", lambda level: None)
    words = shlex.split(line, comments=True)[1:]
    command: Any = get_command(build(own_only=True))
    while words and hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert [word for word in words if word.startswith("--") and word not in known] == []


def test_every_setting_of_the_documents_exists() -> None:
    named = set(re.findall(r"TRIVIUM_[A-Z_]+[A-Z]", README + OPERATING + GUIDE))
    sections: dict[str, type[BaseModel]] = {
        "PACS": PacsSettings,
        "HL7": Hl7Settings,
        "DICOM": DicomSettings,
        "FHIR": FhirSettings,
    }
    plugins = {name for section, model in sections.items() for name in names_of(model, f"{PREFIX}{section}__")}
    known = names_of(CoreSettings, PREFIX) | OTHERS | plugins
    assert {name for name in named if not name.startswith(f"{PREFIX}WIDGETS")} <= known


def toml_block(beginning: str) -> str:
    """The example of the operators' guide that begins so."""
    (found,) = (text for text in re.findall(r"```toml\n(.*?)```", OPERATING, re.DOTALL) if text.startswith(beginning))
    return str(found)


def test_the_policy_of_the_guide_can_be_gone_by() -> None:
    policy = parse(toml_block("read_only").encode(), Path("policy.toml"), PolicyFile)
    assert {demand.tools for demand in policy.demand} == {("map_*",)}


def test_the_settings_and_the_site_profile_of_the_guide_can_be_gone_by() -> None:
    shown = DicomSettings(**tomllib.loads(toml_block("[dicom]"))["dicom"])
    assert (list(shown.deidentify_keys), shown.folders) == (["lung-study"], (Path("/srv/dicom/incoming"),))
    assert shown.limits() == DicomSettings().limits()  # the numbers beside it are the defaults
    assert shown.deidentify_max_files == DicomSettings().deidentify_max_files
    assert list(Hl7Settings(**tomllib.loads(toml_block("[hl7]"))["hl7"]).endpoints) == ["ris"]
    assert list(read_profile(toml_block("title"), where="profile").segments) == ["ZRI"]
    fhir = FhirSettings(**tomllib.loads(toml_block("[fhir]\ntime_zone"))["fhir"])
    assert (fhir.time_zone, fhir.dicomweb) == ("Europe/Berlin", {"archive": "https://pacs.example.org/dicom-web"})
    servers = FhirSettings(**tomllib.loads(toml_block("[fhir]\nallow_write"))["fhir"])
    assert (list(servers.endpoints), servers.allow_write) == (["records", "research", "lab"], True)
    assert len(checked(read_form(toml_block("[[segment]]"), is_json=False))) == 7


def test_the_guide_has_each_hook_with_its_exact_signature() -> None:
    described = re.findall(r"^\| `(trivium_\w+\(.*)` \|", GUIDE, re.MULTILINE)
    specs = [getattr(hookspecs, name) for name in vars(hookspecs) if name.startswith("trivium_")]
    exact = [f"{spec.__name__}{inspect.signature(spec, eval_str=False)}".replace("'", "") for spec in specs]
    assert [line.replace("\\|", "|") for line in described] == exact


@pytest.fixture
def of_guide(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], types.ModuleType]:
    """A plugin of the guide, by the name of its package."""

    def load(package: str) -> types.ModuleType:
        source = re.findall(rf"```python\n(# {package}/plugin.py.*?)```", GUIDE, re.DOTALL)[0]
        plugin = types.ModuleType(package)
        monkeypatch.setitem(sys.modules, package, plugin)  # where annotations are looked up
        exec(compile(source, "plugin.py", "exec"), vars(plugin))
        return plugin

    return load


@pytest.mark.anyio
async def test_the_plugin_of_the_guide_works(tmp_path: Path, of_guide: Callable[[str], types.ModuleType]) -> None:
    host = memory_host({"TRIVIUM_HOME": str(tmp_path)}, widgets=of_guide("trivium_widgets"))
    async with connect(host) as client:
        good = await client.call_tool("lookup_widget", {"code": "W-17"})
        bad = await client.call_tool("lookup_widget", {"code": "W-17-AND-MORE"})
    assert good.structured_content == {"code": "W-17", "weight": 1.5}
    assert error_code(bad) == "bad_input"


@pytest.mark.anyio
async def test_the_plugins_of_the_guide_answer_each_other(
    tmp_path: Path, of_guide: Callable[[str], types.ModuleType]
) -> None:
    plugins = {"market": of_guide("trivium_market"), "kiosk": of_guide("trivium_kiosk")}
    host = memory_host({"TRIVIUM_HOME": str(tmp_path)}, **plugins)
    async with connect(host) as client:
        sold = await client.call_tool("collect_offers", {"code": "W-17"})
        unknown = await client.call_tool("collect_offers", {"code": "X"})
    offer = {"price": 24, "phi": "name", "note": "[withheld: name]"}
    assert sold.structured_content == {"offers": [offer], "failed": []}
    assert unknown.structured_content == {"offers": [], "failed": []}
