"""A misspelt setting is an error. pydantic-settings ignores names it does not know; a safety switch must not be one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import BaseModel

PREFIX: Final = "TRIVIUM_"
OTHERS: Final = frozenset({"TRIVIUM_CONFIG", "TRIVIUM_REQUIRE_PEERS"})
"""Names that are no setting: the settings file, and the switch of the project's own tests."""


class UnknownSetting(ValueError):
    """A `TRIVIUM_*` variable or a table of the settings file that means nothing, with the nearest that does."""


def names_of(model: type[BaseModel], prefix: str) -> set[str]:
    """Every environment name that a model understands."""
    names = set()
    for field_name, info in model.model_fields.items():
        name = f"{prefix}{field_name.upper()}"
        names.add(name)
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            names |= names_of(info.annotation, f"{name}__")
    return names


def check_own_names(environ: Mapping[str, str], core: type[BaseModel]) -> None:
    """Refuse names within the host's own sections that those do not know.

    Raises `UnknownSetting`.
    """
    known = names_of(core, PREFIX)
    sections = tuple(f"{name}__" for name in known if "__" not in name)
    for name in environ:
        if name.upper().startswith(sections) and name.upper() not in known:
            raise UnknownSetting(f"{name}: no such setting{nearest(name.upper(), known)}")


def check_names(
    environ: Mapping[str, str],
    file: Iterable[str],
    core: type[BaseModel],
    sections: Mapping[str, type[BaseModel] | None],
) -> None:
    """Refuse names that no section knows.

    `sections` maps each installed plugin to its settings model, or to None when it could not be asked (disabled,
    broken): then any name in its section passes, so that one broken plugin does not stop the host.

    Raises `UnknownSetting`.
    """
    known = names_of(core, PREFIX) | OTHERS
    open_sections = []
    for name, model in sections.items():
        prefix = f"{PREFIX}{name.upper()}__"
        if model is None:
            open_sections.append(prefix)
        else:
            known |= names_of(model, prefix)
    for name in environ:
        upper = name.upper()
        if upper.startswith(PREFIX) and upper not in known and not upper.startswith(tuple(open_sections)):
            raise UnknownSetting(f"{name}: no such setting{nearest(upper, known)}")
    tables = set(core.model_fields) | set(sections)
    for table in file:
        if table not in tables:
            raise UnknownSetting(f"settings file, {table}: no such setting{nearest(table, tables)}")


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the one that was probably meant, if any is near."""
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
