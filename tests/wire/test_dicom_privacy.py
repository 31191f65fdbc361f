"""Files that give orders to whoever reads them, and callers who work with stand-ins: what a hostile author or a curious
agent gets out of the DICOM tools.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.config import disable_value_validation
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from tests.dicom import making
from tests.dicom.picture_making import item
from tests.dicom.test_csa_headers import header
from tests.dicom.test_encapsulated import pdf
from tests.dicom.waveform_making import channel, code, group, waveform
from tests.wire.dicom_canaries import KEYWORDS
from tests.wire.test_injected_records import HIDDEN, MARK, ORDERS, texts_in
from trivium.api import Workers
from trivium.host import Host
from trivium.testing import Client, connect, error_code, text_of
from trivium.transports.results import RECORD_TEXT

pytestmark = pytest.mark.anyio

NUMBER = "77417743"
"""Of a record: digits alone, which can be taken for a tag, for bytes and for numbers."""
_SOME = ORDERS[2:6]
"""With hidden characters, with the host's own labels, and with what ends a label or a value."""
_TEXT_SR = "1.2.840.10008.5.1.4.1.1.88.11"
_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
_BY_PATH = (
    "read_dicom_file", "validate_dicom_file", "decode_private_tags", "read_structured_report",
    "extract_encapsulated_document", "render_dicom_image", "plot_dicom_waveform",
)  # fmt: skip


def spoken(ds: Dataset, order: str) -> Dataset:
    """The data set with an order to the model in every place that has a text."""
    for keyword in (*KEYWORDS, "PatientName", "PatientID", "AccessionNumber", "StudyID", "OperatorsName"):
        setattr(ds, keyword, order)
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.PatientBirthDate = ds.StudyDate = ds.PatientAge = ds.StudyTime = order
    ds.RequestAttributesSequence = [item(RequestedProcedureID=order, ScheduledProcedureStepDescription=order)]
    own = ds.private_block(0x0029, order, create=True)
    own.add_new(1, "LO", order)
    known = ds.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    known.add_new(0x10, "OB", header([(order[:60], "LO", 1, [order])]))
    ds.add_new(0x60000022, "LO", order)
    return ds


def files(order: str) -> dict[str, Dataset]:
    named = code("1", order, order)
    sr, encapsulated = making.sc(), making.sc()
    for ds in (sr, encapsulated):
        for keyword in ("PixelData", "Rows", "Columns"):
            del ds[keyword]
    sr.SOPClassUID, sr.ValueType, sr.ContinuityOfContent = _TEXT_SR, "CONTAINER", "SEPARATE"
    sr.ConceptNameCodeSequence = [named]
    contains = {"RelationshipType": "CONTAINS", "ConceptNameCodeSequence": [named]}
    sr.ContentSequence = [
        item(ValueType="TEXT", TextValue=order, **contains),
        item(ValueType="PNAME", PersonName=order, **contains),
        item(ValueType="CODE", ConceptCodeSequence=[named], **contains),
        item(ValueType=order, RelationshipType=order),
    ]
    encapsulated.SOPClassUID, encapsulated.MIMETypeOfEncapsulatedDocument = _PDF, "application/pdf"
    document = pdf(order.encode("ascii", "ignore").decode().replace("(", "").replace(")", "")[:200])
    encapsulated.EncapsulatedDocument = document + b"\n" * (len(document) % 2)
    encapsulated.DocumentTitle = order
    samples = np.arange(20, dtype=np.int16).reshape(20, 1)
    one = channel(("1", order, order), ("1", order, order), ChannelLabel=order)
    noted = item(UnformattedTextValue=order, ReferencedWaveformChannels=[1, 0])
    ecg = waveform(group(samples, [one], MultiplexGroupLabel=order), WaveformAnnotationSequence=[noted])
    found = {"ct": making.ct(), "sr": sr, "pdf": encapsulated, "ecg": ecg}
    return {name: spoken(ds, order) for name, ds in found.items()}


