"""Extensions: a value or parts (ext-1), and the type of value that R4's own extensions have."""

from __future__ import annotations

from functools import cache
from typing import Any

from trivium_fhir.r4.extensions import extension
from trivium_fhir.validation.findings import At, Code, Findings

Json = dict[str, Any]


def check_extension(findings: Findings, node: Json, at: At) -> None:
    values = [name for name in node if name.lstrip("_").startswith("value")]
    if bool(values) == ("extension" in node):
        findings.add(Code.EXTENSION_VALUE, at, "ext-1")
    url = node.get("url")
    if values and isinstance(url, str):
        names = _value_names(url)
        if names is not None and values[0].lstrip("_") not in names:
            findings.add(Code.EXTENSION_TYPE, at, url)


@cache
def _known(url: str) -> frozenset[str]:
    types = (one.partition("(")[0] for one in extension(url).types)
    return frozenset(f"value{one[0].upper()}{one[1:]}" for one in types)


def _value_names(url: str) -> frozenset[str] | None:
    """The JSON names that the value of an extension of R4's own may have; None for other extensions."""
    try:
        return _known(url)
    except KeyError:
        return None
