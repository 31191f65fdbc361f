"""How a transfer syntax encodes (PS3.5 annex A).

pydicom's properties cover the common ones and take every other for explicit, little endian and encapsulated, which is
false for Papyrus 3, JPIP, MIME, XML and SMPTE ST 2110; so the whole table is here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

_BASE: Final = "1.2.840.10008.1.2"


@dataclass(frozen=True, slots=True)
class Syntax:
    vr: str = "explicit"
    """explicit, implicit, or none where the data set is no sequence of data elements."""
    byte_order: str = "little"
    deflated: bool = False
    """The data set as a whole is compressed."""
    encapsulated: bool = True
    """Pixel data stand in fragments."""
    codec: str | None = None
    loss: str = "none"
    """none (not compressed), lossless, lossy, or either."""
    note: str | None = None
    clause: str = "A.4"
    """Of PS3.5."""


_JPEG: Final = {
    50: ("JPEG baseline, 8 bit (process 1)", "lossy"),
    51: ("JPEG extended sequential, 8 or 12 bit (processes 2, 4)", "lossy"),
    52: ("JPEG extended progressive (processes 3, 5)", "lossy"),
    53: ("JPEG spectral selection (processes 6, 8)", "lossy"),
    54: ("JPEG spectral selection (processes 7, 9)", "lossy"),
    55: ("JPEG full progression (processes 10, 12)", "lossy"),
    56: ("JPEG full progression (processes 11, 13)", "lossy"),
    57: ("JPEG lossless, any predictor (process 14)", "lossless"),
    58: ("JPEG lossless (process 15)", "lossless"),
    59: ("JPEG extended, hierarchical (processes 16, 18)", "lossy"),
    60: ("JPEG extended, hierarchical (processes 17, 19)", "lossy"),
    61: ("JPEG spectral selection, hierarchical (processes 20, 22)", "lossy"),
    62: ("JPEG spectral selection, hierarchical (processes 21, 23)", "lossy"),
    63: ("JPEG full progression, hierarchical (processes 24, 26)", "lossy"),
    64: ("JPEG full progression, hierarchical (processes 25, 27)", "lossy"),
    65: ("JPEG lossless, hierarchical (process 28)", "lossless"),
    66: ("JPEG lossless, hierarchical (process 29)", "lossless"),
    70: ("JPEG lossless, first-order prediction (process 14, selection value 1)", "lossless"),
    80: ("JPEG-LS", "lossless"),
    81: ("JPEG-LS near-lossless", "lossy"),
    90: ("JPEG 2000", "lossless"),
    91: ("JPEG 2000", "either"),
    92: ("JPEG 2000 part 2, multi-component", "lossless"),
    93: ("JPEG 2000 part 2, multi-component", "either"),
    110: ("JPEG XL", "lossless"),
    111: ("JPEG XL, a JPEG file packed again that can be had back", "lossy"),
    112: ("JPEG XL", "either"),
    201: ("High-Throughput JPEG 2000", "lossless"),
    202: ("High-Throughput JPEG 2000, resolution by resolution (RPCL)", "lossless"),
    203: ("High-Throughput JPEG 2000", "either"),
}
"""By the last component below 1.2.840.10008.1.2.4."""

_VIDEO: Final = {
    100: "MPEG-2 main profile, main level",
    101: "MPEG-2 main profile, high level",
    102: "MPEG-4 AVC/H.264 high profile, level 4.1",
    103: "MPEG-4 AVC/H.264 high profile, level 4.1, as on Blu-ray discs",
    104: "MPEG-4 AVC/H.264 high profile, level 4.2, 2D video",
    105: "MPEG-4 AVC/H.264 high profile, level 4.2, 3D video",
    106: "MPEG-4 AVC/H.264 stereo high profile, level 4.2",
}
"""Each also as `.1`, whose stream may be cut into several fragments."""

_JPIP: Final = "Pixel data are not in the object but at the JPIP server that Pixel Data Provider URL (0028,7FE0) names."
_STREAM: Final = "For streams in real time (PS3.22): metadata go in DICOM, picture or sound beside them; never a file."

_OTHERS: Final[Mapping[str, Syntax]] = {
    _BASE: Syntax("implicit", encapsulated=False, clause="A.1", note="The default: every peer must accept it."),
    f"{_BASE}.1": Syntax(encapsulated=False, clause="A.2"),
    f"{_BASE}.1.98": Syntax(codec="no compression, a frame to a fragment", clause="A.4"),
    f"{_BASE}.1.99": Syntax(
        deflated=True, encapsulated=False, codec="deflate (RFC 1951)", loss="lossless", clause="A.5"
    ),
    f"{_BASE}.2": Syntax(byte_order="big", encapsulated=False, clause="A.3"),
    f"{_BASE}.4.94": Syntax(encapsulated=False, codec="JPEG 2000 by JPIP", loss="either", note=_JPIP, clause="A.6"),
    f"{_BASE}.4.95": Syntax(
        deflated=True, encapsulated=False, codec="JPEG 2000 by JPIP", loss="either", note=_JPIP, clause="A.7"
    ),
    f"{_BASE}.4.107": Syntax(codec="HEVC/H.265 main profile, level 5.1", loss="lossy"),
    f"{_BASE}.4.108": Syntax(codec="HEVC/H.265 main 10 profile, level 5.1", loss="lossy"),
    f"{_BASE}.4.204": Syntax(
        encapsulated=False, codec="High-Throughput JPEG 2000 by JPIP", loss="either", note=_JPIP, clause="annex A"
    ),
    f"{_BASE}.4.205": Syntax(
        deflated=True,
        encapsulated=False,
        codec="High-Throughput JPEG 2000 by JPIP",
        loss="either",
        note=_JPIP,
        clause="annex A",
    ),
    f"{_BASE}.5": Syntax(codec="run length encoding (PS3.5 annex G)", loss="lossless", clause="A.4.2"),
    f"{_BASE}.6.1": Syntax(
        "none", "none", encapsulated=False, clause="annex A", note="A DICOM file in a MIME message (RFC 2557)."
    ),
    f"{_BASE}.6.2": Syntax("none", "none", encapsulated=False, clause="annex A", note="A text in XML."),
    f"{_BASE}.7.1": Syntax(encapsulated=False, codec="SMPTE ST 2110-20 video", note=_STREAM, clause="annex A"),
    f"{_BASE}.7.2": Syntax(encapsulated=False, codec="SMPTE ST 2110-20 video", note=_STREAM, clause="annex A"),
    f"{_BASE}.7.3": Syntax(encapsulated=False, codec="SMPTE ST 2110-30 PCM audio", note=_STREAM, clause="annex A"),
    f"{_BASE}.8.1": Syntax(codec="deflate (RFC 1951), each frame by itself", loss="lossless", clause="A.4.13"),
    "1.2.840.10008.1.20": Syntax(
        "implicit", encapsulated=False, clause="annex A", note="Of the Papyrus 3 file format of the nineties."
    ),
    "1.2.840.113619.5.2": Syntax(
        "implicit",
        encapsulated=False,
        clause="none: private",
        note="GE: as implicit little endian, but pixel data are big endian.",
    ),
}


def syntax_of(uid: str) -> Syntax | None:
    """How it encodes, or None for what is no transfer syntax that is known here."""
    return _syntaxes().get(uid)


@cache
def _syntaxes() -> Mapping[str, Syntax]:
    return dict(_rows())


def _rows() -> Iterator[tuple[str, Syntax]]:
    for number, (codec, loss) in _JPEG.items():
        yield f"{_BASE}.4.{number}", Syntax(codec=codec, loss=loss)
    for number, codec in _VIDEO.items():
        yield f"{_BASE}.4.{number}", Syntax(codec=codec, loss="lossy")
        yield f"{_BASE}.4.{number}.1", Syntax(codec=codec, loss="lossy", note="The stream may be in several fragments.")
    yield from _OTHERS.items()
