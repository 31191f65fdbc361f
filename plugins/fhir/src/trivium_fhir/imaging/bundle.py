"""Studies as one Bundle, of which the same facts give the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import quote

from trivium_fhir.imaging.notes import Notes
from trivium_fhir.imaging.patient import id_of
from trivium_fhir.imaging.study import Made, imaging_study
from trivium_fhir.imaging.tree import Study

BundleKind = Literal["transaction", "collection"]
_CONNECTION: Final = "http://terminology.hl7.org/CodeSystem/endpoint-connection-type"


class Converted(NamedTuple):
    bundle: dict[str, Any]
    made: tuple[Made, ...]
    resources: Mapping[str, int]


def bundle_of(
    studies: Sequence[Study],
    notes: Notes,
    *,
    kind: BundleKind = "transaction",
    zone: str | None = None,
    endpoint: tuple[str, str] | None = None,
    most_instances: int = 500,
) -> Converted:
    """`endpoint` is the name and base URL of the DICOMweb service that has the studies.

    Patients come first, then persons, the endpoint and the studies; what several studies share stands once.
    """
    made: list[Made] = []
    room = most_instances
    for study in studies:
        one = imaging_study(study, notes, zone=zone, most_instances=room)
        made.append(one)
        room -= one.listed
    resources: dict[str, dict[str, Any]] = {}
    for body in _in_order(made):
        resources.setdefault(body["id"], body)
    if endpoint is not None:
        served = _endpoint(*endpoint)
        resources = _with_endpoint(resources, served)
    entries = [_entry(body, kind) for body in resources.values()]
    counts = Counter(body["resourceType"] for body in resources.values())
    return Converted({"resourceType": "Bundle", "type": kind, "entry": entries}, tuple(made), dict(counts))


def _in_order(made: Iterable[Made]) -> list[dict[str, Any]]:
    found = list(made)
    people = [person for one in found for person in one.practitioners]
    return [*(one.patient for one in found), *people, *(one.study for one in found)]


def _endpoint(name: str, base: str) -> dict[str, Any]:
    """DICOMweb retrieval below a base that the operator has set up, and so in use (R4, Endpoint)."""
    return {
        "resourceType": "Endpoint",
        "id": id_of("Endpoint", base),
        "status": "active",
        "connectionType": {"system": _CONNECTION, "code": "dicom-wado-rs"},
        "name": name,
        "payloadType": [{"text": "DICOM"}],
        "payloadMimeType": ["application/dicom"],
        "address": base,
    }


def _with_endpoint(resources: Mapping[str, dict[str, Any]], endpoint: dict[str, Any]) -> dict[str, dict[str, Any]]:
    pointer = {"endpoint": [{"reference": f"urn:uuid:{endpoint['id']}"}]}
    others = {id_: body for id_, body in resources.items() if body["resourceType"] != "ImagingStudy"}
    studies = {id_: body for id_, body in resources.items() if body["resourceType"] == "ImagingStudy"}
    return {**others, endpoint["id"]: endpoint, **{id_: _pointed(body, pointer) for id_, body in studies.items()}}


def _pointed(study: dict[str, Any], pointer: Mapping[str, Any]) -> dict[str, Any]:
    """The endpoint before the counts, where R4 has it."""
    series = study.pop("series", None)
    return {**study, **pointer, **({"series": series} if series else {})}


def _entry(body: dict[str, Any], kind: BundleKind) -> dict[str, Any]:
    entry: dict[str, Any] = {"fullUrl": f"urn:uuid:{body['id']}", "resource": body}
    if kind == "transaction":
        query = _match(body)
        url = f"{body['resourceType']}?identifier={query}" if query else f"{body['resourceType']}/{body['id']}"
        if query:  # the server keeps the id it has, or gives one
            entry["resource"] = {name: value for name, value in body.items() if name != "id"}
        entry["request"] = {"method": "PUT", "url": url}
    return entry


def _match(body: Mapping[str, Any]) -> str:
    """`system|value` of the first identifier that is unique by its system, for studies and patients."""
    if body["resourceType"] not in ("Patient", "ImagingStudy"):
        return ""
    found = next((one for one in body.get("identifier", ()) if "system" in one), None)
    if found is None:
        return ""
    escaped = [part.replace("\\", "\\\\").replace("|", "\\|").replace(",", "\\,").replace("$", "\\$") for part in
               (found["system"], found["value"])]  # fmt: skip
    return quote("|".join(escaped), safe=":/|")
