"""UIDs, pseudonyms and shifts of dates that depend on a secret of the project and on nothing else.

Each UID and pseudonym carries a second, shorter code over its first part, so that what was made with a key is known
again with that key: it is given back as it is, and files that are de-identified twice stay the same.
"""

from __future__ import annotations

import hmac
from base64 import b32decode, b32encode
from binascii import Error
from typing import Final

_ROOT: Final = "2.25."
_UID_BYTES: Final = 16
_UID_CHECK: Final = 4
_PSEUDONYM_BYTES: Final = 10
_PSEUDONYM_CHECK: Final = 3
_MOST_DAYS: Final = 3650


class Keyed:
    """The values of one project."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def uid(self, original: str) -> str:
        """`2.25.` and a number of 128 bits (PS3.5 B.2), the same for the same UID."""
        if self.made_uid(original):
            return original
        number = int.from_bytes(self._checked("uid", original, _UID_BYTES, _UID_CHECK))
        return f"{_ROOT}{number}"

    def made_uid(self, uid: str) -> bool:
        """Whether this key made it."""
        digits = uid.removeprefix(_ROOT)
        if (
            digits == uid
            or not digits.isascii()
            or not digits.isdigit()
            or len(digits) > 39
            or digits != str(int(digits))
        ):
            return False
        number = int(digits)
        return number.bit_length() <= 128 and self._is_checked("uid", number.to_bytes(_UID_BYTES), _UID_CHECK)

    def pseudonym(self, purpose: str, value: str) -> str:
        """16 letters and digits, which every text value representation takes."""
        if self.made_pseudonym(purpose, value):
            return value
        return b32encode(self._checked(purpose, value, _PSEUDONYM_BYTES, _PSEUDONYM_CHECK)).decode()

    def made_pseudonym(self, purpose: str, value: str) -> bool:
        """Whether this key made it for this purpose."""
        try:
            whole = b32decode(value)
        except (Error, ValueError):
            return False
        return len(whole) == _PSEUDONYM_BYTES and self._is_checked(purpose, whole, _PSEUDONYM_CHECK)

    def days(self, patient: str) -> int:
        """By how many days the dates of a patient go back: 1 to 3650."""
        return 1 + int.from_bytes(self._code("days", patient.encode())[:8]) % _MOST_DAYS

    def _checked(self, purpose: str, value: str, length: int, check: int) -> bytes:
        body = self._code(purpose, value.encode())[: length - check]
        return body + self._code(f"{purpose} check", body)[:check]

    def _is_checked(self, purpose: str, whole: bytes, check: int) -> bool:
        return hmac.compare_digest(self._code(f"{purpose} check", whole[:-check])[:check], whole[-check:])

    def _code(self, purpose: str, value: bytes) -> bytes:
        return hmac.digest(self._secret, purpose.encode() + b"\0" + value, "sha256")
