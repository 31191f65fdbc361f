"""Records whose every value stands nowhere else, a plugin that mishandles them, and the search for them."""

from __future__ import annotations

import base64
import html
import json
import os
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from trivium_pacs.embedded import Person, Series, Study

PEOPLE = [
    Person("O'BRIEN^ORLAITH^ANNEMARIE^MEDICUS^THETHIRD", "MRN-7741-X", "19520317", "F"),
    Person("MÜLLER^JÖRG", "MRN-7742-Y", "19681104", "M"),
    Person("ZORBLAX^QUENTIN^^^", "MRN-7743-Z", "19910625", "O"),
]
CARE_DATE = "20250411"


def _study(number: int, person: Person, charset: str) -> Study:
    series = (Series("CT", f"AXIAL OF {person.name.partition('^')[0]}", 2),)
    return Study(person, CARE_DATE, "091500", f"CHEST OF {person.name}", f"ACC-{number}", series, charset)


STUDIES = [
    _study(0, PEOPLE[0], ""),
    _study(1, PEOPLE[1], "ISO_IR 192"),
    _study(2, PEOPLE[2], "ISO_IR 100"),
    _study(3, PEOPLE[2], "ISO_IR 100"),
]
NAMES = sorted({part for person in PEOPLE for part in person.name.split("^") if part})
"""Each part by itself, so that `Quentin Zorblax` is found too."""
NUMBERS = sorted(person.id for person in PEOPLE)
BIRTH_DATES = sorted(person.birth_date for person in PEOPLE)
TEXTS = ["12 HIDDEN LANE", "555-0199", "REMARKABLE"]
SECRETS = sorted([*NAMES, *NUMBERS, *BIRTH_DATES, *TEXTS])

MESSAGE = "\r".join(
    (
        r"MSH|^~\&|LAB|NORTH|EHR|NORTH|20250411101500||ORU^R01^ORU_R01|MSG1|T|2.5.1|||||||8859/1",
        f"PID|1||{PEOPLE[0].id}^^^NORTH^MR~{PEOPLE[1].id}||{PEOPLE[0].name}~{PEOPLE[1].name}|{PEOPLE[2].name}"
        f"|{PEOPLE[0].birth_date}|F||ZORBLAX^QUENTIN^L|12 HIDDEN LANE^^TOWN||555-0199|||||{PEOPLE[2].id}",
        f"NK1|1|{PEOPLE[2].name}|SPO|12 HIDDEN LANE|555-0199",
        f"PV1|1|I|12 HIDDEN LANE||||1^ZORBLAX^QUENTIN|||||||||||ZORBLAX|{PEOPLE[1].id}",
        "ORC|NW|ZORBLAX|QUENTIN",
        "OBX|1|TX|8251-1^Comment^LN||REMARKABLE finding in MÜLLER||||||F",
        "OBX|2|CE|8251-1^Comment^LN||ZORBLAX^QUENTIN^L||||||F",
        f"NTE|1||REMARKABLE {PEOPLE[2].name}",
        f"ZPD|{PEOPLE[0].name}|{PEOPLE[1].id}",
    )
)

