"""Runs the scripts of a generated channel as Mirth Connect does: in Rhino, on the XML that its data types make.

How the engine puts filter and transformer together, what it hands to scripts and how it writes HL7 XML back: classes
JavaScriptBuilder, MapperStep, RuleBuilderRule, ER7Reader and XMLEncodedHL7Handler of nextgenhealthcare/connect.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.conftest import leave_out

_JARS: Final = ("/usr/share/java/rhino.jar", "/usr/share/java/js.jar")
_SURROUNDINGS: Final = """
var channelMap = {
    values: {},
    put: function (key, value) { this.values[key] = value; },
    get: function (key) { return this.values[key]; }
};
var logger = { error: function (e) { throw e; }, info: function () {} };
var DateUtil = { getCurrentDate: function (form) { return '20260102030405'; } };
var uuids = 0;
var UUIDGenerator = { getUUID: function () { uuids += 1; return '00000000-0000-4000-8000-00000000000' + uuids; } };
var connectorMessage = { getMessageId: function () { return 42; } };
var objects = [];
function DicomObject() { this.values = {}; this.meta = []; objects.push(this); }
DicomObject.prototype.putString = function (tag, vr, value) { this.values[tag.toString(16)] = [vr, value]; };
DicomObject.prototype.putBytes = function (tag, vr, value) { this.values[tag.toString(16)] = [vr, value.length]; };
DicomObject.prototype.putSequence = function (tag) { this.values[tag.toString(16)] = ['SQ', []]; };
DicomObject.prototype.initFileMetaInformation = function (a, b, c) { this.meta = [a, b, c]; };
var vrs = {};
['CS', 'UI', 'DA', 'TM', 'SH', 'LO', 'PN', 'IS', 'ST', 'OB'].forEach(function (vr) { vrs[vr] = vr; });
var JavaPackages = { org: { dcm4che2: {
    data: { BasicDicomObject: DicomObject, VR: vrs },
    util: { UIDUtils: { createUID: function () { uuids += 1; return '2.25.' + uuids; } } }
} } };
var FileUtil = {
    decode: function (text) { return java.util.Base64.getDecoder().decode(new java.lang.String(text)); },
    encode: function (bytes) { return 'ENCODED'; }
};
var DICOMUtil = { dicomObjectToByteArray: function (object) { return object; } };
function validate(mapping, otherwise) {
    return mapping === undefined || mapping === null || String(mapping) === '' ? otherwise : mapping;
}
"""
_REPORT: Final = """
var shown = typeof msg === 'xml' ? msg.toXMLString() : typeof msg === 'string' ? msg : JSON.stringify(msg);
print('RESULT ' + JSON.stringify({ accepted: accepted, sent: sent, message: shown, variables: channelMap.values,
    object: objects.length ? { values: objects[0].values, meta: objects[0].meta } : null }));
"""


@dataclass(frozen=True)
class Run:
    accepted: bool
    """By the source's filter."""
    sent: bool
    """By the destination's filter."""
    message: str
    variables: dict[str, Any]
    object: dict[str, Any] | None
    """The DICOM object that was built."""

    @property
    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.variables["record"])
        return found


