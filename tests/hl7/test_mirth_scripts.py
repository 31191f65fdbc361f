"""The scripts of a generated channel: what they make of messages, in the JavaScript engine that Mirth Connect has."""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, Final

from tests.conftest import leave_out
from tests.hl7.test_mirth_engine import Run, filter_script, hl7_text, hl7_xml, run, run_all, transformer_script

from trivium_hl7.mirth.channel import make_channel
from trivium_hl7.mirth.request import Destination, Request, Source
from trivium_hl7.reader import parse_message

PDF: Final = base64.b64encode(b"%PDF-1.4 x").decode()
ORU: Final = "\r".join(
    [
        r"MSH|^~\&|RIS|NORTH|EHR|SOUTH|20260102030405+0100||ORU^R01^ORU_R01|MSG0001|P|2.5.1",
        r"PID|1||0815^^^SCL^PI~4711^^^NCL&1.2.3.4&ISO^MR||O'BRIEN&VAN^SEAN^Q||19700203|M",
        r"PV1|1|O|||||||||||||||||V-9",
        r"OBR|1|P17^RIS|F18^RIS|24331-1^Lipid \T\ panel^LN|||202601020304+0100|||||||||||ACC-1||||||CT|F",
        r"OBX|1|NM|2093-3^Cholesterol^LN||180|mg/dL|<200|N|||F",
        r'OBX|2|TX|8251-1^Comment^LN||A \T\ B\.br\C~\X44\ "|""|||||F',
        r"OBX|3|CWE|X^Y^L||1^one^L||||||P",
        r"OBX|4|HD|113014^DICOM Study^DCM||1.2.3.4.5||||||O",
        rf"OBX|5|ED|^Report||^application^pdf^Base64^{PDF}||||||F",
    ]
)
ORDER: Final = "\r".join(
    [
        r"MSH|^~\&|EHR|N|RIS|N|20260102030405||ORM^O01^ORM_O01|MSG0002|P|2.3.1",
        r"PID|1||4711||DOE^JANE||1980|F",
        r"PV1|1|I",
        r"ORC|CA|P17|F18",
        r"OBR|1|P17|F18|CTHEAD^CT head^L||||||||||||||ACC-2",
        r"ZDS|1.2.3.4.6^RIS^Application^DICOM",
    ]
)
MERGE: Final = "MSH|^~\\&|A|B|C|D|20260102||ADT^A40^ADT_A39|1|P|2.5.1\rPID|1||1\rMRG|2"
DICOM: Final = (
    "<dicom><tag00080020>20260102</tag00080020><tag00080030>030405.123</tag00080030><tag00080050>ACC-1 </tag00080050>"
    "<tag00080060>CT</tag00080060><tag00081030>Head</tag00081030><tag00100010>O'BRIEN^SEAN^Q=X</tag00100010>"
    "<tag00100020>4711</tag00100020><tag00100030>19700203</tag00100030><tag00100040>M</tag00100040>"
    "<tag0020000D>1.2.3.4.5</tag0020000D></dicom>"
)
ROW: Final = (
    "<result><ID>1</ID><PATIENT_ID>4711</PATIENT_ID><FAMILY_NAME>O|B^E~N\\&amp;\nPID|9</FAMILY_NAME><SEX>M</SEX>"
    '<OBSERVATIONS>[{"code":"1","text":"t","value":"5","type":"NM","units":"mg"}]</OBSERVATIONS></result>'
)
BUNDLE: Final = json.dumps(
    {
        "resourceType": "Bundle",
        "entry": [
            {
                "resource": {
                    "resourceType": "Patient",
                    "identifier": [{"system": "urn:oid:1.2.3", "value": "4711"}],
                    "name": [{"family": "O'Brien", "given": ["Sean", "Q"]}],
                    "gender": "male",
                    "birthDate": "1970-02-03",
                }
            },
            {
                "resource": {
                    "resourceType": "DiagnosticReport",
                    "status": "final",
                    "code": {"coding": [{"system": "http://loinc.org", "code": "24331-1"}]},
                    "effectiveDateTime": "2026-01-02T03:04:05.6+01:00",
                }
            },
            {
                "resource": {
                    "resourceType": "Observation",
                    "status": "final",
                    "code": {"text": "weight"},
                    "valueQuantity": {"value": 5.5, "unit": "kg"},
                }
            },
        ],
    }
)
RECORD: Final = json.dumps({"patient_id": "4711", "family_name": "X", "placer_order_number": "P1", "other": "dropped"})
INPUTS: Final = {
    Source.HL7V2: hl7_xml(ORU),
    Source.FILE: hl7_xml(ORU),
    Source.DICOM: DICOM,
    Source.DATABASE: ROW,
    Source.HTTP: RECORD,
    Source.FHIR: BUNDLE,
}
PAIRS: Final = list(itertools.product(Source, Destination))