_HEX = f"\\X{PEOPLE[2].name.encode().hex().upper()}\\"
_WHOLE = f"{PEOPLE[2].name}&{PEOPLE[0].name}^12 HIDDEN LANE~{PEOPLE[1].name}"
_NO_CODE = "12 HIDDEN LANE&O'BRIEN^MÜLLER, JÖRG~O'BRIEN"
"""For the names of tests, which may be any word that looks like a code."""
_SEGMENTS = ("EVN", "PID", "NK1", "PV1", "PV2", "GT1", "IN1", "ORC", "NTE", "ERR", "ZPD")
_FILLED = [f"{seg}|{'|'.join([_WHOLE] * 50)}" for seg in _SEGMENTS]
_RESULTS = [
    f"OBX|1|{kind}|8251-1^Comment^LN||{_WHOLE}"
    for kind in ("NM", "SN", "CWE", "TX", "ED", "XCN", "CX", "DT", "ZORBLAX")
]
ODD_MESSAGE = "\r".join(
    (
        rf"MSH|^~\&|12 HIDDEN LANE|{PEOPLE[0].id}|O'BRIEN|MÜLLER|19520317Q|REMARKABLE|ORU^R01^ORU_R01|JÖRG|T|2.5.1"
        "|ZORBLAX|QUENTIN|ORLAITH|ANNEMARIE|MEDICUS|ZORBLAX|REMARKABLE|THETHIRD|O'BRIEN^MÜLLER",
        *_FILLED,
        f"OBR|{'|'.join([_NO_CODE] * 50)}",
        *_RESULTS,
        f"OBX|2|ST|{_HEX}^{_HEX}^LN||{_HEX}|{_HEX}|{_HEX}",
        f"ZPX|{_HEX}",
    )
)
"""Names and words in every field, repetition, component and sub-component, and in the clothes of an escape sequence."""
BATCH = "\r".join(
    (
        rf"FHS|^~\&|ZORBLAX|QUENTIN|||||{PEOPLE[2].name}|REMARKABLE",
        rf"BHS|^~\&|ZORBLAX|QUENTIN|||||{PEOPLE[2].name}|REMARKABLE|JÖRG",
        MESSAGE,
        ODD_MESSAGE,
        "MSH|^~\\&|broken\nO'BRIEN",
        "BTS|QUENTIN|REMARKABLE",
        "FTS|ZORBLAX|REMARKABLE",
    )
)
SENT = "\r".join(
    (
        r"MSH|^~\&|LAB|NORTH|EHR|NORTH|20250411101500||ADT^A31^ADT_A05|MSG-1|T|2.5.1||||||UNICODE UTF-8",
        "EVN||20250411101500",
        f"PID|1||{PEOPLE[2].id}^^^NORTH^MR||ZORBLAX^QUENTIN^^^^^L||19910625|O|||12 HIDDEN LANE||555-0199",
        "PV1|1|N",
    )
)
_GOSSIP = "\r".join(
    (
        r"MSH|^~\&|ZORBLAX|QUENTIN|LAB|NORTH|20250411101501||ACK^A31^ACK|ZORBLAX|T|2.5.1||||||UNICODE UTF-8",
        f"MSA|AE|MSG-1|REMARKABLE {PEOPLE[2].name} 555-0199||ZORBLAX|{PEOPLE[2].id}^QUENTIN",
        "ERR|ZORBLAX^1^5|PID^1^5~ZORBLAX^QUENTIN^12 HIDDEN LANE|101^ZORBLAX^L|E|QUENTIN^L|QUENTIN|REMARKABLE|JÖRG",
        f"NTE|1||REMARKABLE {PEOPLE[2].name}",
        SENT.partition("PID")[1] + SENT.partition("PID")[2],
        f"ZPD|{_WHOLE}",
        "",
    )
)


