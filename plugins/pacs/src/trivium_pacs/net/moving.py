"""C-MOVE (PS3.4 C.4.2): the archive sends instances to a third party, and tells us how far it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from trivium.api import PeerFailed, PeerFailure, PeerTimeout
from trivium_pacs.keys import Keys, Level
from trivium_pacs.moved import Moved, Stop
from trivium_pacs.net.archive import Archive, identifier_of
from trivium_pacs.net.link import Link, associated
from trivium_pacs.net.watch import STOP_SECONDS, StopNotConfirmed, watched
from trivium_pacs.problems import ARCHIVE, LinkProblem
from trivium_pacs.services import STUDY_ROOT_MOVE
from trivium_pacs.statuses import PENDING
from trivium_pacs.values import uid_problem

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from trivium.api import Call

_MESSAGE_ID: Final = 1


def move(archive: Archive, level: Level, keys: Keys, destination: str, *, limit: int, call: Call) -> Moved:
    """Have the archive send what the keys name to `destination`, and wait for the end.

    Stops the archive (C-CANCEL) when `call` is cancelled, or when it reports more than `limit` instances.

    Raises `PeerFailure` of every kind when no final status came, except after a stop of ours.
    """
    with associated(archive.settings, STUDY_ROOT_MOVE) as link:
        link.require(STUDY_ROOT_MOVE)
        link.patience = max(archive.settings.retrieve_silence, archive.settings.timeout)
        return _Move(link, limit, call).run(level, keys, destination)


class _Move:
    def __init__(self, link: Link, limit: int, call: Call) -> None:
        self._link = link
        self._limit = limit
        self._call = call
        self._moved = Moved()
        self._stop: Stop | None = None
        self._stop_until = 0.0

    def run(self, level: Level, keys: Keys, destination: str) -> Moved:
        wanted = identifier_of(level, keys)
        send = self._link.association.send_c_move
        responses: Iterator[tuple[Dataset, Dataset | None]] = self._link.begin(
            lambda: send(wanted, destination, STUDY_ROOT_MOVE, msg_id=_MESSAGE_ID)
        )
        try:
            for status, identifier in watched(responses, self._look):
                code = status.get("Status")
                if code is None:
                    return self._without_final_status()
                self._count(status)
                if code not in PENDING:
                    uids = _failed_uids(identifier)
                    return replace(self._moved, status=code, failed_uids=uids, stop=self._stop)
        except StopNotConfirmed:
            self._link.hang_up()
        return self._without_final_status()

    def _look(self) -> None:
        if self._stop is None:
            if self._call.cancelled():
                self._tell_to_stop(Stop.CALLER)
        elif time.monotonic() > self._stop_until:
            raise StopNotConfirmed

    def _tell_to_stop(self, stop: Stop) -> None:
        self._stop, self._stop_until = stop, time.monotonic() + STOP_SECONDS
        self._link.cancel(_MESSAGE_ID, STUDY_ROOT_MOVE)

    def _count(self, status: Dataset) -> None:
        """Take over the counts of a response (PS3.7 9.1.4.1); those it leaves out stay as they were."""
        before = self._moved
        self._moved = Moved(
            completed=status.get("NumberOfCompletedSuboperations", before.completed),
            failed=status.get("NumberOfFailedSuboperations", before.failed),
            warning=status.get("NumberOfWarningSuboperations", before.warning),
            remaining=status.get("NumberOfRemainingSuboperations", None),
        )
        moved = self._moved
        if moved.remaining is not None:
            self._call.progress(moved.sent + (moved.failed or 0), moved.total)
        if moved.total > self._limit and self._stop is None:
            self._tell_to_stop(Stop.LIMIT)

    def _without_final_status(self) -> Moved:
        if self._stop is None:
            raise self._lost()
        return replace(self._moved, stop=self._stop)

    def _lost(self) -> PeerFailure:
        completed = self._moved.sent
        failure = self._link.lost()
        if failure.problem is LinkProblem.CLOSED:
            return PeerFailed(where=ARCHIVE, problem=LinkProblem.MOVE_CLOSED, completed=completed)
        if failure.problem is LinkProblem.NO_ANSWER:
            return PeerTimeout(
                where=ARCHIVE, problem=LinkProblem.MOVE_SILENT, completed=completed, seconds=self._link.patience
            )
        return failure


def _failed_uids(identifier: Dataset | None) -> tuple[str, ...]:
    """(0008,0058) Failed SOP Instance UID List, as far as they are UIDs."""
    item = identifier.get_item("FailedSOPInstanceUIDList") if identifier is not None else None
    if item is None or not isinstance(item.value, bytes):
        return ()
    uids = (part.strip(" \0") for part in item.value.decode("ascii", errors="replace").split("\\"))
    return tuple(uid for uid in uids if uid_problem(uid) is None)
