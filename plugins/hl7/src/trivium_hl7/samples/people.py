"""Invented people and places, out of ranges that belong to nobody.

Names and towns are made up, telephone numbers are 555-0100 to 555-0199, postal codes begin with 000 (none is in use),
identifiers come from assigners under the OID arc for examples, 2.999. There is no social security number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from trivium_hl7.samples.scenario import Scenario
from trivium_hl7.samples.values import Address, Name, Named, Number, Person, Phone

HOSPITAL: Final = Named("NMH", "2.999.1")
PATIENT_NUMBERS: Final = Named("MPI", "2.999.1.1")
STAFF_NUMBERS: Final = Named("STAFF", "2.999.1.2")

_FAMILY: Final = (
    "Alderwick", "Brambley", "Corvane", "Dunmallow", "Elderbeck", "Fernhollow", "Garrowby", "Hartsfell",
    "Inglemoor", "Jessamyne", "Kestreven", "Larkmoor", "Merrowdale", "Nettlefold", "Oakhallow", "Pennywell",
    "Quillfeather", "Rookwarden", "Silverbeck", "Thornquist", "Underbough", "Vailmont", "Wrenfield", "Yarrowby",
)  # fmt: skip
_GIVEN: Final = {
    "F": ("Alma", "Beatrix", "Clio", "Dahlia", "Edda", "Fenja", "Greta", "Hanne", "Iris", "Juna", "Linnea", "Maren"),
    "M": (
        "Anselm",
        "Bram",
        "Caspar",
        "Dorian",
        "Emrys",
        "Florian",
        "Gregor",
        "Hugo",
        "Ivo",
        "Jasper",
        "Leif",
        "Marten",
    ),
}
_TOWNS: Final = ("Northmere", "Lowtown", "Easterby", "Fallowbridge", "Millhaven", "Stonecross")
_STREETS: Final = ("Elm Lane", "Harbor Road", "Mill Street", "Orchard Way", "Quarry Road", "Station Street")
_AGES: Final = {
    "newborn": (0, 2),
    "infant": (30, 360),
    "child": (3 * 365, 12 * 365),
    "adolescent": (13 * 365, 17 * 365),
    "adult": (20 * 365, 64 * 365),
    "elderly": (70 * 365, 94 * 365),
}
"""Days, youngest and oldest."""


@dataclass(frozen=True, slots=True)
class Patient:
    number: Number
    earlier_number: Number
    """Of the record that a merge does away with."""
    account: Number
    visit: Number
    name: Name
    mother: Name
    contact: Name
    sex: str
    birth: date
    age: int
    """In days."""
    address: Address
    phone: Phone
    married: bool


def patient(rng: Random, scenario: Scenario, today: date) -> Patient:
    sex = scenario.sex or rng.choice("FM")
    age = _age(rng, scenario)
    newborn = age < 28
    family = rng.choice(_FAMILY)
    given = ("Babygirl" if sex == "F" else "Babyboy") if newborn else rng.choice(_GIVEN[sex])
    mother = Name(family if age < 18 * 365 else rng.choice(_FAMILY), rng.choice(_GIVEN["F"]), kind="M")
    contact = mother if age < 18 * 365 else Name(family, rng.choice(_GIVEN[rng.choice("FM")]))
    first = rng.randrange(100_000, 900_000)
    return Patient(
        number=Number(str(first), PATIENT_NUMBERS, "MR"),
        earlier_number=Number(str(first + rng.randrange(1, 90_000)), PATIENT_NUMBERS, "MR"),
        account=Number(str(rng.randrange(1_000_000, 9_000_000)), HOSPITAL, "AN"),
        visit=Number(str(rng.randrange(1_000_000, 9_000_000)), HOSPITAL, "VN"),
        name=Name(family, given, "" if newborn else rng.choice("ABCDEFGHJKLMNPRSTW")),
        mother=mother,
        contact=Name(contact.family, contact.given),
        sex=sex,
        birth=today - timedelta(days=age),
        age=age,
        address=Address(
            f"{rng.randrange(1, 199)} {rng.choice(_STREETS)}", rng.choice(_TOWNS), "XX", f"000{rng.randrange(10, 99)}"
        ),
        phone=Phone("207", f"55501{rng.randrange(100):02}"),
        married=rng.random() < 0.5,
    )


def staff(rng: Random) -> Person:
    """A physician."""
    name = Name(rng.choice(_FAMILY), rng.choice(_GIVEN[rng.choice("FM")]), prefix="Dr")
    return Person(str(rng.randrange(1000, 9999)), name, STAFF_NUMBERS)


def _age(rng: Random, scenario: Scenario) -> int:
    if scenario.years is not None:
        return scenario.years * 365 + scenario.years // 4 + rng.randrange(1, 300)
    low, high = _AGES[scenario.age or "adult"]
    if scenario.pregnant and scenario.age is None:
        low, high = 20 * 365, 40 * 365
    return rng.randrange(low, high)
