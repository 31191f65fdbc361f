"""What a generated channel holds of its arguments, and what it refuses."""

from __future__ import annotations

import itertools
import re
import time
import uuid
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from trivium.api import BadInput, Effect
from trivium_hl7.mirth.channel import Channel, make_channel
from trivium_hl7.mirth.problems import ChannelProblem
from trivium_hl7.mirth.request import Acknowledge, Destination, Dialect, Payload, Request, Source
from trivium_hl7.mirth.use_case import Filter, filter_of
from trivium_hl7.tools.generate_mirth_channel import MirthChannel, generate_mirth_channel

PAIRS = list(itertools.product(Source, Destination))
HOSTILE = [
    "& < > ' \" ]]> </description><id>x</id>",
    "line\r\nline\nline\ttab",
    "\x00\x01\x0b\x0c\x1b\x1f\x7f\x85\ufffe\uffff",
    "emoji \N{FACE WITH TEARS OF JOY} and \N{LATIN SMALL LETTER E WITH ACUTE}",
    "half \ud83d pair",
    "${message.rawData} $!{x} #set($a=1) #{b}",
    "'; DROP TABLE inbox; --",
    "*/ return true; //\u2028\u2029",
    "x" * 100_000,
    "<" * 100_000,
    "&" * 2_000,
    "",
]


def make(source: Source = Source.HL7V2, destination: Destination = Destination.DATABASE, **more: Any) -> Channel:
    return make_channel(Request(source=source, destination=destination, **{"use_case": "feed", **more}))


def tree(channel: Channel) -> ET.Element:
    return ET.fromstring(channel.xml)


def text(channel: Channel, path: str) -> str:
    found = tree(channel).find(path)
    assert found is not None, path
    return found.text or ""


def refused(name: str, problem: ChannelProblem, **arguments: Any) -> None:
    with pytest.raises(BadInput) as caught:
        make(**arguments)
    assert (caught.value.where, caught.value.problem) == (name, problem)


@pytest.mark.parametrize(("source", "destination"), PAIRS, ids=lambda kind: str(kind))
def test_every_pair_is_well_formed_and_the_same_each_time(source: Source, destination: Destination) -> None:
    first, second = make(source, destination), make(source, destination)
    assert first == second
    assert first.xml.isascii()
    assert len(first.xml) < 60_000
    assert str(uuid.UUID(first.id)) == first.id == text(first, "id")
    assert uuid.UUID(first.id).version == 5
    assert text(first, "name") == first.name
    assert text(first, "properties/initialState") == "STOPPED"


