"""Where the policy of this host lies. Read live, so that an operator tightens it without restarting anything."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeVar

from pydantic import BaseModel

from trivium.files import Identity, identity
from trivium.policy.model import EMPTY, EditionFile, PolicyFile
from trivium.policy.policy import Policy
from trivium.policy.reading import PolicyFault, parse

LARGEST: Final = 65_536
"""Bytes of a file that is looked at at all."""

_NO_RULES: Final = " (a policy without rules is an empty file)"

M = TypeVar("M", bound=BaseModel)


class PolicyDesk:
    """Any thread may ask. `required` says that the operator has named the policy file, so that it has to be there."""

    def __init__(
        self,
        file: Path,
        edition: Path | None,
        *,
        read_only: bool,
        required: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._file = _Live(file, PolicyFile, required=required)
        self._edition = edition and _Live(edition, EditionFile, required=True)
        self._read_only = read_only
        self._clock = clock
        self._lock = threading.Lock()

    def current(self) -> Policy:
        """Raises `PolicyFault`."""
        with self._lock:
            return self._policy(self._file.read() or EMPTY)

    def last_good(self) -> Policy:
        """What still holds while the policy cannot be read: its last words that could be, and what the edition demands.

        Raises `PolicyFault` when the edition cannot be read either.
        """
        with self._lock:
            return self._policy(self._file.last_good or EMPTY)

    def _policy(self, file: PolicyFile) -> Policy:
        return Policy(
            file=file,
            edition=self._edition.read() if self._edition else None,
            name=self._file.path.name,
            always_read_only=self._read_only,
            clock=self._clock,
        )


class _Live(Generic[M]):
    """One file, parsed again only when it has changed, whether it could be gone by or not."""

    def __init__(self, path: Path, model: type[M], *, required: bool) -> None:
        self.path = path
        self._model = model
        self._required = required
        self._stamp: Identity | None = None
        self._content: M | None = None
        self._fault: PolicyFault | None = None
        self.last_good: M | None = None

    def read(self) -> M | None:
        """None for a file that is not there and need not be. Raises `PolicyFault`."""
        try:
            if self._checked(os.stat(self.path)) != self._stamp:
                self._read_anew()
        except FileNotFoundError:
            # A policy that vanishes, if only while an editor saves it, must not open what it had closed.
            if self._required:
                hint = _NO_RULES if self._model is PolicyFile else ""
                raise PolicyFault(self.path, None, f"is not there{hint}") from None
            return None
        except OSError as error:
            raise PolicyFault(self.path, None, f"cannot be read ({type(error).__name__})") from None
        if self._fault is not None:
            raise PolicyFault(self.path, self._fault.line, self._fault.problem)
        return self._content

    def _read_anew(self) -> None:
        with self.path.open("rb") as file:
            stamp = self._checked(os.fstat(file.fileno()))
            content = file.read(LARGEST + 1)
        self._required = True
        self._content = self._fault = None
        try:
            self._content = self.last_good = parse(content, self.path, self._model)
        except PolicyFault as fault:
            self._fault = fault
        self._stamp = stamp

    def _checked(self, found: os.stat_result) -> Identity:
        if not stat.S_ISREG(found.st_mode):
            raise PolicyFault(self.path, None, "is not a file")
        if found.st_size > LARGEST:
            raise PolicyFault(self.path, None, f"is larger than {LARGEST} bytes")
        return identity(found)
