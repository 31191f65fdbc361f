"""A generated channel has the elements of Mirth Connect's own model, in the same places and order."""

from __future__ import annotations

import itertools
import runpy
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from trivium_hl7.mirth.channel import make_channel
from trivium_hl7.mirth.request import Destination, Request, Source

pytestmark = pytest.mark.corpus

ROOT: Final = Path(__file__).resolve().parents[2]
PAIRS: Final = list(itertools.product(Source, Destination))
SOURCE_OF: Final = {
    Source.HL7V2: "src-tcp-HL7V2",
    Source.DICOM: "src-dimse-DICOM",
    Source.FHIR: "src-http-JSON",
    Source.HTTP: "src-http-JSON",
    Source.DATABASE: "src-jdbc-XML",
    Source.FILE: "src-file-HL7V2",
}
DESTINATION_OF: Final = {
    Destination.HL7V2: "dst-tcp-HL7V2",
    Destination.FHIR: "dst-http-JSON",
    Destination.HTTP: "dst-http-JSON",
    Destination.DATABASE: "dst-jdbc-XML",
    Destination.FILE: "dst-file-HL7V2",
    Destination.DICOM: "dst-dimse-DICOM",
    Destination.CHANNEL: "dst-vm-HL7V2",
}
DATA_TYPE_OF: Final = {
    "HL7V2": "src-tcp-HL7V2",
    "DICOM": "src-dimse-DICOM",
    "JSON": "src-http-JSON",
    "XML": "src-jdbc-XML",
    "RAW": "src-js-RAW",
}
FILLED: Final = {
    "acknowledgment": "responseVariable firstResponse processBatch rejectedACKCode rejectedACKMessage",
    "queue": "queueEnabled queueBufferSize validateResponse",
    "network": "host port remoteAddress remotePort responseTimeout applicationEntity localApplicationEntity",
    "http": "contextPath responseContentType content contentType dataTypeBinary",
    "files": "fileFilter afterProcessingAction moveToDirectory errorReadingAction errorResponseAction "
    "errorMoveToDirectory outputPattern outputAppend errorOnExists temporary binary",
    "database": "driver url select update updateMode query encoding",
    "text": "charsetEncoding template channelId",
    "no secrets": "username password",
    "data types": "inboundDataType outboundDataType",
}
MAY_DIFFER: Final = frozenset(" ".join(FILLED.values()).split())


def shape(element: ET.Element, path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Paths and attributes in order, without what is free: steps, rules, data types."""
    path = f"{path}/{element.tag}"
    free = element.tag in ("inboundProperties", "outboundProperties")
    yield path, {} if free else element.attrib
    if element.tag not in ("elements", "inboundProperties", "outboundProperties", "className"):
        for child in element:
            if child.tag != "className":
                yield from shape(child, path)


def texts(element: ET.Element) -> Iterator[tuple[str, str]]:
    """Name and text of every element that holds text, in order."""
    if element.tag not in ("elements", "inboundProperties", "outboundProperties", "className"):
        if not len(element):
            yield element.tag, element.text or ""
        for child in element:
            yield from texts(child)


def read(corpora: Path, name: str) -> ET.Element:
    (path,) = (corpora / "mirth/open").glob(f"*__{name}.xml")
    return ET.parse(path).getroot()


def one(root: ET.Element, path: str) -> ET.Element:
    found = root.find(path)
    assert found is not None, path
    return found


def generated(source: Source, destination: Destination) -> ET.Element:
    request = Request(
        source=source, destination=destination, use_case="ADT^A01 & ORU^R01 <feed>", events=("A01", "R01")
    )
    return ET.fromstring(make_channel(request).xml)


@pytest.mark.parametrize(("source", "destination"), PAIRS, ids=lambda kind: str(kind))
def test_every_pair_has_the_elements_of_the_model_in_its_order(
    corpora: Path, source: Source, destination: Destination
) -> None:
    ours = generated(source, destination)
    for name, place in (
        (SOURCE_OF[source], "sourceConnector"),
        (DESTINATION_OF[destination], "destinationConnectors/connector"),
    ):
        reference = one(read(corpora, name), place)
        assert list(shape(one(ours, place))) == list(shape(reference))
        differing = {
            tag
            for (tag, text), (_, expected) in zip(texts(one(ours, place)), texts(reference), strict=True)
            if text != expected
        }
        assert differing <= MAY_DIFFER
    whole = read(corpora, "src-tcp-HL7V2")
    for root in (ours, whole):
        one(root, "sourceConnector").clear()
        one(root, "destinationConnectors").clear()
    assert list(shape(ours)) == list(shape(whole))


@pytest.mark.parametrize(("source", "destination"), PAIRS, ids=lambda kind: str(kind))
def test_every_data_type_has_its_properties(corpora: Path, source: Source, destination: Destination) -> None:
    ours = generated(source, destination)
    transformers = [*ours.iter("transformer"), *ours.iter("responseTransformer")]
    assert len(transformers) == 3
    for transformer, direction in itertools.product(transformers, ("inbound", "outbound")):
        data_type = transformer.findtext(f"{direction}DataType") or ""
        reference = one(read(corpora, DATA_TYPE_OF[data_type]), "sourceConnector/transformer/inboundProperties")
        properties = one(transformer, f"{direction}Properties")
        assert properties.attrib == reference.attrib
        assert [(e.tag, e.attrib) for e in list(properties.iter())[1:]] == [
            (e.tag, e.attrib) for e in list(reference.iter())[1:]
        ]
        changed = {
            a.tag for a, b in zip(properties.iter(), reference.iter(), strict=True) if not len(a) and a.text != b.text
        }
        assert changed <= {"rejectedACKCode", "rejectedACKMessage", properties.tag}


def test_the_shipped_model_is_what_the_script_reads_out_of_the_reference_channels(
    corpora: Path, tmp_path: Path
) -> None:
    script = runpy.run_path(str(ROOT / "scripts/make_mirth_model.py"))
    script["write"](corpora / "mirth/open", tmp_path / "mirth.json")
    shipped = ROOT / "plugins/hl7/src/trivium_hl7/knowledge/mirth.json"
    assert (tmp_path / "mirth.json").read_bytes() == shipped.read_bytes()
