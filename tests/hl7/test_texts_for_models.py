"""What a model reads of the answers: texts with the lines that they need, lists as tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from trivium.testing import connect, memory_host, text_of
from trivium_hl7 import plugin

pytestmark = pytest.mark.anyio

ORU = (
    "MSH|^~\\&|LAB|N|EHR|N|20260102||ORU^R01^ORU_R01|1|P|2.5.1\rPID|1||4711^^^N^MR||Doe^Jane||19800231\r"
    "OBR|1||F1|718-7^Hemoglobin^LN|||20260102||||||||||||||||||F\r"
    "OBX|1|NM|718-7^Hemoglobin^LN||high|g/dL|||||F\rOBX|2|NM|718-7^Hemoglobin^LN||low|g/dL|||||F"
)


async def lines(home: Path, tool: str, **arguments: Any) -> list[str]:
    host = memory_host({"TRIVIUM_HOME": str(home), "TRIVIUM_PHI__MODE": "open"}, hl7=plugin)
    async with connect(host) as client:
        return text_of(await client.call_tool(tool, arguments)).splitlines()


async def test_a_sample_has_a_line_for_each_segment(tmp_path: Path) -> None:
    read = await lines(tmp_path, "generate_sample_message", message_type="ADT^A01")
    begin = read.index("message:")
    assert [line[2:5] for line in read[begin + 1 : begin + 4]] == ["MSH", "EVN", "PID"]


async def test_a_sample_of_a_pattern_has_a_line_for_each_segment(tmp_path: Path) -> None:
    read = await lines(
        tmp_path, "explain_integration_pattern", pattern_name="charge posting", sample_step=2, diagram=False
    )
    begin = next(number for number, line in enumerate(read) if line.strip() == "text:")
    assert [line.strip()[:4] for line in read[begin + 1 : begin + 4]] == ["MSH|", "EVN|", "PID|"]


async def test_a_channel_keeps_the_lines_of_its_scripts(tmp_path: Path) -> None:
    read = await lines(
        tmp_path, "generate_mirth_channel", source_type="HL7v2", destination_type="File", use_case="ADT A01"
    )
    begin = read.index("xml:")
    assert read[begin + 1] == '  <channel version="4.5.2">'
    assert len(read) - begin > 200


async def test_findings_are_a_table_and_what_stands_there_another(tmp_path: Path) -> None:
    read = await lines(tmp_path, "validate_hl7_message", message=ORU)
    assert read[:3] == ["verdict: does not conform", "totals: error=3, warning=0, note=0", "version: 2.5.1"]
    begin = read.index("findings:")
    assert [line.split(" | ")[:2] for line in read[begin + 2 : begin + 4]] == [
        ["  error", "PID-7"],
        ["  error", "OBX-5"],
    ]
    values = read[read.index("values:") + 2 :][:3]
    assert [line.split(" | ")[0].strip() for line in values] == ["PID-7", "OBX[1]-5", "OBX[2]-5"]


async def test_a_profile_has_a_row_for_each_field(tmp_path: Path) -> None:
    read = await lines(tmp_path, "profile_hl7_messages", messages=ORU, segments=["OBX-11", "OBX-2"])
    begin = read.index("fields:")
    assert [line.split(" | ")[0].strip() for line in read[begin + 1 : begin + 4]] == ["path", "OBX-2", "OBX-11"]