@pytest.mark.parametrize("use_case", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("destination", Destination, ids=str)
def test_the_words_of_a_use_case_stand_in_the_description_alone(destination: Destination, use_case: str) -> None:
    plain, hostile = tree(make(destination=destination)), tree(make(destination=destination, use_case=use_case))
    for root in (plain, hostile):
        for tag in ("id", "name", "description"):
            found = root.find(tag)
            assert found is not None
            found.text = ""
    assert ET.tostring(hostile) == ET.tostring(plain)


@pytest.mark.parametrize(
    ("use_case", "description"),
    [
        ("& < > ' \" ]]>", "& < > ' \" ]]>"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x00\x1b\ufffe", "\ufffd\ufffd\ufffd"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("\N{FACE WITH TEARS OF JOY}", "\N{FACE WITH TEARS OF JOY}"),
        ("x" * 100_000, "x" * 1_999 + "…"),
    ],
    ids=range(6),
)
def test_a_description_says_what_was_written_as_far_as_xml_can(use_case: str, description: str) -> None:
    assert text(make(use_case=use_case), "description") == description


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_name_is_one_that_mirth_takes(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9 _-]{1,40}", make(channel_name=name).name)


def test_other_arguments_make_another_channel() -> None:
    assert make(listen_port=7000).id != make(listen_port=7001).id


def test_a_hostile_use_case_costs_no_time() -> None:
    started = time.perf_counter()
    make(use_case="ADT^A0 " * 200_000)
    assert time.perf_counter() - started < 1


def test_users_and_passwords_are_empty_everywhere() -> None:
    for source, destination in PAIRS:
        root = tree(make(source, destination))
        for tag in ("username", "password", "passcode", "keyPW", "keyStorePW", "trustStorePW"):
            assert [e.text for e in root.iter(tag) if e.text] == []


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("listen_host", "a b", ChannelProblem.NOT_A_HOST),
        ("destination_host", "${host}", ChannelProblem.NOT_A_HOST),
        ("destination_host", "", ChannelProblem.NOT_A_HOST),
        ("source_ae_title", "SEVENTEEN_LETTERS", ChannelProblem.NOT_AN_AE_TITLE),
        ("destination_ae_title", "A\\B", ChannelProblem.NOT_AN_AE_TITLE),
        ("destination_table", "inbox; DROP TABLE x", ChannelProblem.NOT_A_TABLE),
        ("destination_table", "in${x}", ChannelProblem.NOT_A_TABLE),
        ("source_table", "a.b.c", ChannelProblem.NOT_A_TABLE),
        ("source_path", "/in/${x}", ChannelProblem.NOT_A_PATH),
        ("destination_path", "/out\n", ChannelProblem.NOT_A_PATH),
        ("destination_url", "https://user:x@host/fhir", ChannelProblem.CREDENTIALS),
        ("destination_url", "https://host/?api_key=1", ChannelProblem.CREDENTIALS),
        ("destination_url", "ftp://host", ChannelProblem.NOT_A_URL),
        ("destination_url", "https://host/a b", ChannelProblem.NOT_A_URL),
        ("destination_jdbc_url", "jdbc:postgresql://h/d?password=x", ChannelProblem.CREDENTIALS),
        ("destination_jdbc_url", "jdbc:oracle:thin:scott/tiger@h", ChannelProblem.CREDENTIALS),
        ("source_jdbc_url", "postgresql://h/d", ChannelProblem.NOT_A_JDBC_URL),
        ("destination_channel_id", "none", ChannelProblem.NOT_A_CHANNEL_ID),
        ("outbound_message", "ADT^A40", ChannelProblem.NOT_BUILT),
        ("outbound_message", "MDM^T02", ChannelProblem.NOT_BUILT),
        ("outbound_message", "ORU^R01\n", ChannelProblem.NOT_BUILT),
    ],
)
def test_what_would_make_another_channel_than_was_asked_for_is_refused(
    name: str, value: str, problem: ChannelProblem
) -> None:
    refused(name, problem, source=Source.DATABASE, destination=Destination.HL7V2, **{name: value})


def test_events_are_checked_one_by_one() -> None:
    refused("events, entry 2,", ChannelProblem.NOT_AN_EVENT, events=("A01", "x'; return true; //"))
    refused("events", ChannelProblem.TOO_MANY, events=("A01",) * 41)


def test_a_payload_is_for_http_and_files() -> None:
    refused("source_payload", ChannelProblem.FORMAT_UNFIT, source_payload=Payload.JSON)
    refused("destination_payload", ChannelProblem.FORMAT_UNFIT, destination_payload=Payload.JSON)


@pytest.mark.parametrize(
    ("arguments", "rules"),
    [
        ({"events": ("A01", "A08")}, [("Accept event A01, A08", ['"A01"', '"A08"'])]),
        (
            {"events": ("ADT^A01", "ADT^A08")},
            [("Accept message code ADT", ['"ADT"']), ("Accept event A01, A08", ['"A01"', '"A08"'])],
        ),
        ({"use_case": "lab results"}, [("Accept message code ORU", ['"ORU"'])]),
        ({"use_case": "ORU^R01 in"}, [("Accept message code ORU", ['"ORU"']), ("Accept event R01", ['"R01"'])]),
        ({"use_case": "collaborate, reordering"}, []),
        ({"use_case": "something else"}, []),
    ],
)
def test_events_and_words_become_the_filter(arguments: dict[str, Any], rules: list[tuple[str, list[str]]]) -> None:
    channel = make(destination=Destination.FILE, **arguments)
    elements = list(tree(channel).iterfind("sourceConnector/filter/elements/*"))
    found = [(rule.findtext("name"), [e.text for e in rule.iterfind("values/string")]) for rule in elements]
    assert found == rules
    assert [rule.findtext("operator") for rule in elements] == [None, "AND"][: len(rules)]
    assert [rule.findtext("sequenceNumber") for rule in elements] == ["0", "1"][: len(rules)]


