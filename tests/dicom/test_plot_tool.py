"""The tool `plot_dicom_waveform`, as a caller sees it."""

from __future__ import annotations

import inspect
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian
from tests.conftest import Say
from tests.dicom import making
from tests.dicom.picture_making import item
from tests.dicom.waveform_making import channel, code, group, waveform

from trivium.api import Effect, Folders, Kind, NotFound, TooLarge, Workers
from trivium_dicom.files.desk import Desk
from trivium_dicom.files.limits import Limits
from trivium_dicom.tools.plot_dicom_waveform import plot_dicom_waveform
from trivium_dicom.waveforms import plotting
from trivium_dicom.waveforms.answer import PlottedWaveform
from trivium_dicom.waveforms.layout import LEFT, RIGHT
from trivium_dicom.waveforms.plotting import plot
from trivium_dicom.waveforms.problems import WaveformNote, WaveformProblem
from trivium_dicom.waveforms.wanted import Wanted

BEAT = (1000 * np.sin(np.linspace(0, 40 * np.pi, 2000))).astype("<i2")
TWO = np.stack([BEAT, BEAT // 2], axis=1)


FILTERS = {"low_filter": 0.05, "high_filter": 150.0}


def plotted(ds: Dataset, **wanted: Any) -> PlottedWaveform:
    return plot(making.as_bytes(ds), Limits(), Wanted(**wanted))


def ecg(**changes: Any) -> Dataset:
    channels = [channel(FilterLowFrequency=0.05, FilterHighFrequency=150), channel(("2:2", "MDC", "Lead II"))]
    return waveform(group(TWO, channels, MultiplexGroupLabel="RHYTHM"), **changes)


def ink(found: PlottedWaveform) -> Any:
    """Where the picture is dark: lines and names."""
    return np.asarray(Image.open(io.BytesIO(found.picture.png)).convert("L")) < 110


def test_a_whole_answer_from_the_worker(tmp_path: Path) -> None:
    (tmp_path / "ecg.dcm").write_bytes(making.as_bytes(ecg()))
    workers = Workers(memory=Limits().memory)
    desk = Desk(Folders([tmp_path]), Limits(), workers)
    found = plot_dicom_waveform(desk=desk, path=str(tmp_path / "ecg.dcm"), start=2.0)
    workers.close()
    assert isinstance(found, PlottedWaveform)
    assert found.model_dump(exclude={"picture"}, exclude_none=True, exclude_defaults=True) == {
        "groups": (
            {
                "group": 1,
                "label": "RHYTHM",
                "originality": "ORIGINAL",
                "channels": 2,
                "samples": 2000,
                "frequency": 100.0,
                "seconds": 20.0,
            },
        ),
        "group": 1,
        "start": 2.0,
        "end": 12.0,
        "scale": "25 mm/s, 10 mm/mV",
        "channels": (
            {"channel": 1, "name": "I", "unit": "mV", "lowest": -0.999, "highest": 0.999} | FILTERS,
            {"channel": 2, "name": "II", "unit": "mV", "lowest": -0.5, "highest": 0.499},
        ),
    }  # fmt: skip
    assert found.picture.size[0] == 1400


def test_the_line_is_where_the_values_are() -> None:
    flat = np.zeros((1000, 1), "<i2")
    flat[500:] = 1000  # a step of 1 mV after five seconds
    dark = ink(plotted(waveform(group(flat, [channel()]))))
    before, after = dark[40:-40, 300:600].any(axis=1), dark[40:-40, 900:1200].any(axis=1)
    low, high = np.flatnonzero(before).mean(), np.flatnonzero(after).mean()
    assert low - high == pytest.approx(10 * (1400 - LEFT - RIGHT) / 250, abs=1.5)  # 10 mm


def test_channels_are_drawn_in_the_order_in_which_they_are_asked_for() -> None:
    found = plotted(ecg(), channels=(2, 1, 2))
    assert [one.channel for one in found.channels] == [2, 1]


def test_signals_that_are_no_voltage_have_rows_of_their_own() -> None:
    pressure = channel(("2:2", "MDC", "Doe"), ("mm[Hg]", "UCUM", "mmHg"), 0.1, ChannelBaseline=80)
    found = plotted(waveform(group(TWO, [channel(), pressure])))
    assert found.scale == "each row has its own scale"
    assert [(one.name, one.unit, one.highest) for one in found.channels] == [
        ("I", "mV", 0.999),
        ("channel 2", "mmHg", pytest.approx(129.9)),
    ]
    assert found.notes == (WaveformNote.UNNAMED,)


def test_stored_values_are_drawn_where_there_is_no_sensitivity() -> None:
    found = plotted(waveform(group(TWO, [channel(sensitivity=None)] * 2)))
    assert [(one.unit, one.highest) for one in found.channels] == [(None, 999.0), (None, 499.0)]
    assert WaveformNote.NO_UNIT in found.notes


def test_a_group_without_channel_definitions_is_drawn() -> None:
    found = plotted(waveform(group(TWO, [])))
    assert [one.name for one in found.channels] == ["channel 1", "channel 2"]


def test_the_same_samples_in_big_endian() -> None:
    ds = waveform(group(TWO.astype(">i2"), [channel(), channel()]))
    found = plot(making.as_bytes(ds, syntax=ExplicitVRBigEndian), Limits(), Wanted())
    assert found.channels[1].highest == pytest.approx(0.499)


def test_annotations_are_statements_first_and_measurements_with_known_names() -> None:
    def noted(**more: Any) -> Dataset:
        return item(ReferencedWaveformChannels=[1, 0], **more)

    qt = [code("2:16160", "MDC", "QT interval global")]
    ms = [code("ms", "UCUM", "milliseconds")]
    ds = ecg(
        WaveformAnnotationSequence=[
            noted(ConceptNameCodeSequence=qt, NumericValue=400, MeasurementUnitsCodeSequence=ms),
            noted(
                ConceptNameCodeSequence=[code("1", "99X", "Doe interval")],
                NumericValue=1,
                MeasurementUnitsCodeSequence=ms,
            ),
            noted(UnformattedTextValue="Sinus rhythm " * 40),
            item(ReferencedWaveformChannels=[2, 0], UnformattedTextValue="of another group"),
            noted(),
        ]
    )  # fmt: skip
    found = plotted(ds).annotations
    assert [one.model_dump(exclude_none=True) for one in found] == [
        {"text": ("Sinus rhythm " * 40)[:200]},
        {"name": "QT interval global", "value": 400.0, "unit": "ms"},
        {"name": "Doe interval", "phi": Kind.TEXT, "value": 1.0, "unit": "ms"},
    ]


@pytest.mark.parametrize(
    ("name", "number", "unit"),
    [
        (("1", "99X", "Doe"), 93, None),
        (("1", "99X", "Doe"), 93, ("1", "UCUM", "no units")),
        (("121033", "DCM", "Subject Age"), 93, ("a", "UCUM", "year")),
        (("2:16160", "MDC", "QT interval global"), 19700101, ("ms", "UCUM", "milliseconds")),
    ],
)
def test_a_number_that_may_be_an_age_or_a_number_of_a_person_is_left_out(
    name: tuple[str, str, str], number: int, unit: tuple[str, str, str] | None
) -> None:
    measured = item(ConceptNameCodeSequence=[code(*name)], NumericValue=number)
    if unit:
        measured.MeasurementUnitsCodeSequence = [code(*unit)]
    (found,) = plotted(ecg(WaveformAnnotationSequence=[measured])).annotations
    assert found.value is None


def test_annotations_are_bounded() -> None:
    many = [item(UnformattedTextValue=f"note {number}") for number in range(100)]
    found = plotted(ecg(WaveformAnnotationSequence=many))
    assert (len(found.annotations), found.more_annotations) == (30, 70)


@pytest.mark.parametrize(
    ("wanted", "where", "problem"),
    [
        ({"group": 2}, "group", WaveformProblem.NO_SUCH_GROUP),
        ({"channels": (3,)}, "channels", WaveformProblem.NO_SUCH_CHANNEL),
        ({"channels": (0,)}, "channels", WaveformProblem.NO_SUCH_CHANNEL),
        ({"start": 20.0}, "start", WaveformProblem.NOTHING_THERE),
    ],
)
def test_what_is_not_there_is_an_error(wanted: dict[str, Any], where: str, problem: WaveformProblem) -> None:
    with pytest.raises(NotFound) as caught:
        plotted(ecg(), **wanted)
    assert (caught.value.where, caught.value.problem) == (where, problem)


def test_a_file_without_waveforms() -> None:
    for ds, problem in (
        (making.ct(), WaveformProblem.IS_IMAGE),
        (making.ct(PixelData=None), WaveformProblem.NO_WAVEFORM),
    ):
        with pytest.raises(NotFound) as caught:
            plotted(ds)
        assert caught.value.problem == problem


def test_more_values_than_can_be_drawn_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plotting, "_MOST_VALUES", 500)
    with pytest.raises(TooLarge) as caught:
        plotted(ecg())
    assert (caught.value.where, caught.value.numbers) == ("seconds", {"values": 2000, "limit": 500})


def test_more_than_32_channels_are_drawn_32_at_a_time() -> None:
    found = plotted(waveform(group(np.zeros((100, 40), "<i2"), [channel()] * 40)))
    assert len(found.channels) == 32
    assert WaveformNote.FIRST_CHANNELS in found.notes
    with pytest.raises(TooLarge):
        plotted(ecg(), channels=tuple(range(1, 40)))


def test_a_flat_line_padding_and_one_sample_are_no_failure() -> None:
    for samples in (np.zeros((50, 1), "<i2"), np.full((50, 1), -5, "<i2"), np.zeros((1, 1), "<i2")):
        ds = group(samples, [channel()])
        ds.add_new("WaveformPaddingValue", "OW", b"\xfb\xff")
        found = plotted(waveform(ds))
        assert PlottedWaveform.model_validate_json(found.model_dump_json()) == found


def test_long_recordings_are_drawn_without_millimeters_and_keep_their_peaks() -> None:
    hour = np.zeros((360_000, 1), "<i2")
    hour[180_000] = 3000
    found = plotted(waveform(group(hour, [channel()])), seconds=4000.0)
    assert (found.scale, found.end) == ("each row has its own scale", 3600.0)
    assert ink(found)[40:80, LEFT + 636 : LEFT + 646].any()


def test_nothing_of_the_patient_is_drawn_or_told() -> None:
    plain = plotted(ecg())
    told = plotted(ecg(PatientName="CANARY^NAME", PatientID="CANARY1", StudyDescription="CANARY2"))
    assert told == plain
    assert "CANARY" not in json.dumps(told.model_dump(mode="json", exclude={"picture"}))


def test_the_tool_reads_files_and_is_short() -> None:
    assert plot_dicom_waveform.effect is Effect.READS_FILES
    assert len((inspect.getdoc(plot_dicom_waveform.function) or "").split()) <= 170


@pytest.mark.corpus
def test_a_public_ecg_of_12_leads(corpora: Path, say: Say) -> None:
    path = next((corpora / "dicom").rglob("*waveform_ecg*"))
    found = plot(path.read_bytes(), Limits(), Wanted())
    assert [one.name for one in found.channels] == [
        "I",
        "II",
        "III",
        "aVR",
        "aVL",
        "aVF",
        "V1",
        "V2",
        "V3",
        "V4",
        "V5",
        "V6",
    ]
    assert [(one.samples, one.frequency, one.seconds) for one in found.groups] == [(10000, 1000, 10), (1200, 1000, 1.2)]
    assert (found.scale, found.start, found.end, found.notes) == ("25 mm/s, 10 mm/mV", 0.0, 10.0, ())
    assert (found.channels[0].lowest, found.channels[0].highest) == (-62.5, 725.0)
    say(f"plot_dicom_waveform: 12 leads of 10 s, a PNG of {len(found.picture.png) // 1024} KiB")
