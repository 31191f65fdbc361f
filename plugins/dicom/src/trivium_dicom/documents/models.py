"""Models of shapes: how large they are (STL, OBJ, MTL; PS3.3 A.85). Their names and comments are not shown."""

from __future__ import annotations

from collections import Counter
from typing import Final

from trivium_dicom.documents.contents import Contents
from trivium_dicom.documents.problems import Oddness

_STL_HEAD: Final = 84
_STL_TRIANGLE: Final = 50
_OBJ: Final = {b"v": "vertices", b"vn": "normals", b"vt": "texture_vertices", b"f": "faces", b"g": "groups"}
_MTL: Final = {b"newmtl": "materials", b"map_Kd": "texture_maps"}


def read_stl(document: bytes) -> Contents:
    """Triangles: 80 bytes of text, their number in 4 bytes, and 50 bytes each; or as text."""
    contents = Contents()
    claimed = int.from_bytes(document[80:84], "little")
    if len(document) >= _STL_HEAD and len(document) >= _STL_HEAD + claimed * _STL_TRIANGLE and claimed:
        contents.facts["triangles"] = claimed
    elif document[:5].lower() == b"solid":
        contents.facts["triangles"] = document.count(b"endfacet")
    else:
        contents.note(Oddness.SPOILED_MODEL)
    return contents


def read_obj(document: bytes) -> Contents:
    """Lines of a Wavefront OBJ, by what they begin with."""
    return _counted(document, _OBJ)


def read_mtl(document: bytes) -> Contents:
    return _counted(document, _MTL)


def _counted(document: bytes, words: dict[bytes, str]) -> Contents:
    counts = Counter(line.split(None, 1)[0] for line in document.splitlines() if line.strip(b" \t\0"))
    facts = {name: counts[word] for word, name in words.items() if counts[word]}
    contents = Contents(facts=facts)
    if not facts:
        contents.note(Oddness.SPOILED_MODEL)
    return contents
