"""Samples of waveforms as numbers (PS3.3 C.10.9.1), names and units that can be shown, and the layout of the paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.waveforms.numpy_handler import multiplex_array
from tests.dicom.waveform_making import channel, code, group, waveform

from trivium.api import BadInput
from trivium_dicom.waveforms.drawing import _ends, _points
from trivium_dicom.waveforms.layout import BOTTOM, TOP, Row, Span, ecg_paper, rows_apart, ticks
from trivium_dicom.waveforms.problems import WaveformProblem
from trivium_dicom.waveforms.samples import multiplex_of, trace_of
from trivium_dicom.waveforms.units import lead_of, name_of, unit_of


def values(ds: Any, number: int = 1, *, big_endian: bool = False) -> list[float]:
    found = multiplex_of(ds, big_endian=big_endian)
    traced: list[float] = trace_of(found, number, 0, found.there).values.tolist()
    return traced


@pytest.mark.parametrize(
    ("dtype", "kind"),
    [
        ("i1", "SB"),
        ("u1", "UB"),
        ("<i2", "SS"),
        ("<u2", "US"),
        ("<i4", "SL"),
        ("<u4", "UL"),
        ("<i8", "SV"),
        ("<u8", "UV"),
    ],
)
def test_samples_of_each_kind(dtype: str, kind: str) -> None:
    ends = np.iinfo(dtype)
    samples = np.array([[ends.min, 1], [ends.max, 2]], dtype)
    ds = group(samples, [channel(sensitivity=None), channel(sensitivity=None)], kind=kind)
    assert values(ds) == [float(ends.min), float(ends.max)]
    assert values(ds, 2) == [1.0, 2.0]


def test_words_of_big_endian() -> None:
    assert values(group(np.array([[258]], ">i2"), [channel(sensitivity=None)]), big_endian=True) == [258.0]


def test_mu_law_and_a_law_are_expanded_as_the_tables_of_g_711_say() -> None:
    every = np.arange(256, dtype="u1")[:, None]
    mu = values(group(every, [channel(sensitivity=None)], kind="MB"))
    law_a = values(group(every, [channel(sensitivity=None)], kind="AB"))
    assert [mu[byte] for byte in (0x00, 0x7F, 0x80, 0xFF, 0xF0, 0x0F)] == [-32124, 0, 32124, 0, 120, -16764]
    # DICOM has A-law without the inversion of every other bit that G.711 adds for the line (PS3.3 C.10.9.1.5).
    assert [law_a[byte] for byte in (0x00, 0x80, 0x7F, 0xFF, 0x0F, 0x8F)] == [-8, 8, -32256, 32256, -248, 248]
    assert len(set(mu)) == 255
    assert len(set(law_a)) == 256


def test_a_value_is_stored_times_sensitivity_and_correction_plus_baseline_as_in_pydicom() -> None:
    definition = channel(sensitivity=2.5, ChannelSensitivityCorrectionFactor=1.1, ChannelBaseline=-3)
    ds = waveform(group(np.array([[10], [-4]], "<i2"), [definition]))
    found = values(ds.WaveformSequence[0])
    assert found == pytest.approx([24.5, -14.0])
    assert found == pytest.approx(multiplex_array(ds, 0, as_raw=False)[:, 0].tolist())


@pytest.mark.parametrize("padding", [b"\x00\x80", -32768])
def test_padding_is_a_gap(padding: bytes | int) -> None:
    ds = group(np.array([[1], [-32768], [3]], "<i2"), [channel(sensitivity=None)])
    ds.add_new("WaveformPaddingValue", "OW" if isinstance(padding, bytes) else "SS", padding)
    assert np.isnan(values(ds)).tolist() == [False, True, False]


def test_data_that_end_early_are_shown_as_far_as_they_go() -> None:
    ds = group(np.array([[1], [2]], "<i2"), [channel(sensitivity=None)], NumberOfWaveformSamples=50)
    found = multiplex_of(ds, big_endian=False)
    assert (found.there, found.samples, values(ds)) == (2, 50, [1.0, 2.0])


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"NumberOfWaveformChannels": 0}, WaveformProblem.UNUSABLE),
        ({"NumberOfWaveformSamples": 0}, WaveformProblem.UNUSABLE),
        ({"SamplingFrequency": 0}, WaveformProblem.UNUSABLE),
        ({"SamplingFrequency": -5}, WaveformProblem.UNUSABLE),
        ({"WaveformData": b""}, WaveformProblem.UNUSABLE),
        ({"WaveformBitsAllocated": 24}, WaveformProblem.OTHER_SAMPLES),
        ({"WaveformSampleInterpretation": "DOE"}, WaveformProblem.OTHER_SAMPLES),
        ({"WaveformSampleInterpretation": "SB"}, WaveformProblem.OTHER_SAMPLES),
    ],
)
def test_a_group_that_cannot_be_is_refused(changes: dict[str, Any], problem: WaveformProblem) -> None:
    with pytest.raises(BadInput) as caught:
        multiplex_of(group(np.array([[1]], "<i2"), [channel()], **changes), big_endian=False)
    assert caught.value.problem == problem


@pytest.mark.parametrize(
    ("meaning", "lead"),
    [
        ("Lead I (Einthoven)", "I"),
        ("Lead II", "II"),
        ("aVR, augmented voltage, right", "aVR"),
        ("LEAD AVF", "aVF"),
        ("V3R", "V3R"),
        ("Lead V10", None),
        ("Doe John", None),
        ("", None),
    ],
)
def test_the_usual_leads_by_name(meaning: str, lead: str | None) -> None:
    assert lead_of(meaning) == lead


def test_a_source_that_dicom_names_is_shown_and_any_other_not() -> None:
    assert name_of(channel(("2:127", "MDC", "Auxiliary bipolar lead 1"))) == "Auxiliary bipolar lead 1"
    assert name_of(channel(("2:127", "MDC", "John Doe"))) is None
    assert name_of(channel(("1", "99LOCAL", "Doe's chest"))) is None


def test_known_units_are_shown_and_others_not() -> None:
    def unit(value: str) -> str | None:
        return unit_of(channel(unit=(value, "UCUM", "x")), "ChannelSensitivityUnitsSequence")

    assert [unit(one) for one in ("uV", "mm[Hg]", "Doe")] == ["uV", "mmHg", None]
    assert code("a", "b", "c").CodeMeaning == "c"


def test_ten_seconds_stand_on_paper_of_25_mm_a_second_and_10_mm_a_millivolt() -> None:
    sheet = ecg_paper([Span(-0.5, 1.0)] * 12, 10.0, 1400, 1600)
    assert sheet
    assert (sheet.scale, sheet.flattened) == ("25 mm/s, 10 mm/mV", False)
    assert sheet.rows[0].y(0.0) - sheet.rows[0].y(1.0) == pytest.approx(10 * sheet.mm)
    assert sheet.per_second == pytest.approx(25 * sheet.mm)


@pytest.mark.parametrize(
    ("low", "high", "seconds", "scale"),
    [
        (-0.5, 1.0, 3.0, "100 mm/s, 10 mm/mV"),
        (-0.05, 0.05, 10.0, "25 mm/s, 200 mm/mV"),
        (-20.0, 20.0, 10.0, "25 mm/s, 1 mm/mV"),
        (-0.5, 1.0, 60.0, "5 mm/s, 10 mm/mV"),
    ],
)
def test_paper_for_short_long_small_and_large_signals(low: float, high: float, seconds: float, scale: str) -> None:
    sheet = ecg_paper([Span(low, high)] * 4, seconds, 1400, 1600)
    assert sheet
    assert sheet.scale == scale


def test_an_hour_has_no_room_for_millimeters() -> None:
    assert ecg_paper([Span(-1, 1)], 3600.0, 1400, 1600) is None


spans = st.builds(lambda low, size: Span(low, low + size), st.floats(-1e6, 1e6), st.floats(0, 1e9))


@given(st.lists(spans, min_size=1, max_size=32), st.floats(0.01, 1e5), st.integers(500, 2400), st.integers(300, 2400))
def test_a_sheet_never_grows_beyond_what_was_asked_and_each_row_holds_its_trace(
    found: list[Span], seconds: float, width: int, height: int
) -> None:
    for sheet in (ecg_paper(found, seconds, width, height), rows_apart(found, seconds, width, height)):
        if sheet is None:
            continue
        assert sheet.height <= height + 1
        assert sheet.rows[0].top == TOP
        assert sheet.rows[-1].bottom <= sheet.height - BOTTOM + 1
        assert all(row.bottom > row.top for row in sheet.rows)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(1, 40))
def test_ticks_are_round_within_and_not_too_many(low: float, size: float, most: int) -> None:
    found = ticks(low, low + size, most)
    assert len(found) <= most + 2
    assert all(low - size * 1e-6 - 1e-6 <= one <= low + size * (1 + 1e-6) + 1e-6 for one in found)


def test_ticks_of_ten_seconds() -> None:
    assert ticks(0.0, 10.0, 16) == [float(one) for one in range(11)]
    assert ticks(2.0, 3.0, 5) == [2.0, 2.2, 2.4, 2.6, 2.8, 3.0]


ROW = Row(0, 100, 0.0, 1.0)


def test_a_gap_parts_a_line() -> None:
    found = list(_points(ROW, np.array([1.0, 2.0, np.nan, 3.0]), 10.0))
    assert [len(part) for part in found] == [2, 2]  # a lone sample is a dot
    assert [part[0][1] for part in found] == [49.0, 47.0]


def test_many_samples_of_one_pixel_keep_their_extremes() -> None:
    y = np.zeros(1000)
    y[123], y[777] = 50.0, -50.0
    kept_x, kept_y = _ends(np.arange(1000.0), y, 10)
    assert (kept_y.max(), kept_y.min(), len(kept_y)) == (50.0, -50.0, 200)
    assert (np.diff(kept_x) >= 0).all()
