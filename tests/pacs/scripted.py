"""An archive that answers word for word what a test wrote down, true or not."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Self

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pynetdicom import evt
from pynetdicom.dimse_primitives import C_FIND, C_MOVE
from pynetdicom.dsutils import encode

from trivium_pacs.embedded.listener import Listener
from trivium_pacs.net.wire import Limits
from trivium_pacs.services import STUDY_ROOT_FIND, STUDY_ROOT_MOVE, VERIFICATION

Row = Mapping[str, bytes] | bytes
"""Attributes, or a whole identifier byte for byte."""


@dataclass(frozen=True)
class Script:
    """What to answer: (status, row) to every C-FIND; (status, counts, failed UIDs) to every C-MOVE.

    Counts are remaining, completed, failed, warning; None leaves one out. One that `hangs` says nothing more after its
    last move response. No notice is taken of a C-CANCEL.
    """

    finds: Sequence[tuple[int, Row | None]] = ()
    finds_by_level: Mapping[str, Sequence[tuple[int, Row | None]]] = field(default_factory=dict)
    moves: Sequence[tuple[int, tuple[int | None, ...], str]] = ()
    hangs: bool = False
    pace: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)


class ScriptedArchive(Listener):
    def __init__(self, *, sop_classes: Sequence[str] = (VERIFICATION, STUDY_ROOT_FIND, STUDY_ROOT_MOVE)) -> None:
        super().__init__("SCRIPTED", sop_classes=sop_classes, limits=Limits(stall=5))
        self._script = Script()
        self.asked: list[Dataset] = []
        """Identifiers of the queries that came while the script was played."""

    @contextmanager
    def playing(self, **script: Any) -> Iterator[Self]:
        self._script = Script(**script)
        self.asked.clear()
        try:
            yield self
        finally:
            self._script.over.set()

    def handlers(self) -> list[Any]:
        return [(evt.EVT_C_FIND, self._on_find), (evt.EVT_C_MOVE, self._on_move)]

    def _on_find(self, event: evt.Event) -> Iterator[tuple[int, Dataset | None]]:
        script = self._script
        self.asked.append(event.identifier)
        for status, row in script.finds_by_level.get(event.identifier.QueryRetrieveLevel, script.finds):
            time.sleep(script.pace)
            if isinstance(row, bytes):
                self._send_raw(event, status, row)
            else:
                yield status, None if row is None else data_set(row)

    def _send_raw(self, event: evt.Event, status: int, identifier: bytes) -> None:
        request: Any = event.request
        response = C_FIND()
        response.MessageIDBeingRespondedTo = request.MessageID
        response.AffectedSOPClassUID = request.AffectedSOPClassUID
        response.Status = status
        response.Identifier = BytesIO(identifier)
        event.assoc.dimse.send_msg(response, event.context.context_id)

    def _on_move(self, event: evt.Event) -> Iterator[tuple[None, None]]:
        """Sends its responses itself, as pynetdicom would count for us and get it right."""
        request: Any = event.request
        script = self._script
        for status, counts, failed in script.moves:
            response = C_MOVE()
            response.MessageIDBeingRespondedTo = request.MessageID
            response.AffectedSOPClassUID = request.AffectedSOPClassUID
            response.Status = status
            (
                response.NumberOfRemainingSuboperations,
                response.NumberOfCompletedSuboperations,
                response.NumberOfFailedSuboperations,
                response.NumberOfWarningSuboperations,
            ) = counts
            if failed:
                ds = Dataset()
                ds.FailedSOPInstanceUIDList = failed.split("\\")
                syntax = event.context.transfer_syntax
                response.Identifier = BytesIO(encode(ds, syntax.is_implicit_VR, syntax.is_little_endian) or b"")
            event.assoc.dimse.send_msg(response, event.context.context_id)
        if script.hangs:
            script.over.wait(30)
        yield None, None


def data_set(row: Mapping[str, bytes]) -> Dataset:
    """Bytes as they stand, which pydicom would not write for us."""
    ds = Dataset()
    for keyword, value in row.items():
        tag = Tag(tag_for_keyword(keyword) or 0)
        padded = value + b" " * (len(value) % 2)
        ds[tag] = RawDataElement(tag, dictionary_VR(tag), len(padded), padded, 0, False, True)
    return ds
