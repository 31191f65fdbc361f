"""Resources that have every element R4 gives them, with a word of its own in each that can hold one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from string import ascii_lowercase
from typing import Any, Final

from trivium_fhir.r4.elements import Element, children, is_primitive

STEM: Final = "zorblax"
LETTERS: Final = 4
"""After the stem, in a word."""
_DEEPEST: Final = 3
"""Types and backbone elements in one another: what is deeper is nearer to the top elsewhere."""
_NUMBERS: Final = frozenset({"decimal", "integer", "unsignedInt", "positiveInt"})
_STANDARD: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def _words() -> Iterator[str]:
    return (STEM + "".join(letters) for letters in itertools.product(ascii_lowercase, repeat=LETTERS))


@dataclass
class Maker:
    """Makes such resources and knows where each word stands."""

    places: dict[str, str] = field(default_factory=dict)
    """Path by word."""
    _fresh: Iterator[str] = field(default_factory=_words)

    def resource(self, name: str) -> dict[str, Any]:
        return {"resourceType": name, **self._object(name, name, (name,))}

    def extensions(self, name: str) -> list[dict[str, Any]]:
        """One of the standard and one of nobody's, each with all that an extension may have, another one in it too."""
        path = f"{name}.extension"
        part = {"url": self._word(f"{path}.extension.url"), "valueCode": self._word(f"{path}.extension.valueCode")}
        urls = (_STANDARD, self._text("uri", f"{path}.url"))
        return [{**self._object("Extension", path, (name,)), "url": url, "extension": [part]} for url in urls]

    def _word(self, path: str) -> str:
        found = next(self._fresh)
        self.places[found] = path
        return found

    def _object(self, of: str, path: str, above: tuple[str, ...]) -> dict[str, Any]:
        """What stands in a type or backbone element; the types around it are `above`."""
        found: dict[str, Any] = {}
        for key, element in children(of).items():
            value = self._value(of, element, f"{path}.{key}", above)
            if value is not None:
                found[key] = [value, value] if element.repeats else value
            if isinstance(value, str):
                found[f"_{key}"] = {"id": self._word(f"{path}._{key}.id")}
        return found

    def _value(self, of: str, element: Element, path: str, above: tuple[str, ...]) -> Any:
        kind = element.types[0] if element.types else ""
        if kind in _NUMBERS:
            return 1
        if kind == "boolean":
            return True
        if kind == "Extension":
            return {"url": self._text("uri", f"{path}.url"), "valueString": self._word(f"{path}.valueString")}
        if kind == "Resource":
            return {"resourceType": "Patient", "name": [{"family": self._word(f"{path}.name.family")}]}
        if kind and (is_primitive(kind) or not kind[:1].isupper()):
            return self._text(kind, path)
        inline = f"{of}.{element.name}" if kind in ("BackboneElement", "Element") else kind
        inner = element.content.lstrip("#") if element.content else inline
        return None if inner in above or len(above) > _DEEPEST else self._object(inner, path, (*above, inner))

    def _text(self, kind: str, path: str) -> str:
        word = self._word(path)
        return f"http://{word}.example/{word}" if kind in ("uri", "url", "canonical") else word
