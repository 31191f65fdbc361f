"""Waveform data sets of one's own making."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from pydicom.dataset import Dataset
from tests.dicom import making
from tests.dicom.picture_making import item

ECG_STORAGE: Final = "1.2.840.10008.5.1.4.1.1.9.1.1"
MV: Final = ("mV", "UCUM", "millivolt")


def code(value: str, scheme: str, meaning: str) -> Dataset:
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def channel(
    source: tuple[str, str, str] = ("2:1", "MDC", "Lead I"),
    unit: tuple[str, str, str] | None = MV,
    sensitivity: float | None = 0.001,
    **more: Any,
) -> Dataset:
    ds = item(ChannelSourceSequence=[code(*source)], WaveformBitsStored=16, **more)
    if sensitivity is not None:
        ds.ChannelSensitivity = sensitivity
    if unit:
        ds.ChannelSensitivityUnitsSequence = [code(*unit)]
    return ds


def group(samples: Any, channels: list[Dataset], frequency: float = 100, kind: str = "SS", **more: Any) -> Dataset:
    """A multiplex group of samples x channels."""
    array = np.asarray(samples)
    ds = item(
        WaveformOriginality="ORIGINAL",
        NumberOfWaveformChannels=array.shape[1],
        NumberOfWaveformSamples=array.shape[0],
        SamplingFrequency=frequency,
        ChannelDefinitionSequence=channels,
        WaveformBitsAllocated=8 * array.dtype.itemsize,
        WaveformSampleInterpretation=kind,
    )
    vr = "OB" if array.dtype.itemsize == 1 else "OW"
    data = array.tobytes()
    ds.add_new("WaveformData", vr, data + b"\0" * (len(data) % 2))
    for keyword, value in more.items():
        setattr(ds, keyword, value)
    return ds


def waveform(*groups: Dataset, **changes: Any) -> Dataset:
    ds = making.ct(
        **dict.fromkeys(
            ("Rows", "Columns", "PixelData", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"), None
        )
    )
    ds.SOPClassUID, ds.Modality = ECG_STORAGE, "ECG"
    ds.WaveformSequence = list(groups)
    for keyword, value in changes.items():
        setattr(ds, keyword, value)
    return ds
