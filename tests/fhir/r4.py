"""Resolve an element path in FHIR R4, from the definitions that lie beside a working copy."""

from __future__ import annotations

import json
import re
from pathlib import Path as File
from typing import Any

from trivium_fhir.paths import Path, bare

Element = tuple[str, list[str]]


class R4:
    """The elements of R4's resources and types."""

    def __init__(self, folder: File) -> None:
        resources = json.loads((folder / "fhir_r4_resources.json").read_text(encoding="utf-8"))["resources"]
        types = json.loads((folder / "fhir_r4_types.json").read_text(encoding="utf-8"))["types"]
        self._types: dict[str, Any] = {**types, **resources}

    def why_not(self, path: Path) -> str | None:
        """The first step that R4 does not have, or None."""
        for leg, following in zip(path.legs, [*path.legs[1:], None], strict=True):
            missing = self._walk(bare(leg.type), [bare(step.partition(":")[0]) for step in leg.steps])
            if missing or following is None:
                return missing
        return None

    def _walk(self, of: str, steps: list[str]) -> str | None:
        prefix = ""
        for step in steps:
            if "?" in step or "#" in step or step.startswith("extension-"):
                return None  # an extension that nobody has defined
            found = self._element(of, f"{prefix}{step}")
            if found is None:
                return f"{of}.{prefix}{step}"
            name, kinds = found
            if kinds and kinds[0].startswith("@"):
                of, _, name = kinds[0][1:].partition(".")
                prefix = f"{name}."
            elif kinds and kinds[0] in ("BackboneElement", "Element"):
                prefix = f"{prefix}{step}."
            else:
                of, prefix = (re.split(r"[({]", kinds[0])[0] if kinds else "Element"), ""
        return None

    def _element(self, of: str, name: str) -> Element | None:
        while of:
            for element in self._types[of]["el"]:
                if element[0] == f"{name}[x]":
                    return name, ["Reference"]  # the guide leaves the choice of type open
                kinds = element[3].split(",") if len(element) > 3 and element[3] else []
                if element[0] == name:
                    return name, kinds
                if element[0].endswith("[x]") and name.startswith(stem := element[0][:-3]):
                    chosen = name[len(stem) :]
                    for kind in kinds if kinds != ["*"] else [*self._types]:
                        if re.split(r"[({]", kind)[0].lower() == chosen.lower():
                            return name, [kind]
            of = self._types[of].get("base") or ""
        return None
