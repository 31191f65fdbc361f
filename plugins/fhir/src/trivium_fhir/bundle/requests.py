"""How a transaction asks for a resource, so that the same transaction sent twice makes nothing twice (R4, http).

- An identifier with a system, and the message is about the resource: a conditional update, `PUT Type?identifier=...`.
- Such an identifier, and the message only names the resource (the patient of a result, an ordering practitioner): a
  conditional create, `POST Type` with `ifNoneExist`, because what the server has of it may be richer.
- A patient who is merged into another: likewise, so that what the server has is not replaced by a number and a name.
- Else `PUT Type/id` with an id made from content (see `identity`). A server may refuse ids that clients choose; its
  capability statement says so (`updateCreate`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from trivium_fhir.bundle.identifiers import search_for
from trivium_fhir.convert.model import Draft

_NAMED: Final = frozenset({"Device", "HealthcareService", "Location", "Organization", "Practitioner"})
"""What no message of the guide is about."""
_ADMITTED: Final = frozenset({"Account", "Encounter", "EpisodeOfCare", "Patient"})
"""What an ADT message is about, and others name."""


def request(draft: Draft, identity: str, identifier: Mapping[str, Any] | None, code: str) -> dict[str, str]:
    """`Bundle.entry.request` of a draft in a message of this code (MSH-9.1); `identifier` only where it is sure."""
    if identifier is None:
        return {"method": "PUT", "url": f"{draft.type}/{identity}"}
    search = search_for(identifier)
    if draft.type in _NAMED or (draft.type in _ADMITTED and code != "ADT") or _is_merged(draft):
        return {"method": "POST", "url": draft.type, "ifNoneExist": search}
    return {"method": "PUT", "url": f"{draft.type}?{search}"}


def _is_merged(draft: Draft) -> bool:
    return any(one.get("type") == "replaced-by" for one in draft.body.get("link", ()))
