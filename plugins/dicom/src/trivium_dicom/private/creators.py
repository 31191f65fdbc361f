"""Private creators as files write them, beside how the dictionaries know them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_OTHER: Final = re.compile(r"[^a-z0-9]+")
_NUMBER: Final = re.compile(r"\d+(?:[._]\d+)*[A-Za-z]?$", re.ASCII)
_VERSION: Final = re.compile(r"(?<![A-Za-z])(?:version|release|rev|ver|v|r)$", re.IGNORECASE)
_BETWEEN: Final = " \t_./:;^-"
# A number behind these words counts parts of one dictionary, not versions of it.
_PART: Final = re.compile(r"(?:\bDD|\bPART|\bBLOCK|\^)[ _]?\d+$", re.IGNORECASE)
_LONGEST: Final = 256
_LONGEST_NAME: Final = 80
"""Longer than any that is known; the value representation LO allows 64."""


def trimmed(creator: str) -> str:
    """Without the padding, which means nothing (PS3.5 6.2, LO)."""
    return creator[:_LONGEST].strip(" \0\t\r\n")


def folded(creator: str) -> str:
    """Letters and digits alone, in lower case."""
    return _OTHER.sub("", creator.casefold())


def stem(creator: str) -> str | None:
    """The name without the version at its end, folded; None: it has none, or its number is no version."""
    name = trimmed(creator)[:_LONGEST_NAME]
    number = _NUMBER.search(name)
    if number is None or _PART.search(name):
        return None
    before = name[: number.start()].rstrip(_BETWEEN)
    short = folded(_VERSION.sub("", before))
    return short if len(short) >= 4 else None


@dataclass(frozen=True, slots=True)
class Names:
    """An index of creators."""

    by_trimmed: Mapping[str, str]
    by_folded: Mapping[str, Sequence[str]]
    by_stem: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, creators: Iterable[str]) -> Names:
        by_trimmed: dict[str, str] = {}
        by_folded: dict[str, list[str]] = {}
        by_stem: dict[str, list[str]] = {}
        for creator in sorted(creators):
            by_trimmed[trimmed(creator)] = creator
            by_folded.setdefault(folded(creator), []).append(creator)
            by_stem.setdefault(stem(creator) or folded(creator), []).append(creator)
        return cls(by_trimmed, by_folded, by_stem)

    def exact(self, creator: str) -> str | None:
        return self.by_trimmed.get(trimmed(creator))

    def spelled_otherwise(self, creator: str) -> list[str]:
        """The same letters and digits, without the exact name."""
        return [one for one in self.by_folded.get(folded(creator), ()) if one != self.exact(creator)]

    def of_other_versions(self, creator: str) -> list[str]:
        """The same name with another version or none, the nearest version first."""
        short = stem(creator)
        found = self.by_stem.get(short, ()) if short else ()
        same = folded(creator)
        return sorted((one for one in found if folded(one) != same), key=lambda one: (_distance(one, creator), one))


def _distance(one: str, other: str) -> float:
    numbers = [[int(digits[:9]) for digits in re.findall(r"\d+", name)] for name in (one, other)]
    pairs = list(zip(*numbers, strict=False))
    if not pairs:
        return float("inf")
    return float(sum(abs(a - b) / 1000**at for at, (a, b) in enumerate(pairs[:4])))


# How creators of a maker begin, folded, by how its name in Manufacturer (0008,0070) begins. Own reading of the
# dictionaries; companies that another one has taken over stand with both.
_VENDORS: Final[Mapping[str, tuple[str, ...]]] = {
    "siemens": ("siemens", "syngo", "acuson", "cticti", "ctiecat", "kinetdx"),
    "acuson": ("acuson", "siemens"),
    "ge": ("gems", "gehc", "geiis", "ge", "dlx", "lunar", "kretz", "applicare", "genesis", "imsrl"),
    "philips": ("philips", "spi", "elscint", "pms", "adac", "atl", "picker", "integris", "mmcprivate", "intera"),
    "picker": ("picker", "philips"),
    "elscint": ("elscint", "philips", "ge"),
    "adac": ("adac", "philips"),
    "toshiba": ("toshiba", "canon", "pmtf"),
    "canon": ("canon", "toshiba", "pmtf"),
    "agfa": ("agfa", "mitra", "sectra"),
    "mitra": ("mitra", "agfa"),
    "fuji": ("fdms", "fuji", "ffp", "synapse"),
    "hitachi": ("hitachi", "aloka"),
    "aloka": ("aloka", "hitachi"),
    "hologic": ("hologic", "lorad", "apex", "suros"),
    "lorad": ("lorad", "hologic"),
    "kodak": ("kodak", "carestream", "lumisys"),
    "carestream": ("carestream", "kodak"),
    "varian": ("varian", "eclipse"),
    "elekta": ("elekta", "impac"),
    "impac": ("impac",),
    "brainlab": ("brainlab",),
    "samsung": ("samsung", "medison"),
    "esaote": ("esaote",),
    "shimadzu": ("shimadzu",),
    "uih": ("uih", "imageprivateheader"),
    "bruker": ("bruker",),
    "mindray": ("mindray",),
    "sonosite": ("sonosite",),
    "mortara": ("mortara",),
    "3dhistech": ("3dhistech",),
    "isg": ("isg",),
    "camtronics": ("camtronics",),
}


def vendor_of(maker: str) -> tuple[str, ...]:
    """How creators of this maker of devices may begin; nothing for one that is not known."""
    name = folded(maker[:_LONGEST])
    return next((starts for vendor, starts in _VENDORS.items() if name.startswith(vendor)), ())
