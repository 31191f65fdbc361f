"""Synthetic messages. The people in them are invented."""

from __future__ import annotations

from typing import Final

from trivium_hl7.plugin import trivium_tools
from trivium_hl7.settings import Hl7Settings
from trivium_hl7.tools.results import ParsedMessage, ValuedPlace

ORU: Final = "\r".join(
    [
        r"MSH|^~\&|LAB1|NORTH CLINIC|EHR|SOUTH CLINIC|20260102030405+0100||ORU^R01^ORU_R01|MSG0001|P|2.5.1",
        r"PID|1||4711^^^NCL&1.2.3.4&ISO^MR~0815^^^SCL^PI||O'BRIEN&VAN^SEAN^Q^JR^DR||19700203|M|||1 Elm St^^Lowtown^ST",
        r"OBR|1|P17^LAB1|F18^EHR|24331-1^Lipid panel^LN",
        r"OBX|1|NM|2093-3^Cholesterol^LN||180|mg/dL|<200|N|||F",
        r"OBX|2|TX|8251-1^Comment^LN||Seen with Jane \T\ John\.br\Next line||" + '""' + "||||F",
        r"ZPI|Blue~Green|A^B",
    ]
)


def parse(message: str, **arguments: object) -> ParsedMessage:
    """What the tool answers under default settings."""
    spec = next(one for one in trivium_tools(Hl7Settings()) if one.name == "parse_hl7_message")
    result = spec(**spec.input(message=message, **arguments).__dict__)
    assert isinstance(result, ParsedMessage)
    return result


def places(result: ParsedMessage) -> dict[str, ValuedPlace]:
    return {place.path: place for part in result.segments for place in part.values}
