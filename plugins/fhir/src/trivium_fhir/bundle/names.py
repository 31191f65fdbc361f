"""UUIDs of version 5 (RFC 9562, 5.5) as text, at a fraction of the standard library's cost."""

from __future__ import annotations

from hashlib import sha1
from typing import Final
from uuid import UUID

NAMESPACE: Final = UUID("6f0d3a5c-4d0e-5b0b-9a53-1c6e7f0a2b91").bytes
"""Of all names that this package makes."""


def uuid_of(namespace: bytes, name: str) -> str:
    """The same as `str(uuid5(UUID(bytes=namespace), name))`; a name may hold any text."""
    digest = sha1(namespace + name.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def namespace_of(name: str) -> bytes:
    """A namespace of its own for everything under `name`."""
    return UUID(uuid_of(NAMESPACE, name)).bytes
