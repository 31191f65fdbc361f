"""Key pairs: the private half signs licenses and stays with the issuer, the public half lies with the host."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trivium.api import PublicKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_KEY_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def new_key_pair(key_id: str, *, private_folder: Path, public_folder: Path) -> tuple[Path, Path]:
    """Write `KID.private.pem` (readable by its owner only) and `KID.pem`.

    Raises `ValueError` for an id that is no plain file name, `FileExistsError` rather than overwrite a key.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not _KEY_ID.fullmatch(key_id):
        raise ValueError("a key's id is letters, digits, dots, dashes and underscores, at most 64")
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private_path = _write_new(private_folder / f"{key_id}.private.pem", private, 0o600)
    try:
        return private_path, _write_new(public_folder / f"{key_id}.pem", public, 0o644)
    except OSError:
        private_path.unlink()
        raise


def load_private_key(path: Path) -> Ed25519PrivateKey:
    """Raises `OSError`, and `ValueError` when the file holds no Ed25519 private key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path.name} holds no Ed25519 private key")  # the file is wrong, not a type
    return key


def load_keys(folder: Path) -> dict[str, PublicKey]:
    """The public keys of a folder by their id. A folder that is absent holds none. Raises `OSError`."""
    if not folder.is_dir():
        return {}
    return {
        path.stem: PublicKey(path.stem, path.read_bytes())
        for path in sorted(folder.glob("*.pem"))
        if not path.name.endswith(".private.pem")
    }


def _write_new(path: Path, content: bytes, mode: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "wb") as file:
        file.write(content)
    return path
