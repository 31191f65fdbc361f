"""The archive: C-ECHO, C-FIND and C-MOVE (PS3.4 annexes A and C). The final status decides, nothing else does."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trivium.api import PeerFailed, PeerRejected
from trivium_pacs.keys import Keys, Level
from trivium_pacs.net.link import Link, associated
from trivium_pacs.net.watch import STOP_SECONDS, StopNotConfirmed, watched
from trivium_pacs.problems import ARCHIVE, LinkProblem
from trivium_pacs.rows import Answer
from trivium_pacs.services import STUDY_ROOT_FIND, STUDY_ROOT_MOVE, VERIFICATION
from trivium_pacs.settings import PacsSettings
from trivium_pacs.statuses import (
    CANCELLED,
    FIND_LIMIT,
    KEYS_IGNORED,
    PENDING,
    SUCCESS,
    StatusProblem,
    find_problem,
    general_problem,
)

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from trivium.api import Call

_MESSAGE_ID: Final = 1
_MOST_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a C-ECHO and the association's negotiation told."""

    association_ms: float
    round_trip_ms: float | None
    """None: Verification is not accepted."""
    accepted: frozenset[str]
    implementation_class_uid: str
    implementation_version_name: str


@dataclass(frozen=True, slots=True)
class Found:
    """The matches of a C-FIND that ended well."""

    answers: tuple[Answer, ...]
    more: bool
    """There are matches beyond these."""
    keys_ignored: bool
    """The archive said that it did not use every key for matching."""
    unreadable: bool
    """Some matches could not be read."""


class Archive:
    """The configured archive. Holds no connection: each session is an association of its own (19 ms on loopback)."""

    def __init__(self, settings: PacsSettings) -> None:
        self.settings = settings

    def greet(self) -> Greeting:
        """Raises `PeerFailure` of every kind."""
        started = time.monotonic()
        with associated(self.settings, VERIFICATION, STUDY_ROOT_FIND, STUDY_ROOT_MOVE) as link:
            association_ms = _since(started)
            peer = link.association.acceptor
            return Greeting(
                association_ms=association_ms,
                round_trip_ms=_echo(link) if link.accepts(VERIFICATION) else None,
                accepted=frozenset(c for c in (VERIFICATION, STUDY_ROOT_FIND, STUDY_ROOT_MOVE) if link.accepts(c)),
                implementation_class_uid=str(peer.implementation_class_uid or ""),
                implementation_version_name=str(peer.implementation_version_name or ""),
            )

    @contextmanager
    def queries(self, call: Call | None = None) -> Iterator[Finder]:
        """An association for one or more queries. They stop when `call` is cancelled."""
        with associated(self.settings, STUDY_ROOT_FIND) as link:
            link.require(STUDY_ROOT_FIND)
            yield Finder(link, call)


class Finder:
    """Asks one query after another on one association."""

    def __init__(self, link: Link, call: Call | None) -> None:
        self._link = link
        self._call = call

    def find(self, level: Level, keys: Keys, *, limit: int) -> Found:
        """At most `limit` matches. Beyond that the archive is told to stop (C-CANCEL) and its answers are drained.

        Raises `PeerFailure` of every kind when the final status does not say that the query ended well, however many
        matches had come before, and when the call is cancelled.
        """
        return _Query(self._link, self._call, limit).run(level, keys)