def test_a_merge_is_not_made_a_record() -> None:
    def names(destination: Destination) -> list[str | None]:
        rules = tree(make(destination=destination, use_case="patient merge")).iterfind(
            "sourceConnector/filter/elements/*"
        )
        return [rule.findtext("name") for rule in rules]

    accepted = ["Accept message code ADT", "Accept event A18, A34, A40"]
    assert names(Destination.HL7V2) == accepted
    assert names(Destination.FHIR) == [*accepted, "Leave merges out"]


def test_steps_have_the_elements_of_the_model() -> None:
    channel = tree(make(destination=Destination.DATABASE))
    take, mapper = list(channel.iterfind("destinationConnectors/connector/transformer/elements/*"))[:2]
    assert take.tag == "com.mirth.connect.plugins.javascriptstep.JavaScriptStep"
    assert [e.tag for e in take] == ["name", "sequenceNumber", "enabled", "script"]
    assert mapper.tag == "com.mirth.connect.plugins.mapper.MapperStep"
    assert [(e.tag, e.text) for e in mapper] == [
        ("name", "message_code"),
        ("sequenceNumber", "1"),
        ("enabled", "true"),
        ("variable", "message_code"),
        ("mapping", "record.message_code"),
        ("defaultValue", None),
        ("replacements", None),
        ("scope", "CHANNEL"),
    ]
    assert {step.attrib["version"] for step in (take, mapper)} == {"4.5.2"}


def test_sql_takes_values_as_parameters_alone() -> None:
    query = text(make(destination_table="ris.inbox"), "destinationConnectors/connector/properties/query")
    columns, values = re.fullmatch(r"INSERT INTO ris\.inbox \((.*)\)\nVALUES \((.*)\)", query).groups()  # type: ignore[union-attr]
    assert [f"${{{column}}}" for column in columns.split(", ")] == values.split(", ")
    update = text(make(source=Source.DATABASE), "sourceConnector/properties/update")
    assert update == "UPDATE outbox SET sent_at = CURRENT_TIMESTAMP WHERE id = ${id}"


@pytest.mark.parametrize(
    ("acknowledge", "variable", "queue"),
    [
        (Acknowledge.RECEIVED, "Auto-generate (After source transformer)", "true"),
        (Acknowledge.DELIVERED, "Auto-generate (Destinations completed)", "false"),
    ],
)
def test_what_is_answered_before_delivery_is_queued(acknowledge: Acknowledge, variable: str, queue: str) -> None:
    channel = make(destination=Destination.HL7V2, acknowledge=acknowledge)
    base = "destinationConnectors/connector/properties/destinationConnectorProperties"
    assert text(channel, "sourceConnector/properties/sourceConnectorProperties/responseVariable") == variable
    assert text(channel, f"{base}/queueEnabled") == queue


@pytest.mark.parametrize("reply", ["AA", "AR"])
def test_the_answer_to_filtered_messages_is_said(reply: str) -> None:
    place = "sourceConnector/transformer/inboundProperties/responseGenerationProperties/rejectedACKCode"
    assert text(make(filtered_reply=reply), place) == reply


def test_dicom_channels_keep_pixel_data_apart_and_send_whole_objects() -> None:
    channel = make(Source.DICOM, Destination.DICOM, destination_host="pacs.example.org")
    assert text(channel, "properties/attachmentProperties/type") == "DICOM"
    assert text(channel, "destinationConnectors/connector/properties/template") == "${DICOMMESSAGE}"
    assert "DICOM goes out without TLS" in channel.notes


def test_open_doors_are_named() -> None:
    notes = make(
        Source.HTTP, Destination.FHIR, listen_host="0.0.0.0", destination_url="http://fhir.example.org/r4"
    ).notes
    assert notes[:2] == (
        "the source listens on every interface of the machine: name one, or close the port from outside",
        "patient data goes out over plain http: use https unless the server is on this machine",
    )


@pytest.mark.parametrize("dialect", Dialect, ids=str)
def test_each_database_has_a_driver(dialect: Dialect) -> None:
    channel = make(dialect=dialect)
    driver = text(channel, "destinationConnectors/connector/properties/driver")
    assert re.fullmatch(r"[a-z.]+\.[A-Za-z]+", driver)
    assert text(channel, "destinationConnectors/connector/properties/url").startswith("jdbc:")


