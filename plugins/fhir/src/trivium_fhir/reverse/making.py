"""Segments of resources: what every message type makes in the same way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trivium_fhir.reverse.filling import Filling
from trivium_fhir.reverse.layout import Bundle, Item
from trivium_fhir.reverse.observing import observation_segments
from trivium_fhir.reverse.rules import Target
from trivium_fhir.reverse.state import Account, Draft, Use
from trivium_fhir.reverse.store import Cursor, Store

_MOST_MEMBERS = 5_000


@dataclass(slots=True)
class Making:
    """The bundle that is read, the version that is written, and the account."""

    store: Store
    version: str
    account: Account
    event: str
    """MSH-9.2."""

    def segment(
        self, name: str, *sources: tuple[str, Cursor | None], skip: frozenset[int] = frozenset(), fresh: bool = False
    ) -> Draft:
        """A segment of one or more maps, each run over its resource."""
        draft = Draft(name)
        for map_name, resource in sources:
            if resource is not None:
                Filling(draft, self.version, self.account, skip, fresh).run(map_name, resource)
        return draft

    def target(self, holder: Cursor | None, *names: str) -> list[Cursor]:
        """The resources that references at the end of a path point to."""
        found = [] if holder is None else holder.reach(*names)
        resolved = [(one, self.store.resolve(one)) for one in found]
        for one, target in resolved:
            if target is not None:
                for text in one.steps("reference"):
                    self.account.use(
                        text, Use(_NOWHERE, Target(0), (), "a reference that the order of segments says", True)
                    )
        return [target for _, target in resolved if target is not None]

    def refers(self, resource: Cursor, owner: Cursor, name: str) -> bool:
        """Whether a reference at the element points to `owner`."""
        return any(target.entry == owner.entry for target in self.target(resource, name))

    def belongs(self, resource: Cursor, owner: Cursor | None, *names: str) -> bool:
        """Whether a reference at one of the elements points to `owner`, or the bundle has just one it could mean."""
        found = [target for name in names for target in self.target(resource, name)]
        if owner is None or not found:
            return len(self.store.of_type("Patient")) <= 1
        return any(target.entry == owner.entry for target in found)


_NOWHERE = Draft("")


def one_of(resource: Cursor, name: str, number: int) -> Cursor:
    """The resource with just one repetition of an element, at its own place."""
    values = resource.value[name]
    kept = [value if place == number else None for place, value in enumerate(values)]
    return resource._replace(value={**resource.value, name: kept})


def patient_of(making: Making) -> Cursor | None:
    """The patient that the message is about: one that no other replaces."""
    return next(iter(staying(making) or making.store.of_type("Patient")), None)


def staying(making: Making) -> list[Cursor]:
    """The patients that no other replaces."""
    patients = making.store.of_type("Patient")
    replaced = {target.entry for one in patients for target in _replaced(making, one)}
    return [one for one in patients if one.entry not in replaced and not _is_replaced(one)]


def _replaced(making: Making, patient: Cursor) -> list[Cursor]:
    links = [link for link in patient.steps("link") if link.text("type") == "replaces"]
    return [target for link in links for target in making.target(link, "other")]


def _is_replaced(patient: Cursor) -> bool:
    return any(link.text("type") == "replaced-by" for link in patient.steps("link"))


def person(making: Making, patient: Cursor | None) -> list[Item]:
    """PID and PD1."""
    if patient is None:
        return []
    found = (one for one in making.store.of_type("Account") if making.belongs(one, patient, "subject"))
    accounts = [one for one in found if one.text("status") != "unknown"]  # that of an MRG
    pid = making.segment("PID", ("PID[Patient]", patient), *(("PID[Account]", one) for one in accounts[:1]))
    pid.set(1, "1")
    pd1 = making.segment("PD1", ("PD1[Patient]", patient))
    return [pid, *([pd1] if pd1.fields else [])]


def relatives(making: Making, patient: Cursor | None) -> list[Item]:
    """NK1 of each RelatedPerson and each contact of the patient; the same person named in both stands once."""
    if patient is None:
        return []
    found = [one for one in making.store.of_type("RelatedPerson") if making.belongs(one, patient, "patient")]
    made: list[tuple[Cursor, Draft]] = [(one, making.segment("NK1", ("NK1[RelatedPerson]", one))) for one in found]
    others: list[Draft] = []
    for number, contact in enumerate(patient.steps("contact")):
        same = next((draft for one, draft in made if _same_person(one, contact)), None)
        source = one_of(patient, "contact", number)
        if same is not None:
            Filling(same, making.version, making.account).run("NK1[Patient]", source)
        else:
            others.append(making.segment("NK1", ("NK1[Patient]", source)))
    return numbered([*(draft for _, draft in made), *others])


def _same_person(related: Cursor, contact: Cursor) -> bool:
    names = [one.value for one in contact.steps("name")]
    return bool(names) and names[0] in [one.value for one in related.steps("name")]


def numbered(drafts: Iterable[Draft]) -> list[Item]:
    """Segments with a set id in their first field; those without a value are left out."""
    kept = [draft for draft in drafts if draft.fields]
    for number, draft in enumerate(kept, 1):
        draft.set(1, str(number))
    return list(kept)


def visit(making: Making, patient: Cursor | None, encounter: Cursor | None) -> list[Item]:
    """PV1 and PV2."""
    if encounter is None:
        return []
    coverages = [one for one in making.store.of_type("Coverage") if only_a_class(one)]
    pv1 = making.segment(
        "PV1", ("PV1[Encounter]", encounter), ("PV1[Patient]", patient), *(("PV1[Coverage]", one) for one in coverages)
    )
    pv1.set(1, "1")
    pv2 = making.segment("PV2", ("PV2[Encounter]", encounter), fresh=True)
    return [pv1, *([pv2] if pv2.fields else [])]


def only_a_class(coverage: Cursor) -> bool:
    """A Coverage that says a financial class (PV1-20) and nothing of an insurance."""
    return not any(coverage.steps(name) for name in ("identifier", "period", "subscriberId", "extension")) and not any(
        one.steps("reference") for one in coverage.steps("payor")
    )


def encounter_of(making: Making, patient: Cursor | None, *holders: Cursor) -> Cursor | None:
    """The encounter that a holder names, or the patient's first."""
    for holder in holders:
        for names in (("encounter",), ("context", "encounter"), ("diagnosis", "encounter")):
            found = [one for one in making.target(holder, *names) if one.type == "Encounter"]
            if found:
                return found[0]
    found = [one for one in making.store.of_type("Encounter") if making.belongs(one, patient, "subject")]
    return next(iter(found), None)