class _Query:
    """One C-FIND on its way."""

    def __init__(self, link: Link, call: Call | None, limit: int) -> None:
        self._link = link
        self._call = call
        self._limit = limit
        self._asked: Keys = {}
        self._answers: list[Answer] = []
        self._more = self._keys_ignored = self._unreadable = self._caller_left = False
        self._stop_until: float | None = None

    def run(self, level: Level, keys: Keys) -> Found:
        self._asked = keys
        identifier = identifier_of(level, keys)
        send = self._link.association.send_c_find
        responses = self._link.begin(lambda: send(identifier, STUDY_ROOT_FIND, msg_id=_MESSAGE_ID))
        try:
            self._take(watched(responses, self._look))
        except StopNotConfirmed:
            self._link.hang_up()
        if self._caller_left:
            raise PeerFailed(where=ARCHIVE, problem=LinkProblem.QUERY_STOPPED)
        if self._unreadable and not self._answers:
            raise PeerFailed(where=ARCHIVE, problem=LinkProblem.UNREADABLE)
        return Found(tuple(self._answers), self._more, self._keys_ignored, self._unreadable)

    def _take(self, responses: Iterator[tuple[Dataset, Dataset | None]]) -> None:
        for status, identifier in responses:
            code = status.get("Status")
            if code is None:
                raise self._link.lost()
            if code not in PENDING:
                self._more |= _ended(code, asked_to_stop=self._stop_until is not None)
                return
            self._keys_ignored |= code == KEYS_IGNORED
            if self._stop_until is None:
                self._keep(identifier)

    def _keep(self, identifier: Dataset | None) -> None:
        if not identifier:
            self._unreadable = True
        elif len(self._answers) < self._limit:
            self._answers.append(_raw(identifier, self._asked))
        else:
            self._more = True
            self._stop()

    def _look(self) -> None:
        if self._stop_until is not None:
            if time.monotonic() > self._stop_until:
                raise StopNotConfirmed
        elif self._call is not None and self._call.cancelled():
            self._caller_left = True
            self._stop()

    def _stop(self) -> None:
        self._stop_until = time.monotonic() + min(self._link.settings.timeout, STOP_SECONDS)
        self._link.cancel(_MESSAGE_ID, STUDY_ROOT_FIND)


def _ended(code: int, *, asked_to_stop: bool) -> bool:
    """Whether matches remain after a final status. Raises `PeerRejected` or `PeerFailed` for one that is no success."""
    if code == SUCCESS:
        return False
    if code == FIND_LIMIT:
        return True
    if code == CANCELLED:
        if asked_to_stop:
            return True
        raise PeerFailed(where=ARCHIVE, problem=StatusProblem.STOPPED_ITSELF, status=code)
    raise PeerRejected(where=ARCHIVE, problem=find_problem(code), status=code)


def _echo(link: Link) -> float:
    started = time.monotonic()
    answer = link.begin(lambda: link.association.send_c_echo(msg_id=_MESSAGE_ID))
    status = answer.get("Status")
    if status is None:
        raise link.lost()
    if status != SUCCESS:
        raise PeerRejected(where=ARCHIVE, problem=general_problem(status), status=status)
    return _since(started)


def _since(started: float) -> float:
    return round((time.monotonic() - started) * 1000, 1)


def identifier_of(level: Level, keys: Keys) -> Dataset:
    """Keys as a data set. Text outside ASCII goes as Latin-1 where that can say it, else as UTF-8 (PS3.3 C.12.1.1.2).

    Values were checked before; pydicom's own checks do not know wildcards and ranges, and warn with the value.
    """
    from pydicom.config import IGNORE
    from pydicom.datadict import dictionary_VR, tag_for_keyword
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

    ds = Dataset()
    if character_set := character_set_for("".join(keys.values())):
        ds.SpecificCharacterSet = character_set
    for keyword, value in {"QueryRetrieveLevel": level, **keys}.items():
        tag = tag_for_keyword(keyword)
        if tag is None:
            raise KeyError(keyword)
        ds.add(DataElement(tag, dictionary_VR(tag), value, validation_mode=IGNORE))
    return ds


def character_set_for(text: str) -> str:
    if text.isascii():
        return ""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return "ISO_IR 192"
    return "ISO_IR 100"


def _raw(identifier: Dataset, asked: Collection[str]) -> Answer:
    """The bytes that were asked for, as they came; longer than any such value can be, they are cut.

    Nothing is converted: pydicom would warn about wrong values, quoting them.
    """
    from pydicom.datadict import keyword_for_tag

    answer = {}
    for tag in identifier.keys():  # noqa: SIM118  # iterating the data set itself would convert its elements
        keyword, value = keyword_for_tag(tag), identifier.get_item(tag).value
        if isinstance(value, bytes) and (keyword in asked or keyword == "SpecificCharacterSet"):
            answer[keyword] = value[:_MOST_BYTES]
    return answer
