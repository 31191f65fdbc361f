"""Deflated data sets (PS3.5 A.5), inflated up to a limit."""

from __future__ import annotations

import zlib
from typing import Final, NamedTuple

from trivium.api import BadInput, TooLarge
from trivium_dicom.files.limits import Limits
from trivium_dicom.files.problems import FileProblem

DEFLATED: Final = "1.2.840.10008.1.2.1.99"
DEFLATED_SYNTAXES: Final = frozenset((DEFLATED, "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.205"))
"""Transfer syntaxes whose data set is deflated: PS3.5 A.5, and the two of JPIP with deflate (A.7, and of HTJ2K)."""
_STEP: Final = 1 << 12
_FORMS: Final = (-zlib.MAX_WBITS, zlib.MAX_WBITS | 32)
"""Raw, as PS3.5 wants it; with a header of zlib or gzip, as some writers have it."""


class Inflated(NamedTuple):
    content: bytes
    whole: bool
    """False: the stream is spoiled or cut, and this is what came before."""


def inflated(deflated: bytes, limits: Limits, *, where: str) -> Inflated:
    """Raises `TooLarge` beyond the limit, `BadInput` if nothing at all can be had."""
    for form in _FORMS:
        found = _inflated(deflated, form, limits.inflated_bytes, where)
        if found.content:
            return found
    raise BadInput(where=where, problem=FileProblem.SPOILED_DEFLATE)


def _inflated(deflated: bytes, form: int, most: int, where: str) -> Inflated:
    stream = zlib.decompressobj(form)
    try:
        content = stream.decompress(deflated, most + 1)
    except zlib.error:
        return Inflated(_beginning(deflated, form, most), False)
    if len(content) > most:
        raise TooLarge(where=where, problem=FileProblem.INFLATES_TOO_FAR, limit=most)
    return Inflated(content, stream.eof)


def _beginning(deflated: bytes, form: int, most: int) -> bytes:
    """What comes out before the fault."""
    stream, out = zlib.decompressobj(form), bytearray()
    view = memoryview(deflated)
    for start in range(0, len(deflated), _STEP):
        try:
            out += stream.decompress(view[start : start + _STEP], max(1, most - len(out)))
        except zlib.error:
            break
        if len(out) >= most or stream.unconsumed_tail:
            break
    return bytes(out)
