"""Resources, messages, rows and words that somebody made to hurt. Each holds the canary where it holds anything."""

from __future__ import annotations

import json
from typing import Any, Final

CANARY: Final = "Zorblax"
HEAD: Final = f"MSH|^~\\&|{CANARY}|B|C|D|20260301||ORU^R01^ORU_R01|1|P|2.5.1"
_ORDER: Final = f"MSH|^~\\&|{CANARY}|B|C|D|20260301||ORM^O01|1|P|2.5.1"
PID: Final = f"PID|1||4711^^^{CANARY}^MR||{CANARY}^Quentin||19610203|M"


def as_json(value: Any) -> str:
    return json.dumps(value)


def bundle_of(*entries: Any, kind: str = "transaction") -> str:
    return as_json({"resourceType": "Bundle", "type": kind, "entry": list(entries)})


def _nested(levels: int, opening: str, closing: str) -> str:
    return '{"resourceType":"Patient","extension":' + opening * levels + f'"{CANARY}"' + closing * levels + "}"


_NAMES: Final = [{"family": f"{CANARY}{number}", "given": [CANARY] * 3} for number in range(10_000)]
_PUT: Final = {"method": "PUT", "url": f"Patient?identifier={CANARY}|{CANARY}"}
RESOURCES: Final[dict[str, str]] = {
    "nothing": "",
    "spaces": " " * 200_000,
    "a word": CANARY,
    "a number": "17",
    "a list": f'["{CANARY}"]',
    "cut": f'{{"resourceType":"Patient","name":[{{"family":"{CANARY}',
    "no type": f'{{"{CANARY}":"{CANARY}"}}',
    "a type that is a list": f'{{"resourceType":["{CANARY}"]}}',
    "an unknown type": f'{{"resourceType":"{CANARY}","id":"{CANARY}"}}',
    "names twice": f'{{"resourceType":"Patient","id":"{CANARY}","id":"b"}}',
    "64 levels": _nested(64, "[", "]"),
    "5,000 levels": _nested(5_000, '{"a":', "}"),
    "200,000 levels": _nested(200_000, "[", "]"),
    "NUL": f'{{"resourceType":"Patient","name":[{{"family":"{CANARY}\\u0000{CANARY}"}}]}}',
    "NUL as it is": f'{{"resourceType":"Patient","name":[{{"family":"{CANARY}\0"}}]}}',
    "half a character": f'{{"resourceType":"Patient","name":[{{"family":"{CANARY}\\ud800"}}]}}',
    "a name of 10 MB": as_json({"resourceType": "Patient", "name": [{"family": CANARY * 1_400_000}]}),
    "10,000 names": as_json({"resourceType": "Patient", "name": _NAMES}),
    "10,000 unknown elements": as_json(
        {"resourceType": "Patient", **{f"{CANARY}{one}": CANARY for one in range(10_000)}}
    ),
    "a number of 100,000 digits": f'{{"resourceType":"Observation","valueInteger":{"9" * 100_000}}}',
    "a huge exponent": f'{{"resourceType":"Observation","id":"{CANARY}","valueQuantity":{{"value":1e999999999}}}}',
    "no number": f'{{"resourceType":"Observation","id":"{CANARY}","valueQuantity":{{"value":NaN}}}}',
    "entries that are none": bundle_of(None, 5, CANARY, [], {"resource": CANARY}, {"request": [CANARY]}),
    "an entry that is a word": as_json({"resourceType": "Bundle", "type": "transaction", "entry": CANARY}),
    "wrong types inside": bundle_of(
        {
            "fullUrl": [CANARY],
            "request": _PUT,
            "resource": {"resourceType": "Patient", "name": CANARY, "identifier": {"value": [CANARY]}, "birthDate": 7},
        },
        {"resource": {"resourceType": "Observation", "status": {CANARY: CANARY}, "code": [CANARY], "subject": CANARY}},
    ),
    "10,000 empty entries": bundle_of(*[{}] * 10_000),
    "3,000 patients": bundle_of(
        *(
            {"resource": {"resourceType": "Patient", "id": f"p{one}", "name": [{"family": CANARY}]}}
            for one in range(3_000)
        )
    ),
    "references in a circle": bundle_of(
        *(
            {
                "fullUrl": f"urn:uuid:00000000-0000-4000-8000-00000000000{one}",
                "resource": {
                    "resourceType": "Observation",
                    "hasMember": [{"reference": f"urn:uuid:00000000-0000-4000-8000-00000000000{1 - one}"}],
                    "subject": {"reference": f"Patient/{CANARY}", "display": CANARY},
                },
            }
            for one in (0, 1)
        )
    ),
    "entities of XML": '<!DOCTYPE a [<!ENTITY a "'
    + CANARY * 100
    + '">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + ']><Patient xmlns="http://hl7.org/fhir"><id value="&i;"/></Patient>',
    "XML of a file": '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    + f'<Patient xmlns="http://hl7.org/fhir"><id value="{CANARY}&a;"/></Patient>',
    "XML of 20,000 levels": "<Patient>" * 20_000 + CANARY + "</Patient>" * 20_000,
    "XML that is cut": f'<Patient xmlns="http://hl7.org/fhir"><id value="{CANARY}"',
}
ROW: Final = {
    "00100010": {"vr": "PN", "Value": [{"Alphabetic": CANARY}]},
    "0020000D": {"vr": "UI", "Value": ["1.2.3"]},
}
ROWS: Final[dict[str, str]] = {
    **{name: RESOURCES[name] for name in ("nothing", "a word", "cut", "a list", "200,000 levels", "half a character")},
    "10 MB": as_json([{"00100010": {"vr": "PN", "Value": [{"Alphabetic": CANARY * 1_400_000}]}}]),
    "9,999 instances": as_json([{**ROW, "00080018": {"vr": "UI", "Value": [f"1.2.3.{one}"]}} for one in range(20_000)]),
    "wrong types inside": as_json(
        [{"0020000D": CANARY}, {"0020000D": {"vr": 7, "Value": CANARY}}, {"0020000D": {"Value": [[CANARY]]}}, CANARY]
    ),
    "a UID that is none": as_json([{**ROW, "0020000D": {"vr": "UI", "Value": [CANARY * 100]}}]),
    "odd dates": as_json([{**ROW, "00080020": {"vr": "DA", "Value": [CANARY, "99999999", None, {}]}}]),
}
MESSAGES: Final[dict[str, str]] = {
    "nothing": "",
    "a word": CANARY,
    "a header": f"MSH|{CANARY}",
    "separators": "MSH" + "|^~\\&" * 20_000,
    "10,000 identifiers": f"{HEAD}\r{PID}\rPV1|1|I|" + "~".join(f"{n}^^^{CANARY}^MR" for n in range(10_000)),
    "10,000 repetitions": f"{HEAD}\rPID|1||" + "~".join(f"{CANARY}{n}^^^N^MR" for n in range(10_000)),
    "10,000 names": f"{HEAD}\rPID|1||1||" + "~".join(f"{CANARY}{n}^Q" for n in range(10_000)),
    "5,000 observations": f"{HEAD}\r{PID}\rOBR|1\r" + "\r".join(f"OBX|{n}|ST|A^b||{CANARY}" for n in range(5_000)),
    "a field of 10 MB": f"{HEAD}\r{PID}\rOBR|1\rOBX|1|ED|A||" + CANARY * 1_400_000,
    "many sub-components": f"{HEAD}\rPID|1||" + f"{CANARY}&" * 60_000,
    "NUL": f"{HEAD}\r{PID}\0{CANARY}\rOBX|1|ST|\0||\0",
    "no text of UTF-8": f"{HEAD}\r{PID}\r{CANARY}\u202e\u2028\ufeff",
    "odd dates": f"{HEAD}\rPID|1||1||{CANARY}||{CANARY}|{CANARY}\rPV1|1|{CANARY}" + "|" * 41 + CANARY,
    "odd numbers": f"{HEAD}\r{PID}\rOBR|{'9' * 5_000}\rOBX|1|NM|A||{'9' * 50_000}|{CANARY}|1e99999-{CANARY}",
    "an unknown type": HEAD.replace("ORU^R01^ORU_R01", f"{CANARY}^{CANARY}^{CANARY}") + f"\r{PID}\rZZZ|{CANARY}",
    "3,000 orders": f"{_ORDER}\r{PID}\r" + "\r".join(f"ORC|NW|{n}\rOBR|1|{n}||{CANARY}" for n in range(3_000)),
    "an order": f"{_ORDER}\r{PID}\rORC|{CANARY}\rOBR|1|{CANARY}|{CANARY}|{CANARY}",
}
TEXTS: Final[dict[str, str]] = {
    "nothing": "",
    "a word": CANARY,
    "a name": f"{CANARY}^Quentin",
    "NUL": f"Patient\0{CANARY}",
    "half a character": f"{CANARY}\ud800",
    "a long one": CANARY * 1_400_000,
    "dots": f"Patient{'.name' * 50_000}",
    "a path elsewhere": f"../../etc/{CANARY}",
    "an escape": f"{CANARY}\x1b[2J\r\n\u202e",
    "brackets": "(" * 50_000 + CANARY,
}
