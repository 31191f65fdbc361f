"""The loss report as tools return it. Places, paths and reasons alone: no value of the message."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trivium.api import PUBLIC
from trivium_fhir.result import Result


class LossTotals(Result):
    """Values of the message: `values` is the sum of the other four."""

    values: Annotated[int, PUBLIC]
    mapped: Annotated[int, PUBLIC]
    defaulted: Annotated[int, PUBLIC] = Field(description="something else stands for it, such as unknown")
    not_mapped: Annotated[int, PUBLIC]
    refused: Annotated[int, PUBLIC] = Field(description="there is a place, and the value does not fit it")


class SegmentLoss(Result):
    """The same for all segments of one id."""

    segment: Annotated[str, PUBLIC]
    values: Annotated[int, PUBLIC]
    mapped: Annotated[int, PUBLIC]
    defaulted: Annotated[int, PUBLIC]
    not_mapped: Annotated[int, PUBLIC]
    refused: Annotated[int, PUBLIC]


class ReasonLoss(Result):
    """Why values did not arrive, or not whole."""

    state: Annotated[str, PUBLIC]
    reason: Annotated[str, PUBLIC]
    count: Annotated[int, PUBLIC]
    fields: Annotated[tuple[str, ...], PUBLIC] = Field(description="the first ten, without numbers of repetitions")


class Filled(Result):
    """Elements that R4 requires and the message does not give; they say so themselves."""

    path: Annotated[str, PUBLIC]
    count: Annotated[int, PUBLIC]
    reason: Annotated[str, PUBLIC]


class Arrival(Result):
    """A place where a value was put, or should have been."""

    path: Annotated[str | None, PUBLIC] = None
    entry: Annotated[int | None, PUBLIC] = Field(default=None, description="of the bundle, from 0")
    rows: Annotated[tuple[str, ...], PUBLIC] = Field(
        description="the guide's rows behind it, outermost first: map and v2 column; (site): a row of the site's file"
    )
    reason: Annotated[str | None, PUBLIC] = None


class ValueLoss(Result):
    """What became of one value."""

    at: Annotated[str, PUBLIC] = Field(description="segment of the message, field, repetition, component, subcomponent")
    state: Annotated[str, PUBLIC]
    reason: Annotated[str | None, PUBLIC] = None
    to: tuple[Arrival, ...] | None = None


class LossReport(Result):
    """What became of the values of a message."""

    totals: LossTotals
    segments: tuple[SegmentLoss, ...]
    segments_left_out: Annotated[int | None, PUBLIC] = None
    reasons: tuple[ReasonLoss, ...]
    filled: tuple[Filled, ...]
    values: tuple[ValueLoss, ...] | None = Field(default=None, description="with report=full")
    next_offset: Annotated[int | None, PUBLIC] = Field(default=None, description="more values follow")
