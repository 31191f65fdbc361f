"""Fills a section from what there is, strongest first: environment, older names, the settings file, defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_settings.exceptions import SettingsError
from pydantic_settings.sources.providers.env import EnvSettingsSource

from trivium.settings.environ import PREFIX
from trivium.settings.model import expanded

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings

M = TypeVar("M", bound=BaseModel)


class BadSettings(ValueError):
    """Settings that cannot be read at all. Says the file and line, or the name, never a value."""


@dataclass(frozen=True)
class Sources:
    """Where settings come from."""

    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    file: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Sources:
        """The environment, and the file that `TRIVIUM_CONFIG` names, if any.

        Raises `BadSettings`.
        """
        path = environ.get("TRIVIUM_CONFIG")
        if not path:
            return cls(environ)
        import tomllib  # most homes have no file

        try:
            return cls(environ, tomllib.loads(expanded(Path(path)).read_text("utf-8")))
        except tomllib.TOMLDecodeError as error:
            place = str(error).rpartition("(at ")[2].rstrip(")")
            raise BadSettings(f"TRIVIUM_CONFIG: the settings file is not TOML (at {place})") from None
        except (OSError, ValueError) as error:
            reason = type(error).__name__
            raise BadSettings(f"TRIVIUM_CONFIG: the settings file cannot be read ({reason})") from None


def fill(model: type[M], sources: Sources, *, section: str | None) -> M:
    """An instance of `model` for a plugin's section, or for the host itself (`section=None`).

    Raises `BadSettings`, and `pydantic.ValidationError` with its input hidden.
    """
    prefix = PREFIX if section is None else f"{PREFIX}{section.upper()}__"
    table = sources.file if section is None else sources.file.get(section, {})
    known = {name: value for name, value in table.items() if section is not None or name in model.model_fields}
    try:
        given = _Environment(model, sources.environ, prefix)()
    except SettingsError as error:  # a section given as one variable that is not JSON
        raise BadSettings(f"settings: {error}") from None
    return _strict(model).model_validate(_merged(_merged(known, _older_names(model, sources.environ)), given))


_STRICT: Final = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _strict(model: type[M]) -> type[M]:
    """The model, frozen, refusing names it does not know and keeping secrets out of errors, whatever it says itself."""
    if all(model.model_config.get(name) == value for name, value in _STRICT.items()):
        return model

    class Strict(model):  # type: ignore[valid-type, misc]  # the base is known at run time only
        model_config = ConfigDict(**_STRICT, title=model.__name__)

    return Strict


def faults_of(error: ValidationError) -> str:
    """What is wrong with which setting, on one line and without a value."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)


class _Environment(EnvSettingsSource):
    """Reads a given mapping instead of the process's own, so that a test can build as many hosts as it wants."""

    def __init__(self, model: type[BaseModel], environ: Mapping[str, str], prefix: str) -> None:
        self._environ = {name.lower(): value for name, value in environ.items() if name.upper().startswith(prefix)}
        # A source asks its settings class for fields and configuration only, which every model has.
        super().__init__(cast("type[BaseSettings]", model), env_prefix=prefix, env_nested_delimiter="__")

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return self._environ


def _merged(weaker: Mapping[str, Any], stronger: Mapping[str, Any]) -> dict[str, Any]:
    """Both, section by section; where both have a value the stronger's counts."""
    merged = dict(weaker)
    for name, value in stronger.items():
        below = merged.get(name)
        merged[name] = _merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def _older_names(model: type[BaseModel], environ: Mapping[str, str]) -> dict[str, Any]:
    """Values under the names that a model's `legacy_environment` maps to its fields (dots lead into sections)."""
    legacy: Mapping[str, str] = getattr(model, "legacy_environment", {})
    values: dict[str, Any] = {}
    for older, path in legacy.items():
        if older in environ:
            *sections, name = path.split(".")
            table = values
            for part in sections:
                table = table.setdefault(part, {})
            table[name] = environ[older]
    return values
