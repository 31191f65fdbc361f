"""Windows by name, for values in Hounsfield units: center and width as radiology teaching has them.

Source: the typical values of radiopaedia.org/articles/windowing-ct, also listed in the GitHub repository
brainrot69420/medical-image-converter (about-windowing/windowing.md); of the ranges that it has for a subdural window,
the middle. Angio is that of Orthanc's Stone web viewer (configuration.json). Places differ: OHIF's viewer has bone at
480/2500 and liver at 90/150.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

PRESETS: Final[Mapping[str, tuple[float, float]]] = {
    "abdomen": (50, 400),
    "angio": (300, 600),
    "bone": (400, 1800),
    "brain": (40, 80),
    "liver": (30, 150),
    "lung": (-600, 1500),
    "mediastinum": (50, 350),
    "soft tissue": (50, 400),
    "spine": (50, 250),
    "stroke": (40, 40),
    "subdural": (75, 215),
    "temporal bone": (600, 2800),
}
_NUMBER: Final = r"[+-]?\d{1,9}(?:\.\d{1,6})?"
_PAIR: Final = re.compile(rf"({_NUMBER})\s*[/,; ]\s*({_NUMBER})", re.ASCII)


def preset(name: str) -> tuple[float, float] | None:
    return PRESETS.get(" ".join(name.casefold().replace("_", " ").replace("-", " ").split()))


def pair(text: str) -> tuple[float, float] | None:
    """Center and width of `40/400`, `40 400` or `40,400`."""
    found = _PAIR.fullmatch(text.strip())
    return (float(found[1]), float(found[2])) if found else None
