"""A whole installation for each test: a home folder, an archive, a destination, and a `trivium serve`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import pytest

from trivium.licensing import issue, load_private_key, new_key_pair
from trivium.testing import Client, Era, Person, serve_here
from trivium_pacs.embedded import Destination, EmbeddedArchive, Study

DESTINATION = "WORKSTATION"


@dataclass
class Installation:
    """Everything around one `trivium serve`."""

    home: Path
    archive: EmbeddedArchive
    destination: Destination
    stderr: TextIO
    """What every `trivium serve` of this installation writes there."""
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def study(self) -> Study:
        """The study of twenty instances."""
        return next(study for study in self.archive.studies if study.count == 20)

    @property
    def retrieve(self) -> dict[str, Any]:
        """Arguments of a retrieve of that study."""
        return {"study_instance_uid": self.study.uid, "destination_ae_title": DESTINATION}

    @property
    def environ(self) -> dict[str, str]:
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "TRIVIUM_HOME": str(self.home),
            "TRIVIUM_PACS__HOST": self.archive.host,
            "TRIVIUM_PACS__PORT": str(self.archive.port),
            "TRIVIUM_PACS__AE_TITLE": self.archive.ae_title,
            "TRIVIUM_PACS__ALLOW_RETRIEVE": "true",
            "TRIVIUM_PACS__ALLOWED_DESTINATIONS": DESTINATION,
            **self.settings,
        }

    def client(self, era: Era, person: Person | None = None) -> Client:
        """A client of a `trivium serve` of its own."""
        return serve_here(self.environ, era=era, person=person, stderr=self.stderr)

    def complaints(self) -> str:
        return Path(self.stderr.name).read_text()

    def license(self, *, key_id: str = "site", trusted: bool = True, **terms: Any) -> str:
        """Issue a license into the home folder; `terms` go to `trivium.licensing.issue`."""
        public = self.home / "keys" if trusted else self.home / "elsewhere"
        private, _ = new_key_pair(key_id, private_folder=self.home / "issuer", public_folder=public)
        defaults = {"issuer": "site", "holder": "reading room", "entitlements": ["pacs.retrieve"], "days": 30}
        token = issue(load_private_key(private), key_id=key_id, **{**defaults, **terms})
        (self.home / "license.jwt").write_text(token)
        return token

    def audit(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.home / "audit.jsonl").read_text().splitlines()]


@pytest.fixture(params=["2025-11-25", "2026-07-28"])
def era(request: pytest.FixtureRequest) -> Era:
    chosen: Era = request.param
    return chosen


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with Destination(tmp_path / "arrived", ae_title=DESTINATION) as destination:
        where: Mapping[str, tuple[str, int]] = {DESTINATION: (destination.host, destination.port)}
        with EmbeddedArchive(destinations=where) as archive, (tmp_path / "stderr.txt").open("a") as stderr:
            yield Installation(tmp_path / "home", archive, destination, stderr)