@cache
def _rhino() -> list[str]:
    """How to start Rhino, the JavaScript engine that Mirth Connect has (Debian: librhino-java and a JRE)."""
    jar = os.environ.get("TRIVIUM_RHINO_JAR") or next((jar for jar in _JARS if Path(jar).exists()), None)
    java = shutil.which("java")
    if jar is None or java is None:
        leave_out("Rhino is not installed (Debian packages librhino-java and default-jre-headless)")
    return [java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", jar, "org.mozilla.javascript.tools.shell.Main"]


def run(folder: Path, channel: str, message: str) -> Run:
    """What the channel makes of one message, given as its source hands it to the engine."""
    (found,) = run_all(folder, [(channel, message)])
    return found


def run_all(folder: Path, messages: Sequence[tuple[str, str]]) -> list[Run]:
    """The same of many channels with a message each: one start of the engine for all."""
    program = folder / "channels.js"
    program.write_text("\n".join(_program(channel, message) for channel, message in messages), encoding="ascii")
    done = subprocess.run(
        [*_rhino(), "-version", "200", "-f", str(program)], capture_output=True, text=True, check=False
    )
    found = re.findall(r"^RESULT (.*)$", done.stdout, re.MULTILINE)
    assert len(found) == len(messages), done.stdout[-2000:] + done.stderr
    return [Run(**json.loads(result)) for result in found]


def _program(channel: str, message: str) -> str:
    root = ET.fromstring(channel)
    source = _one(root, "sourceConnector")
    destination = _one(root, "destinationConnectors/connector")
    return "\n".join(
        [
            "(function () {",
            _SURROUNDINGS,
            _reading(_one(source, "transformer/inboundDataType").text or "", message),
            filter_script("acceptsAtSource", _one(source, "filter")),
            transformer_script("transformAtSource", _one(source, "transformer")),
            filter_script("acceptsAtDestination", _one(destination, "filter")),
            transformer_script("transformAtDestination", _one(destination, "transformer")),
            "var accepted = acceptsAtSource(), sent = false;",
            "if (accepted) { transformAtSource(); sent = acceptsAtDestination(); }",
            "if (sent) { transformAtDestination(); }",
            _REPORT,
            "}());",
        ]
    )


def _reading(data_type: str, message: str) -> str:
    text = json.dumps(message)
    return {
        "HL7V2": f"var msg = new XML({text});",
        "DICOM": f"var msg = new XML({text});",
        "XML": f"var msg = new XML({text});",
        "JSON": f"var msg = JSON.parse({text});",
    }[data_type]


def filter_script(name: str, owner: ET.Element) -> str:
    """The function that decides whether a message passes."""
    rules = list(_one(owner, "elements"))
    functions = "\n".join(f"function {name}{n}() {{\n{_rule(rule)}\n}}" for n, rule in enumerate(rules))
    calls = "".join(f"{_operator(rule)}({name}{n}() == true)" for n, rule in enumerate(rules)) or "true"
    return f"{functions}\nfunction {name}() {{ return ({calls}); }}"


def transformer_script(name: str, owner: ET.Element) -> str:
    """The function that changes `msg` and fills the maps."""
    return "\n".join([f"function {name}() {{", *(_step(step) for step in _one(owner, "elements")), "}"])


def _operator(rule: ET.Element) -> str:
    return {None: "", "AND": " && ", "OR": " || "}[rule.findtext("operator")]


def _rule(rule: ET.Element) -> str:
    script = rule.findtext("script")
    if script is not None:
        return script
    tests = [f"{rule.findtext('field')} == {value.text}" for value in _one(rule, "values")]
    return f"if({' || '.join(tests)}) {{\n\treturn true;\n}}\nreturn false;"


def _step(step: ET.Element) -> str:
    script = step.findtext("script")
    if script is not None:
        return script.replace("Packages.org.", "JavaPackages.org.")
    mapping, variable = step.findtext("mapping"), step.findtext("variable")
    return (
        f"var mapping;\ntry {{\n\tmapping = {mapping}; \n}} catch (e) {{\n\tlogger.error(e);\n\tmapping = '';\n}}\n"
        f"channelMap.put('{variable}', validate( mapping , '', new Array()));"
    )


def _one(element: ET.Element, path: str) -> ET.Element:
    found = element.find(path)
    assert found is not None, path
    return found


def hl7_xml(text: str) -> str:
    """HL7 v2 text as Mirth's parser makes XML of it: escape sequences stay as they stand."""
    root = ET.Element("HL7Message")
    for line in text.split("\r"):
        name, *fields = line.split("|")
        segment = ET.SubElement(root, name)
        if name == "MSH":
            ET.SubElement(segment, "MSH.1").text = "|"
            ET.SubElement(segment, "MSH.2").text = fields[0]
        for number, field in list(enumerate(fields, 2 if name == "MSH" else 1))[1 if name == "MSH" else 0 :]:
            for repetition in field.split("~"):
                _components(ET.SubElement(segment, f"{name}.{number}"), repetition)
    return ET.tostring(root, encoding="unicode")


def _components(field: ET.Element, text: str) -> None:
    if not text:
        return
    for number, component in enumerate(text.split("^"), 1):
        element = ET.SubElement(field, f"{field.tag}.{number}")
        parts = component.split("&")
        if len(parts) == 1:
            element.text = component or None
        else:
            for n, part in enumerate(parts, 1):
                ET.SubElement(element, f"{element.tag}.{n}").text = part or None


def hl7_text(document: str) -> str:
    """Mirth's XML of a message back as text: places are known by the numbers in the names of elements."""
    return "\r".join(_segment(segment) for segment in ET.fromstring(document))


def _segment(segment: ET.Element) -> str:
    fields: dict[int, list[str]] = {}
    for field in segment:
        fields.setdefault(_number(field), []).append(_joined(field, "^"))
    if segment.tag == "MSH":
        separator, encoding = fields.pop(1)[0], fields.pop(2)[0]
        start = f"MSH{separator}{encoding}"
        rest = ["~".join(fields.get(n, [])) for n in range(3, max(fields) + 1)]
        return separator.join([start, *rest])
    return "|".join([segment.tag, *("~".join(fields.get(n, [])) for n in range(1, max(fields) + 1))])


def _joined(element: ET.Element, separator: str) -> str:
    if not len(element):
        return element.text or ""
    parts = {_number(part): _joined(part, "&") for part in element}
    return separator.join(parts.get(n, "") for n in range(1, max(parts) + 1))


def _number(element: ET.Element) -> int:
    return int(element.tag.rpartition(".")[2])


SAMPLE: Final = "\r".join(
    [
        r"MSH|^~\&|LAB|N|EHR|S|20260102030405||ORU^R01^ORU_R01|M1|P|2.5.1",
        r"PID|1||4711^^^NCL&1.2.3.4&ISO^MR~0815||O'BRIEN&VAN^SEAN||19700203|M",
        r"OBX|1|TX|8251-1^Comment^LN||A \T\ B||||||F",
    ]
)


def test_text_goes_through_xml_as_mirth_writes_it() -> None:
    document = hl7_xml(SAMPLE)
    assert hl7_text(document) == SAMPLE
    root = ET.fromstring(document)
    assert root.findtext("MSH/MSH.9/MSH.9.2") == "R01"
    assert root.findtext("PID/PID.3/PID.3.4/PID.3.4.2") == "1.2.3.4"
    assert root.findtext("OBX/OBX.5/OBX.5.1") == r"A \T\ B"
