"""Plot some channels of a file. Runs in the worker process."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trivium.api import BadInput, Image, NotFound, TooLarge
from trivium_dicom.files.limits import Limits
from trivium_dicom.waveforms.answer import Group, PlottedChannel, PlottedWaveform
from trivium_dicom.waveforms.problems import WaveformNote, WaveformProblem
from trivium_dicom.waveforms.wanted import Wanted

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from trivium_dicom.waveforms.layout import Sheet
    from trivium_dicom.waveforms.samples import Multiplex, Trace

_MOST_VALUES: Final = 16_000_000
_MOST_ROWS: Final = 32
_MOST_GROUPS: Final = 50
_LONGEST_LABEL: Final = 64
_BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
_ORIGINALITY: Final = frozenset(("ORIGINAL", "DERIVED"))


@dataclass(frozen=True, slots=True)
class Shown:
    """One channel in the range that is drawn."""

    number: int
    name: str | None
    unit: str | None
    trace: Trace
    ends: tuple[float, float] | None


def plot(content: bytes, limits: Limits, wanted: Wanted) -> PlottedWaveform:
    """A picture of channels of one group.

    Raises `BadInput`, `NotFound` and `TooLarge` with `WaveformProblem` or `FileProblem`.
    """
    _check_installed()
    from trivium_dicom.files.reading import read
    from trivium_dicom.waveforms.annotations import annotations_of
    from trivium_dicom.waveforms.drawing import Line, drawn

    reading = read(content, limits)
    group = _group(reading.dataset, wanted, big_endian=reading.transfer_syntax == _BIG_ENDIAN)
    numbers = _channels(group, wanted)
    first, last = _range(group, wanted, len(numbers))
    shown = [_shown(group, number, first, last) for number in numbers]
    seconds = (last - first) / group.frequency
    sheet, factors = _sheet(shown, seconds, wanted)
    lines = [
        Line(one.name or f"channel {one.number}", one.unit or "stored", one.trace.values * factor)
        for one, factor in zip(shown, factors, strict=True)
    ]
    start = first / group.frequency
    title = f"{sheet.scale}, {group.frequency:g} Hz"
    noted, more = annotations_of(reading.dataset, wanted.group)
    return PlottedWaveform(
        picture=Image(png=drawn(sheet, lines, start=start, frequency=group.frequency, title=title)),
        groups=_groups(reading.dataset),
        group=wanted.group,
        start=round(start, 6),
        end=round(last / group.frequency, 6),
        scale=sheet.scale,
        channels=tuple(_facts(group, one) for one in shown),
        annotations=noted,
        more_annotations=more or None,
        notes=tuple(note.value for note in _notes(group, shown, sheet, wanted)),
    )


def _check_installed() -> None:
    try:
        import numpy as np  # noqa: F401
        import PIL.Image  # noqa: F401
    except ImportError:
        raise BadInput(where="path", problem=WaveformProblem.NOT_INSTALLED) from None


def _group(dataset: Dataset, wanted: Wanted, *, big_endian: bool) -> Multiplex:
    from trivium_dicom.pictures.values import items_of
    from trivium_dicom.waveforms.samples import multiplex_of

    groups = items_of(dataset, "WaveformSequence")
    if not groups:
        is_image = "PixelData" in dataset
        raise NotFound(where="path", problem=WaveformProblem.IS_IMAGE if is_image else WaveformProblem.NO_WAVEFORM)
    if wanted.group > len(groups):
        raise NotFound(where="group", problem=WaveformProblem.NO_SUCH_GROUP, group=wanted.group, groups=len(groups))
    return multiplex_of(groups[wanted.group - 1], big_endian=big_endian)


def _channels(group: Multiplex, wanted: Wanted) -> list[int]:
    if len(wanted.channels) > _MOST_ROWS:
        raise TooLarge(where="channels", problem=WaveformProblem.TOO_MANY_CHANNELS, limit=_MOST_ROWS)
    for number in wanted.channels:
        if not 1 <= number <= group.channels:
            raise NotFound(
                where="channels", problem=WaveformProblem.NO_SUCH_CHANNEL, channel=number, channels=group.channels
            )
    return list(dict.fromkeys(wanted.channels)) or list(range(1, min(group.channels, _MOST_ROWS) + 1))


def _range(group: Multiplex, wanted: Wanted, channels: int) -> tuple[int, int]:
    """First sample, and the one after the last."""
    first = math.floor(wanted.start * group.frequency)
    if first >= group.there:
        raise NotFound(where="start", problem=WaveformProblem.NOTHING_THERE, seconds=group.there / group.frequency)
    last = min(group.there, max(first + 2, first + math.ceil(wanted.seconds * group.frequency)))
    values = (last - first) * channels
    if values > _MOST_VALUES:
        raise TooLarge(where="seconds", problem=WaveformProblem.TOO_LARGE, values=values, limit=_MOST_VALUES)
    return first, last


def _shown(group: Multiplex, number: int, first: int, last: int) -> Shown:
    import numpy as np

    from trivium_dicom.waveforms.samples import trace_of
    from trivium_dicom.waveforms.units import name_of, unit_of

    trace = trace_of(group, number, first, last)
    channel = group.channel(number)
    kept = trace.values[np.isfinite(trace.values)]
    return Shown(
        number=number,
        name=name_of(channel) if channel is not None else None,
        unit=unit_of(channel, "ChannelSensitivityUnitsSequence") if channel is not None and trace.scaled else None,
        trace=trace,
        ends=(float(kept.min()), float(kept.max())) if len(kept) else None,
    )


def _sheet(shown: list[Shown], seconds: float, wanted: Wanted) -> tuple[Sheet, list[float]]:
    """The paper, and what values are multiplied by to be drawn on it: on ECG paper they are mV."""
    from trivium_dicom.waveforms.layout import Span, ecg_paper, rows_apart
    from trivium_dicom.waveforms.units import MILLIVOLTS

    ends = [one.ends or (0.0, 0.0) for one in shown]
    factors = [MILLIVOLTS.get(one.unit or "") for one in shown]
    if all(factor is not None for factor in factors):
        known = [factor or 1.0 for factor in factors]
        spans = [Span(low * factor, high * factor) for (low, high), factor in zip(ends, known, strict=True)]
        if paper := ecg_paper(spans, seconds, wanted.width, wanted.height):
            return paper, known
    apart = rows_apart([Span(low, high) for low, high in ends], seconds, wanted.width, wanted.height)
    return apart, [1.0] * len(shown)


def _groups(dataset: Dataset) -> tuple[Group, ...]:
    """Each group whose numbers make sense."""
    from trivium_dicom.pictures.values import integer_of, items_of, number_of, text_of

    found = []
    for number, item in enumerate(items_of(dataset, "WaveformSequence")[:_MOST_GROUPS], start=1):
        channels, samples = integer_of(item, "NumberOfWaveformChannels"), integer_of(item, "NumberOfWaveformSamples")
        frequency = number_of(item, "SamplingFrequency")
        originality = text_of(item, "WaveformOriginality")
        if channels and samples and frequency and frequency > 0:
            found.append(
                Group(
                    group=number,
                    label=text_of(item, "MultiplexGroupLabel")[:_LONGEST_LABEL] or None,
                    originality=originality if originality in _ORIGINALITY else None,
                    channels=channels,
                    samples=samples,
                    frequency=frequency,
                    seconds=round(samples / frequency, 6),
                )
            )
    return tuple(found)


def _facts(group: Multiplex, shown: Shown) -> PlottedChannel:
    from trivium_dicom.pictures.values import number_of

    channel = group.channel(shown.number)
    return PlottedChannel(
        channel=shown.number,
        name=shown.name or f"channel {shown.number}",
        unit=shown.unit,
        lowest=shown.ends[0] if shown.ends else None,
        highest=shown.ends[1] if shown.ends else None,
        low_filter=number_of(channel, "FilterLowFrequency") if channel is not None else None,
        high_filter=number_of(channel, "FilterHighFrequency") if channel is not None else None,
    )


def _notes(group: Multiplex, shown: list[Shown], sheet: Sheet, wanted: Wanted) -> list[WaveformNote]:
    from trivium_dicom.pictures.values import number_of

    channels = [group.channel(one.number) for one in shown]
    skews = [
        number_of(channel, name) for channel in channels if channel is not None
        for name in ("ChannelTimeSkew", "ChannelSampleSkew")
    ]  # fmt: skip
    held = {
        WaveformNote.CUT: group.there < group.samples,
        WaveformNote.PADDED: any(one.trace.padded for one in shown),
        WaveformNote.LAW: group.companded,
        WaveformNote.NO_UNIT: any(not one.trace.scaled for one in shown),
        WaveformNote.UNNAMED: any(one.name is None for one in shown),
        WaveformNote.FIRST_CHANNELS: not wanted.channels and group.channels > len(shown),
        WaveformNote.SKEWED: any(skews),
        WaveformNote.FLATTENED: sheet.flattened,
    }
    return [note for note, holds in held.items() if holds]
