"""Multiplex groups of a data set, and their samples as numbers (PS3.3 C.10.9.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from trivium.api import BadInput
from trivium_dicom.pictures.values import bytes_of, integer_of, items_of, number_of, text_of
from trivium_dicom.waveforms.problems import WaveformProblem

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

_MOST_CHANNELS: Final = 8192
_KINDS: Final = {
    ("SB", 8): "i1", ("UB", 8): "u1", ("MB", 8): "u1", ("AB", 8): "u1", ("SS", 16): "i2", ("US", 16): "u2",
    ("SL", 32): "i4", ("UL", 32): "u4", ("SV", 64): "i8", ("UV", 64): "u8",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Multiplex:
    """One group, whose numbers make sense."""

    item: Dataset
    channels: int
    samples: int
    frequency: float
    """Hz."""
    there: int
    """Samples that the data really have."""
    dtype: np.dtype[Any]
    interpretation: str

    @property
    def seconds(self) -> float:
        return self.samples / self.frequency

    @property
    def companded(self) -> bool:
        return self.interpretation in ("MB", "AB")

    def channel(self, number: int) -> Dataset | None:
        """The definition of channel `number`, from 1."""
        return next(iter(items_of(self.item, "ChannelDefinitionSequence")[number - 1 : number]), None)

    def stored(self, number: int, first: int, last: int) -> NDArray[Any]:
        """Stored values of channel `number` from sample `first` to before `last`, as far as there are."""
        data = bytes_of(self.item, "WaveformData")
        rows = np.frombuffer(data, self.dtype, count=self.there * self.channels).reshape(self.there, self.channels)
        found: NDArray[Any] = rows[first:last, number - 1]
        return found


def multiplex_of(item: Dataset, *, big_endian: bool) -> Multiplex:
    """Raises `BadInput` for a group that cannot be read."""
    channels, samples = integer_of(item, "NumberOfWaveformChannels"), integer_of(item, "NumberOfWaveformSamples")
    frequency, bits = number_of(item, "SamplingFrequency"), integer_of(item, "WaveformBitsAllocated")
    if not (channels and samples and frequency and bits and 0 < channels <= _MOST_CHANNELS and samples > 0):
        raise BadInput(where="path", problem=WaveformProblem.UNUSABLE)
    interpretation = text_of(item, "WaveformSampleInterpretation")
    kind = _KINDS.get((interpretation, bits))
    if kind is None:
        raise BadInput(where="path", problem=WaveformProblem.OTHER_SAMPLES)
    dtype = np.dtype((">" if big_endian else "<") + kind)
    there = min(samples, len(bytes_of(item, "WaveformData")) // (channels * dtype.itemsize))
    if frequency <= 0 or not there:
        raise BadInput(where="path", problem=WaveformProblem.UNUSABLE)
    return Multiplex(item, channels, samples, frequency, there, dtype, interpretation)


@dataclass(frozen=True, slots=True)
class Trace:
    """What one channel measured, at each sample; NaN where nothing is."""

    values: NDArray[np.float64]
    padded: bool
    scaled: bool
    """Whether the channel has a sensitivity."""


def trace_of(group: Multiplex, number: int, first: int, last: int) -> Trace:
    """Values of channel `number`: stored value x sensitivity x correction factor + baseline (C.10.9, C.10.9.1.4.2)."""
    stored = group.stored(number, first, last)
    padding = _padding(group)
    gone = stored == padding if padding is not None else None
    values = _expanded(stored, group).astype(np.float64)
    channel = group.channel(number)
    sensitivity = number_of(channel, "ChannelSensitivity") if channel is not None else None
    if channel is not None and sensitivity is not None:
        correction, baseline = (
            number_of(channel, "ChannelSensitivityCorrectionFactor"),
            number_of(channel, "ChannelBaseline"),
        )
        values = values * sensitivity * (1.0 if correction is None else correction) + (baseline or 0.0)
    if gone is not None:
        values[gone] = np.nan
    return Trace(values, gone is not None and bool(gone.any()), sensitivity is not None)


def _padding(group: Multiplex) -> int | None:
    """Waveform Padding Value: one sample, in bytes, or as a number where its VR makes it one."""
    raw = bytes_of(group.item, "WaveformPaddingValue")
    if len(raw) >= group.dtype.itemsize:
        return int(np.frombuffer(raw, group.dtype, count=1)[0])
    return integer_of(group.item, "WaveformPaddingValue") if not raw else None


def _expanded(stored: NDArray[Any], group: Multiplex) -> NDArray[Any]:
    table = _LAWS.get(group.interpretation)
    found: NDArray[Any] = stored if table is None else table[stored]
    return found


def _mu_law() -> NDArray[Any]:
    """ITU-T G.711 table 2, for each byte, on a scale of 16 bits."""
    turned = ~np.arange(256) & 0xFF
    size = (((turned & 0x0F) << 3) + 0x84 << ((turned >> 4) & 7)) - 0x84
    found: NDArray[Any] = np.where(turned & 0x80, -size, size)
    return found


def _a_law() -> NDArray[Any]:
    """ITU-T G.711 table 1, for each byte, on a scale of 16 bits.

    On a telephone line every other bit is inverted, and in DICOM not (PS3.3 C.10.9.1.5).
    """
    stored = np.arange(256)
    exponent = (stored >> 4) & 7
    size = ((stored & 0x0F) << 4) + 8 + np.where(exponent, 0x100, 0) << np.maximum(exponent - 1, 0)
    found: NDArray[Any] = np.where(stored & 0x80, size, -size)
    return found


_LAWS: Final[dict[str, NDArray[Any]]] = {"MB": _mu_law(), "AB": _a_law()}
