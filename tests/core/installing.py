"""Distributions as an installer leaves them: a package, its metadata, and a RECORD of digests. No installer runs."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from trivium.host import Candidate
from trivium.host.discover import GROUP

PLUGIN = '''\
"""A plugin of one tool. Its import leaves a trace."""
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from trivium.api import Effect, PluginInfo, hookimpl, tool

Path({trace!r}).touch()


class Answer(BaseModel):
    answer: str


@tool(effect=Effect.LOCAL)
def {tool}(question: Annotated[str, Field(description="{parameter}")] = "") -> Answer:
    """{description}"""
    from {package}.later import ANSWER

    return Answer(answer=ANSWER)


@hookimpl
def trivium_plugin():
    return PluginInfo("{name}", "For a test")


@hookimpl
def trivium_tools():
    return [{tool}]
'''


@dataclass
class Site:
    """A folder of installed distributions."""

    folder: Path
    traces: Path

    def install(
        self,
        name: str,
        version: str = "1.0",
        *,
        tool: str = "",
        description: str = "Answer a question.",
        parameter: str = "What is asked.",
        point: str = "",
        files: Mapping[str, str] | None = None,
        direct_url: object = None,
    ) -> Installation:
        """A plugin `name` of the distribution `acme-name` and the package `acme_name`; `files` come on top."""
        package = f"acme_{name}"
        info = f"{package}-{version}.dist-info"
        contents = {
            f"{package}/__init__.py": "",
            f"{package}/plugin.py": PLUGIN.format(
                trace=str(self.traces / name),
                tool=tool or f"{name}_tool",
                description=description,
                parameter=parameter,
                package=package,
                name=name,
            ),
            f"{package}/later.py": "ANSWER = 'as installed'\n",
            f"{package}/data/table.json": "[]\n",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: acme-{name}\nVersion: {version}\n",
            f"{info}/entry_points.txt": f"[{GROUP}]\n{name} = {point or f'{package}.plugin'}\n",
            **(files or {}),
        }
        if direct_url is not None:
            contents[f"{info}/direct_url.json"] = json.dumps(direct_url)
        installation = Installation(self.folder, package, info, list(contents))
        for path, text in contents.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(text)
        installation.write_record()
        return installation

    def candidates(self) -> list[Candidate]:
        """What a host finds here, in name order."""
        points = [point for one in distributions(path=[str(self.folder)]) for point in one.entry_points]
        return [
            Candidate(point.name, point.load, point.dist.name, point.dist.version, point)
            for point in sorted(points, key=lambda point: point.name)
            if point.dist is not None
        ]

    def imported(self) -> set[str]:
        """The plugins that have been imported."""
        return {path.name for path in self.traces.iterdir()}


@dataclass
class Installation:
    folder: Path
    package: str
    info: str
    paths: Sequence[str]

    def path(self, name: str) -> Path:
        """A file of the package."""
        return self.folder / self.package / name

    @property
    def record(self) -> Path:
        return self.folder / self.info / "RECORD"

    def write_record(self) -> None:
        """As an installer would, of the files as they are now."""
        rows = [f"{path},{self._digest(path)}" for path in self.paths]
        self.record.write_text("\n".join([*rows, f"{self.info}/RECORD,,"]) + "\n")

    def _digest(self, path: str) -> str:
        content = (self.folder / path).read_bytes()
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        return f"sha256={digest},{len(content)}"

    @property
    def distribution(self) -> Distribution:
        (found,) = [one for one in distributions(path=[str(self.folder)]) if one.name == self.package.replace("_", "-")]
        return found