def test_the_tool_answers_with_the_channel_and_its_mapping() -> None:
    assert generate_mirth_channel.effect is Effect.LOCAL
    assert generate_mirth_channel.missing == frozenset()
    arguments = generate_mirth_channel.input(source_type="HL7v2", destination_type="FHIR", use_case="ORU^R01 to FHIR")
    result = generate_mirth_channel(**arguments.__dict__)
    assert isinstance(result, MirthChannel)
    assert result.xml == make(destination=Destination.FHIR, use_case="ORU^R01 to FHIR").xml
    (accession,) = [value for value in result.mapping if value.name == "accession_number"]
    assert accession.hl7 == ("IPC-1.1", "OBR-18.1")
    assert accession.dicom == "(0008,0050)"
    assert accession.fhir == "ServiceRequest.identifier (ACSN)"
    assert result.does[0] == "source: listens for HL7 v2 over MLLP on 127.0.0.1:6661"


@pytest.mark.parametrize(
    ("use_case", "events"),
    [
        ("ADT A01 A08 to the warehouse", ("A01", "A08")),
        ("ADT^A01, A04 and A08 from the HIS", ("A01", "A04", "A08")),
        ("ADT (A01-A03, A08)", ("A01", "A02", "A03", "A08")),
        ("ORU^R01 to files", ("R01",)),
        ("ADT^A01 to billing and ADT^A08 to the lab", ("A01", "A08")),
        ("ADT^A40^ADT_A39", ("A40",)),
        ("merges (ADT_A39)", ("A39", "A40", "A41", "A42")),
        ("ADT_A04, which is no structure", ("A04",)),
    ],
)
def test_every_event_that_the_use_case_names_passes_the_filter(use_case: str, events: tuple[str, ...]) -> None:
    request = Request(source=Source.HL7V2, destination=Destination.FILE, use_case=use_case)
    assert filter_of(request).events == events


@pytest.mark.parametrize(
    ("use_case", "codes", "events", "made"),
    [
        ("ORU^R01 to ADT^A08", ("ORU",), ("R01",), ("ADT^A08",)),
        ("ORU to ADT", ("ORU",), (), ("ADT",)),
        ("ADT^A28 -> ADT^A04", ("ADT",), ("A28",), ("ADT^A04",)),
        ("turn ADT A01, A08 messages into an ORM^O01", ("ADT",), ("A01", "A08"), ("ORM^O01",)),
        ("ADT^A08 and ADT^A31 from incoming ORU^R01", ("ORU",), ("R01",), ("ADT^A08", "ADT^A31")),
        ("ORU^R01 and MDM^T02 to ADT^A08, ADT^A31", ("ORU", "MDM"), ("R01", "T02"), ("ADT^A08", "ADT^A31")),
        ("ORU^R01 to ADT^A08, ORM^O01 to ADT^A04", ("ORU", "ORM"), ("R01", "O01"), ("ADT^A08", "ADT^A04")),
        ("ORU^R01 to ADT^A08; ORM^O01 passes too", ("ORU", "ORM"), ("R01", "O01"), ("ADT^A08",)),
    ],
)
def test_what_shall_go_out_is_not_waited_for(
    use_case: str, codes: tuple[str, ...], events: tuple[str, ...], made: tuple[str, ...]
) -> None:
    request = Request(source=Source.HL7V2, destination=Destination.HL7V2, use_case=use_case)
    assert filter_of(request) == Filter(codes, events, from_words=True, made=made)


def test_a_message_that_no_channel_makes_of_another_is_said() -> None:
    def said(destination: Destination) -> list[str]:
        return [one for one in make(destination=destination, use_case="ORU^R01 to ADT^A08").notes if "go out" in one]

    assert said(Destination.FHIR) == []
    assert said(Destination.HL7V2) == [
        "the use case has ADT^A08 go out: this channel passes messages on as they come in, and makes no HL7 v2 message "
        "of another"
    ]


def test_what_a_record_needs_to_become_a_message_is_said() -> None:
    needs = (
        "a record without patient_id, or with an order control or result status that is no code of HL7 tables 0119, "
        "0123 and 0085, ends in ERROR and is not sent"
    )
    assert needs in make(Source.DATABASE, Destination.HL7V2).notes
    assert needs not in make(Source.HL7V2, Destination.HL7V2).notes
