"""A conversion's drafts as one Bundle (R4, bundle)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from trivium_fhir.bundle.completing import complete
from trivium_fhir.bundle.focus import focus
from trivium_fhir.bundle.identity import Identities, identify
from trivium_fhir.bundle.merging import merge
from trivium_fhir.bundle.requests import request
from trivium_fhir.convert.model import Conversion, Draft
from trivium_fhir.convert.numbers import dumps
from trivium_hl7.reader import Message

BundleType: TypeAlias = Literal["transaction", "message", "collection"]


@dataclass(frozen=True, slots=True)
class Bundled:
    """A Bundle, and where each draft is in it."""

    resource: dict[str, Any]
    entries: dict[Draft, int]
    """Index of a draft's entry, from 0. Drafts that became one resource have one index."""

    def types(self) -> list[str]:
        """The types of its resources, in order."""
        return [entry["resource"]["resourceType"] for entry in self.resource.get("entry", ())]

    def encode(self) -> bytes:
        """The Bundle as JSON, UTF-8. The same message and options give the same bytes."""
        return dumps(self.resource).encode()


def make_bundle(conversion: Conversion, message: Message, kind: BundleType = "transaction") -> Bundled:
    """Make a Bundle of what `message` was converted to.

    The drafts become its resources and are not to be used again; what had to be filled in or taken out is recorded in
    the conversion's ledger. A bundle of type `message` begins with the MessageHeader.
    """
    header = message.header
    code = header.value(9)
    drafts = _ordered(conversion)
    if conversion.header is not None:
        _point_at(conversion.header, focus(code, drafts))
    if conversion.envelope is not None:
        _about_the_message(conversion.envelope, conversion.header, drafts)
    for draft in drafts:
        complete(draft, conversion.ledger)
    text = "\r".join([seg.text for seg in message.segments])
    made = identify(drafts, message=text, sender=f"{'|'.join(header.fields[3:5])}")
    kept, entries = _once(drafts, made, conversion)
    listed = [_entry(draft, made, kind, code) for draft in kept]
    bundle = {"resourceType": "Bundle", "type": kind, **_envelope(conversion), "entry": listed}
    if not listed:
        del bundle["entry"]
    return Bundled(bundle, entries)


def _ordered(conversion: Conversion) -> list[Draft]:
    """The MessageHeader first, which a bundle of type message asks for."""
    others = [draft for draft in conversion.drafts if draft is not conversion.header]
    return others if conversion.header is None else [conversion.header, *others]


def _envelope(conversion: Conversion) -> dict[str, Any]:
    """What the guide puts into the Bundle itself (MSH-7, MSH-10)."""
    found = conversion.envelope.body if conversion.envelope is not None else {}
    return {name: found[name] for name in ("identifier", "timestamp") if name in found}


def _about_the_message(envelope: Draft, header: Draft | None, drafts: Iterable[Draft]) -> None:
    """A bundle is no resource that its entries could refer to: what is told of it is told of the MessageHeader."""
    astray = {id(pointer) for pointer in envelope.pointers}
    for body in [draft.body for draft in drafts if draft.type == "Provenance"] if astray else ():
        targets = [one for one in body.get("target", ()) if id(one) not in astray]
        if header is not None and not targets:
            targets = [header.reference()]
        body["target"] = targets
        if not targets:
            del body["target"]


def _point_at(header: Draft, drafts: Iterable[Draft]) -> None:
    references = [draft.reference() for draft in drafts]
    if references and "focus" not in header.body:
        header.body["focus"] = references


def _once(drafts: Iterable[Draft], made: Identities, conversion: Conversion) -> tuple[list[Draft], dict[Draft, int]]:
    """Drafts with the same id made one, in the order of the first of each."""
    first: dict[str, Draft] = {}
    for draft in drafts:
        kept = first.setdefault(made.ids[draft], draft)
        if kept is not draft:
            merge(kept, draft, conversion.ledger)
    places = {identity: number for number, identity in enumerate(first)}
    return list(first.values()), {draft: places[made.ids[draft]] for draft in drafts}


def _entry(draft: Draft, made: Identities, kind: BundleType, code: str) -> dict[str, Any]:
    identity = made.ids[draft]
    asked = request(draft, identity, made.sure.get(draft), code) if kind == "transaction" else None
    resource = draft.body
    if asked is None or ("?" not in asked["url"] and "ifNoneExist" not in asked):
        resource = {"resourceType": draft.type, "id": identity, **draft.body}
    entry: dict[str, Any] = {"fullUrl": f"urn:uuid:{identity}", "resource": resource}
    return entry if asked is None else entry | {"request": asked}