@pytest.fixture(autouse=True)
def _processes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The processes of hosts in memory end with the test."""
    made: list[Workers] = []

    def workers(*, memory: int) -> Workers:
        made.append(Workers(memory=memory))
        return made[-1]

    monkeypatch.setattr("trivium_dicom.plugin.Workers", workers)
    yield
    for one in made:
        one.close()


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    folder = tmp_path / "incoming"
    folder.mkdir()
    return folder


def host(tmp_path: Path, mode: str, **settings: str) -> Host:
    return Host.start(
        {
            "TRIVIUM_HOME": str(tmp_path / "home"),
            "TRIVIUM_DICOM__FOLDERS": str(tmp_path / "incoming"),
            "TRIVIUM_PHI__MODE": mode,
            **settings,
        }
    )


def _encodable(_: Dataset, element: DataElement) -> None:
    """Without letters that its representation has no character set for."""
    if element.VR in ("AE", "AS", "CS", "DA", "TM", "UI") and isinstance(element.value, str):
        element.value = element.value.encode("ascii", "ignore").decode()


def put(incoming: Path, order: str, number: int) -> list[str]:
    with disable_value_validation():
        for name, ds in files(order).items():
            ds.SOPInstanceUID = f"{making.ROOT}.{number}.{len(name)}"
            ds.walk(_encodable)
            (incoming / f"{name}-{number}.dcm").write_bytes(making.as_bytes(ds))
    return [f"{name}-{number}.dcm" for name in ("ct", "sr", "pdf", "ecg")]


async def read_everything(client: Client, names: list[str]) -> Iterator[Any]:
    calls: list[tuple[str, dict[str, Any]]] = [
        *((tool, {"path": name}) for name in names for tool in _BY_PATH),
        *(("compare_dicom_files", {"left": names[0], "right": name}) for name in names),
        *(("decode_private_tags", {"path": name, "tag": "(0029,xx10)"}) for name in names),
        ("summarize_dicom_folder", {"folder": "."}),
        ("deidentify_dicom", {"path": ".", "project": "p", "dry_run": True}),
    ]
    return iter([await client.call_tool(name, arguments) for name, arguments in calls])


@pytest.mark.parametrize("mode", ["redact", "tokens"])
async def test_no_order_of_a_file_arrives(tmp_path: Path, incoming: Path, mode: str) -> None:
    names = [name for number, order in enumerate(_SOME) for name in put(incoming, order, number)]
    async with connect(host(tmp_path, mode)) as client:
        results = list(await read_everything(client, names))
    assert sum(error_code(result) == "" for result in results) > 70
    assert [text_of(result)[:200] for result in results if MARK in result.model_dump_json()] == []
    assert MARK not in (tmp_path / "home" / "audit.jsonl").read_text()


@pytest.mark.parametrize("order", _SOME)
async def test_opened_they_are_labeled_bounded_and_without_hidden_characters(
    tmp_path: Path, incoming: Path, order: str
) -> None:
    names = put(incoming, order, 1)
    async with connect(host(tmp_path, "open")) as client:
        results = list(await read_everything(client, names))
    texts = [text for result in results for text in texts_in(result.structured_content)]
    assert sum(MARK in text for text in texts) > 50
    assert [text for text in texts if set(HIDDEN) & set(text)] == []
    assert [bare for result in results for bare in bare_texts(result.structured_content)] == []
    for result in results:
        if "[record text: " in str(result.structured_content):
            assert text_of(result).endswith(RECORD_TEXT)


def bare_texts(content: Any) -> Iterator[str]:
    """Texts of a file without a label, where the kind beside them says that they are free text."""
    if isinstance(content, dict):
        for name, value in content.items():
            kind = content.get("name_phi" if name == "name" and "name_phi" in content else f"{name}_phi", None)
            kind = kind or (content.get("phi") if name == "value" else None)
            if isinstance(value, str) and MARK in value and kind in (None, "text") and name in _PLAIN:
                if not value.startswith("[record text: "):
                    yield f"{name}: {value}"
            else:
                yield from bare_texts(value)
    elif isinstance(content, list):
        for one in content:
            yield from bare_texts(one)


_PLAIN = frozenset(
    ("value", "left", "right", "written_creator", "label", "SeriesDescription", "StudyDescription", "title", "name")
)


@pytest.fixture
async def stand_in(tmp_path: Path, incoming: Path) -> str:
    """Of the one patient in the folder; the host of the test has to see him too, to know it."""
    (incoming / "one.dcm").write_bytes(making.as_bytes(making.ct(PatientID=NUMBER)))
    async with connect(host(tmp_path, "redact")) as client:
        return await seen(client)


async def seen(client: Client) -> str:
    result = await client.call_tool("summarize_dicom_folder", {"folder": "."})
    (patient,) = (result.structured_content or {})["patients"]
    return str(patient["PatientID"])


SAFE = "GEMS_PARM_01"
DUMPS = {
    "a tag": "{} LO [x]",
    "bytes": f"(0043,0010) LO [{SAFE}]\n(0043,1039) UN {{}}",
    "words": f"(0043,0010) LO [{SAFE}]\n(0043,1039) OW {{}}",
    "base64": json.dumps(
        {"00430010": {"vr": "LO", "Value": [SAFE]}, "00431039": {"vr": "US", "InlineBinary": "{}"}}
    ).replace("{", "{{").replace("}", "}}").replace("{{}}", "{}"),
    "the name of a setting": "(0029,0010) LO [SIEMENS CSA HEADER]\n(0029,1020) UT [### ASCCONV BEGIN ###\nA_{} = 1\n"
    "### ASCCONV END ###]  # 60, 1 Unknown",
    "a creator": "(0029,0010) LO [{}]\n(0029,1020) LO [x]",
}  # fmt: skip


@pytest.mark.parametrize("where", DUMPS)
async def test_a_stand_in_in_a_dump_stays_one(tmp_path: Path, stand_in: str, where: str) -> None:
    """With the number in its place a caller could have it told as a tag or a number, or ask for it letter by letter."""
    async with connect(host(tmp_path, "redact")) as client:
        await seen(client)
        with_it = {"dump": DUMPS[where].format(stand_in)}
        plain = await client.call_tool("decode_private_tags", with_it)
        guesses = [
            await client.call_tool("decode_private_tags", with_it | {name: guess})
            for guess in (f"A_{NUMBER}", "A_7", NUMBER, "7")
            for name in ("words", "creator")
        ]
        wrong = [
            await client.call_tool("decode_private_tags", with_it | {name: guess})
            for guess in ("A_53535353", "A_5", "53535353", "5")
            for name in ("words", "creator")
        ]
    told = plain.model_dump_json()
    assert NUMBER not in told
    assert "7741,7743" not in told
    assert str(int.from_bytes(bytes.fromhex(NUMBER)[:2], "little")) not in told
    assert str(int.from_bytes(base64.b64decode(NUMBER)[:2], "little")) not in told
    assert [text_of(one) for one in guesses] == [text_of(one) for one in wrong]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("read_dicom_file", {"path": "one.dcm", "select": ["{}"]}),
        ("compare_dicom_files", {"left": "one.dcm", "right": "one.dcm", "ignore": ["{}"]}),
        ("decode_private_tags", {"creator": "{}"}),
        ("decode_private_tags", {"words": "{}"}),
        ("explain_dicom_tag", {"tag": "{}"}),
        ("lookup_dicom_tag", {"tag": "{}"}),
        ("lookup_dicom_uid", {"uid": "{}"}),
        ("explain_dicom_iod", {"iod": "{}"}),
        ("read_dicom_file", {"path": "{}"}),
        ("render_dicom_image", {"path": "one.dcm", "window": "{}"}),
        ("deidentify_dicom", {"path": "one.dcm", "project": "{}", "dry_run": True}),
    ],
)
async def test_a_patients_stand_in_is_worth_nothing_to_a_tool_that_takes_no_patient(
    tmp_path: Path, stand_in: str, tool: str, arguments: dict[str, Any]
) -> None:
    def filled(value: Any) -> Any:
        return [filled(one) for one in value] if isinstance(value, list) else value.replace("{}", stand_in)

    async with connect(host(tmp_path, "redact")) as client:
        await seen(client)
        known = {name: filled(value) if isinstance(value, str | list) else value for name, value in arguments.items()}
        result = await client.call_tool(tool, known)
    assert error_code(result) in ("not_found", "bad_input", "switched_off", "destination_not_allowed")
    assert NUMBER not in result.model_dump_json()


async def test_a_files_stand_in_is_put_back_where_a_file_belongs_and_nowhere_else(
    tmp_path: Path, incoming: Path, stand_in: str
) -> None:
    async with connect(host(tmp_path, "redact")) as client:
        summary = await client.call_tool("summarize_dicom_folder", {"folder": "."})
        ((series,),) = [study["series"] for study in (summary.structured_content or {})["patients"][0]["studies"]]
        file = series["file"]
        same = await client.call_tool("compare_dicom_files", {"left": file, "right": file})
        beyond = await client.call_tool("read_dicom_file", {"path": f"{file}/../one.dcm"})
        elsewhere = await client.call_tool("decode_private_tags", {"words": file})
    assert (error_code(same), (same.structured_content or {})["equal"]) == ("", True)
    assert (error_code(beyond), error_code(elsewhere)) == ("bad_input", "not_found")


async def test_nothing_that_was_typed_comes_back_in_a_page_or_a_completion(tmp_path: Path, incoming: Path) -> None:
    typed = "ZORBLAX^QUENTIN"
    async with connect(host(tmp_path, "redact")) as client:
        told = []
        for uri in ("dicom://tag/", "dicom://iod/", "dicom://uid/", "dicom://nothing/"):
            with pytest.raises(Exception) as raised:  # noqa: PT011  each era has its own
                await client.read_resource(uri + "ZORBLAX%5EQUENTIN")
            told.append(str(raised.value))
    assert [text for text in told if "ZORBLAX" in text.upper() or typed in text] == []