def through(
    folder: Path, source: Source, destination: Destination, message: str | None = None, use_case: str = "", **more: Any
) -> Run:
    channel = channel_of(source, destination, use_case=use_case, **more)
    return run(folder, channel, INPUTS[source] if message is None else message)


def channel_of(source: Source, destination: Destination, **more: Any) -> str:
    return make_channel(Request(source=source, destination=destination, **{"use_case": "", **more})).xml


def test_every_script_is_javascript(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        leave_out("node is not installed (Debian package nodejs)")
    parts = []
    for number, (source, destination) in enumerate(PAIRS):
        channel = make_channel(
            Request(
                source=source, destination=destination, use_case="ADT^A01", sending_facility="'\"\\\n\u2028</script>"
            )
        )
        for kind, element in enumerate(ET.fromstring(channel.xml).iter()):
            if element.tag == "filter":
                parts.append(filter_script(f"f{number}_{kind}_", element))
            elif element.tag in ("transformer", "responseTransformer"):
                parts.append(transformer_script(f"t{number}_{kind}_", element))
    assert len(parts) == 5 * len(PAIRS)
    program = tmp_path / "all.js"
    program.write_text("\n".join(parts), encoding="ascii")
    done = subprocess.run([node, "--check", str(program)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_pair_runs(tmp_path: Path) -> None:
    ran = run_all(tmp_path, [(channel_of(source, destination), INPUTS[source]) for source, destination in PAIRS])
    assert all(one.accepted for one in ran)
    unsent = {pair for pair, one in zip(PAIRS, ran, strict=True) if not one.sent}
    assert unsent == {(source, Destination.DICOM) for source in (Source.DATABASE, Source.HTTP, Source.FHIR)}  # no PDF


def test_a_result_becomes_a_record(tmp_path: Path) -> None:
    record = through(tmp_path, Source.HL7V2, Destination.HTTP).record
    expected = {
        "message_code": "ORU",
        "patient_id": "4711",
        "patient_id_authority": "NCL",
        "patient_id_system": "1.2.3.4",
        "family_name": "O'BRIEN",
        "visit_number": "V-9",
        "placer_order_number": "P17",
        "accession_number": "ACC-1",
        "procedure_name": "Lipid & panel",
        "study_instance_uid": "1.2.3.4.5",
        "document": PDF,
    }
    assert {name: record[name] for name in expected} == expected
    assert [one["value"] for one in record["observations"]] == ["180", 'A & B\nC\nD "', "1"]
    assert [one["value_text"] for one in record["observations"]] == ["", "", "one"]


def test_a_database_row_holds_the_record_and_its_observations(tmp_path: Path) -> None:
    ran = through(tmp_path, Source.HL7V2, Destination.DATABASE)
    assert ran.variables["patient_id"] == "4711"
    assert ran.variables["location"] == ""
    assert json.loads(ran.variables["observations"]) == ran.record["observations"]


def test_a_row_of_a_database_cannot_add_a_segment(tmp_path: Path) -> None:
    ran = through(tmp_path, Source.DATABASE, Destination.HL7V2, use_case="results", receiving_application="E|H~R")
    message = parse_message(hl7_text(ran.message))
    assert [seg.id for seg in message.segments] == ["MSH", "PID", "PV1", "OBR", "OBX"]
    assert message.segments[1].value(5) == "O|B^E~N\\&\nPID|9"
    assert message.header.value(5) == "E|H~R"
    assert message.header.value(9, component=3) == "ORU_R01"


def test_a_dicom_object_becomes_a_result(tmp_path: Path) -> None:
    ran = through(tmp_path, Source.DICOM, Destination.HL7V2)
    assert hl7_text(ran.message).split("\r") == [
        r"MSH|^~\&|||||20260102030405||ORU^R01^ORU_R01|M42|P|2.5.1||||||UNICODE UTF-8",
        "PID|1||4711^^^^MR||O'BRIEN^SEAN^Q||19700203|M",
        "PV1|1|U",
        "OBR|1|||^Head|||20260102030405|||||||||||ACC-1||||||CT",
        "OBX|1|HD|113014^DICOM Study^DCM||1.2.3.4.5||||||O",
    ]


def test_fhir_resources_become_a_result(tmp_path: Path) -> None:
    ran = through(tmp_path, Source.FHIR, Destination.HL7V2, use_case="results")
    assert hl7_text(ran.message).split("\r")[1:] == [
        "PID|1||4711^^^&1.2.3&ISO^MR||O'Brien^Sean^Q||19700203|M",
        "PV1|1|U",
        "OBR|1|||24331-1^^LN|||20260102030405+0100||||||||||||||||||F",
        "OBX|1|NM|^weight||5.5|kg|||||F",
    ]


def test_a_result_becomes_a_transaction(tmp_path: Path) -> None:
    bundle = json.loads(through(tmp_path, Source.HL7V2, Destination.FHIR).message)
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert kinds == ["Patient", "Observation", "Observation", "Observation", "DiagnosticReport"]
    patient, first, report = (bundle["entry"][n] for n in (0, 1, 4))
    assert patient["request"] == {"method": "PUT", "url": "Patient?identifier=urn%3Aoid%3A1.2.3.4%7C4711"}
    assert patient["resource"]["name"] == [{"family": "O'BRIEN", "given": ["SEAN", "Q"]}]
    assert first["resource"]["valueQuantity"] == {"value": 180, "unit": "mg/dL"}
    assert first["resource"]["effectiveDateTime"] == "2026-01-02T03:04:00+01:00"
    assert report["resource"]["result"] == [{"reference": bundle["entry"][n]["fullUrl"]} for n in (1, 2, 3)]
    assert report["resource"]["presentedForm"] == [{"contentType": "application/pdf", "data": PDF}]


def test_a_canceled_order_becomes_a_revoked_request(tmp_path: Path) -> None:
    bundle = json.loads(through(tmp_path, Source.HL7V2, Destination.FHIR, hl7_xml(ORDER), "orders").message)
    patient, order = (entry["resource"] for entry in bundle["entry"])
    assert patient["birthDate"] == "1980"
    assert (order["resourceType"], order["status"]) == ("ServiceRequest", "revoked")
    assert [one["value"] for one in order["identifier"]] == ["P17", "F18", "ACC-2"]


def test_results_stay_with_their_own_order(tmp_path: Path) -> None:
    two = [
        ORU.split("\r")[0],
        "PID|1||1",
        "OBX|1|NM|H^Height^L||180||||||F",
        "ORC|RE|P1",
        "OBR|1|||A^a^L",
        "OBX|1|NM|A1^x^L||1||||||F",
        "ORC|RE|P2",
        "OBR|2|||B^b^L",
        "OBX|1|NM|B1^y^L||2||||||F",
    ]
    bundle = json.loads(through(tmp_path, Source.HL7V2, Destination.FHIR, hl7_xml("\r".join(two))).message)
    named = {e["fullUrl"]: e["resource"] for e in bundle["entry"]}
    reports = [one for one in named.values() if one["resourceType"] == "DiagnosticReport"]
    found = [
        (one["identifier"][0]["value"], [named[r["reference"]]["code"]["text"] for r in one["result"]])
        for one in reports
    ]
    assert found == [("P1", ["x"]), ("P2", ["y"])]
    assert [one["code"]["text"] for one in named.values() if one["resourceType"] == "Observation"] == [
        "Height",
        "x",
        "y",
    ]


def test_a_report_in_pdf_becomes_a_dicom_object(tmp_path: Path) -> None:
    made = through(tmp_path, Source.HL7V2, Destination.DICOM).object
    assert made is not None
    assert made["meta"][0] == made["values"]["80016"][1] == "1.2.840.10008.5.1.4.1.1.104.1"
    assert made["values"]["100010"] == ["PN", "O'BRIEN^SEAN^Q"]
    assert made["values"]["20000d"] == ["UI", "1.2.3.4.5"]
    assert made["values"]["420011"] == ["OB", 10]


FILTERED: Final = (
    ("", (), ORU, True),
    ("", (), MERGE, False),
    ("results", (), ORU, True),
    ("results", (), ORDER, False),
    ("", ("R01",), ORU, True),
    ("", ("ORM^O01", "ORU^R01"), ORDER, True),
    ("", ("A01",), ORU, False),
)


def test_the_filter_lets_through_what_was_asked_for(tmp_path: Path) -> None:
    channels = [
        channel_of(Source.HL7V2, Destination.FHIR, use_case=words, events=events) for words, events, _, _ in FILTERED
    ]
    messages = [hl7_xml(message) for _, _, message, _ in FILTERED]
    ran = run_all(tmp_path, list(zip(channels, messages, strict=True)))
    assert [one.accepted for one in ran] == [accepted for _, _, _, accepted in FILTERED]


def test_a_message_that_passes_keeps_all_but_its_names(tmp_path: Path) -> None:
    ran = through(tmp_path, Source.HL7V2, Destination.HL7V2, receiving_application="PACS")
    assert hl7_text(ran.message) == ORU.replace("|EHR|", "|PACS|")