def allergies(making: Making, patient: Cursor | None) -> list[Item]:
    found = [one for one in making.store.of_type("AllergyIntolerance") if making.belongs(one, patient, "patient")]
    return numbered(making.segment("AL1", ("AL1[AllergyIntolerance]", one)) for one in found)


def diagnoses(making: Making, conditions: Iterable[Cursor], encounter: Cursor | None) -> list[Item]:
    """DG1 of conditions, with what the encounter says of them (use, rank)."""
    drafts = []
    for one in conditions:
        sources = [("DG1[Condition]", one)]
        entries = [] if encounter is None else encounter.steps("diagnosis")
        for number, entry in enumerate(entries):
            if encounter is not None and any(found.entry == one.entry for found in making.target(entry, "condition")):
                sources.append(("DG1[Encounter]", one_of(encounter, "diagnosis", number)))
        drafts.append(making.segment("DG1", *sources))
    return numbered(drafts)


def procedures(making: Making, patient: Cursor | None) -> list[Item]:
    found = [one for one in making.store.of_type("Procedure") if making.belongs(one, patient, "subject")]
    drafts = numbered(making.segment("PR1", ("PR1[Procedure]", one)) for one in found)
    return [Bundle([draft]) for draft in drafts]


def insurances(making: Making, patient: Cursor | None) -> list[Item]:
    found = [one for one in making.store.of_type("Coverage") if making.belongs(one, patient, "beneficiary")]
    drafts = numbered(making.segment("IN1", ("IN1[Coverage]", one)) for one in found if not only_a_class(one))
    return [Bundle([draft]) for draft in drafts]


def observations(making: Making, found: Iterable[Cursor]) -> list[Item]:
    """OBX of each observation, with its notes, members of a panel after it; numbered through."""
    groups: list[Item] = []
    for one in found:
        for place, draft in enumerate(observation_segments(one, making.version, making.account)):
            draft.set(1, str(len(groups) + 1))
            groups.append(Bundle([draft, *(notes(making, one, "Observation") if not place else [])]))
    return groups


def with_members(making: Making, found: Iterable[Cursor]) -> list[Cursor]:
    """Observations and the members of panels among them, each once."""
    seen: dict[int, Cursor] = {}
    waiting = list(found)[::-1]
    while waiting and len(seen) < _MOST_MEMBERS:
        one = waiting.pop()
        if one.type == "Observation" and one.entry not in seen:
            seen[one.entry] = one
            waiting.extend(making.target(one, "hasMember")[::-1])
    return list(seen.values())


def notes(making: Making, resource: Cursor, kind: str) -> list[Item]:
    """NTE of each note."""
    found = range(len(resource.steps("note")))
    return numbered(making.segment("NTE", (f"NTE[{kind}]", one_of(resource, "note", number))) for number in found)


def specimens(making: Making, found: Iterable[Cursor]) -> list[Item]:
    drafts = numbered(making.segment("SPM", ("SPM[Specimen]", one)) for one in found if one.type == "Specimen")
    return [Bundle([draft]) for draft in drafts]


def all_of(making: Making, patient: Cursor | None, type_name: str) -> Iterator[Cursor]:
    return (one for one in making.store.of_type(type_name) if making.belongs(one, patient, "subject", "patient"))