@contextmanager
def gossip() -> Iterator[int]:
    """A receiver of MLLP that answers whatever it gets with all that it knows of the patient; its port."""

    class Answer(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            heard = b""
            while not heard.endswith(b"\x1c\r") and (more := self.request.recv(65_536)):
                heard += more
            self.wfile.write(b"\x0b" + _GOSSIP.encode() + b"\x1c\r")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def fill_folder(folder: Path) -> Path:
    """A folder of messages whose names tell something too, and what is no message."""
    folder.mkdir(parents=True)
    (folder / "ZORBLAX^QUENTIN.hl7").write_text("MSH|^~\\&|O'BRIEN", encoding="utf-8")
    (folder / "MÜLLER MRN-7742-Y.hl7").write_text("MÜLLER", encoding="utf-8")
    (folder / "batch.hl7").write_text(BATCH, encoding="utf-8")
    (folder / "latin.hl7").write_bytes(MESSAGE.encode("latin-1"))
    (folder / "link.hl7").symlink_to(folder / "batch.hl7")
    os.mkfifo(folder / "pipe.hl7")
    (folder / "profile.toml").write_text('title = "ZORBLAX"\nQUENTIN = "MÜLLER"\n', encoding="utf-8")
    return folder


WARD = f"""
import logging
import time
from typing import Annotated
from pydantic import BaseModel
from trivium.api import PUBLIC, CallView, Effect, Kind, Phi, PluginInfo, hookimpl, tool

RECORD = {[person.name for person in PEOPLE] + [person.id for person in PEOPLE]!r}

class Record(BaseModel):
    name: Annotated[str, Phi(Kind.NAME)]
    number: Annotated[str, Phi(Kind.PATIENT_ID)]
    birth_date: Annotated[str, Phi(Kind.BIRTH_DATE)]
    address: Annotated[str, Phi(Kind.ADDRESS)]
    phone: Annotated[str, Phi(Kind.CONTACT)]
    note: Annotated[str, Phi(Kind.TEXT)]
    count: Annotated[int, PUBLIC] = 1

class Stowaway(Record):
    extra: str = RECORD[0]

def record(model=Record):
    return model(name=RECORD[2], number=RECORD[5], birth_date="19910625", address="12 HIDDEN LANE",
                 phone="555-0199", note="REMARKABLE " + RECORD[2])

@hookimpl
def trivium_plugin():
    return PluginInfo(name="ward", summary="for a test")

@tool(effect=Effect.READS_REMOTE)
def ward_record() -> Record:
    '''Show a record.'''
    return record()

@tool(effect=Effect.READS_REMOTE)
def ward_crash() -> Record:
    '''Crash with a record in hand.'''
    logging.getLogger("ward").error("cannot show %s", RECORD)
    logging.getLogger("ward").exception("cannot show it")
    raise RuntimeError(str(RECORD))

@tool(effect=Effect.READS_REMOTE)
def ward_exit() -> Record:
    '''Leave with a record in hand.'''
    raise SystemExit(str(RECORD))

@tool(effect=Effect.READS_REMOTE)
def ward_smuggle() -> Record:
    '''Return more than is declared.'''
    return record(Stowaway)

@tool(effect=Effect.READS_REMOTE, timeout=0.2)
def ward_wait() -> Record:
    '''Take too long over a record.'''
    time.sleep(0.5)
    return record()

@hookimpl
def trivium_tools():
    return [ward_record, ward_crash, ward_exit, ward_smuggle, ward_wait]

@hookimpl
def trivium_veto(call: CallView):
    if call.tool == "pacs_query" and call.arguments.accession_number == "VETO-1":
        return str(RECORD)
    if call.tool == "pacs_query" and call.arguments.accession_number == "VETO-2":
        raise RuntimeError(str(RECORD))
    return None
"""
"""A plugin that does everything wrong that can be done with a record, as a distribution would install it."""


def install_ward(folder: Path) -> Path:
    metadata = folder / "trivium_ward-1.0.dist-info"
    metadata.mkdir(parents=True)
    (folder / "ward_plugin.py").write_text(WARD, encoding="utf-8")
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: trivium-ward\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[trivium.plugins]\nward = ward_plugin\n")
    return folder


def found_in(blob: bytes, secrets: list[str] = SECRETS) -> list[str]:
    """The secrets that stand in these bytes: in any case, escaped as JSON, XML or a URL would, in hex or in base64."""
    text = blob.decode("utf-8", "replace").casefold()
    return [secret for secret in secrets if any(form.casefold() in text for form in _forms(secret))]


def _forms(secret: str) -> set[str]:
    forms = set()
    if len(secret) == 8 and secret.isdigit():
        forms.add(f"{secret[:4]}-{secret[4:6]}-{secret[6:]}")
    for written in {secret, secret.upper(), secret.lower(), secret.title()}:
        forms |= {written, json.dumps(written)[1:-1], html.escape(written), quote(written, safe="")}
        for encoding in ("utf-8", "latin-1"):
            raw = written.encode(encoding)
            forms |= {raw.hex(), *(_base64(raw, before) for before in range(3))}
    return {form for form in forms if len(form) > 3}


def _base64(raw: bytes, before: int) -> str:
    """What stays the same of its base64, so many bytes (modulo 3) after the beginning, whatever stands around it."""
    whole = base64.b64encode(b"\0" * before + raw).decode()
    first = (before * 8 + 5) // 6
    last = (before + len(raw)) * 8 // 6
    return whole[first:last]
