"""Converted messages on a FHIR server of others: each is taken whole, and a second time changes nothing."""

from __future__ import annotations

import json
import re
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from mcp.client.client import Client
from tests.conftest import Say
from tests.fhir.servers.kit import Tools

from trivium.host import Host
from trivium.testing import Person, connect, memory_host
from trivium_fhir.bundle.assembling import make_bundle
from trivium_fhir.convert.engine import convert
from trivium_hl7.reader import parse_message
from trivium_hl7.samples.composing import sample

pytestmark = pytest.mark.anyio
_SAMPLES: Final = (
    *("ADT^A01", "ADT^A02", "ADT^A03", "ADT^A04", "ADT^A08", "ADT^A09", "ADT^A28", "ADT^A31", "ADT^A40"),
    *("ORU^R01", "ORM^O01", "OML^O21", "MDM^T02", "SIU^S12", "VXU^V04", "RDE^O11", "DFT^P03", "PPR^PC1", "REF^I12"),
    *("OMG^O19", "OMP^O09", "BAR^P01", "OUL^R22", "RAS^O17"),
)
_MOST_OF_A_STRUCTURE: Final = 2
_LONGEST: Final = 8_000
_LINK: Final = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}")


def bundle_of(message: bytes | str) -> tuple[str, dict[str, Any]]:
    """The structure of a message, and its transaction."""
    parsed = parse_message(message)
    conversion = convert(parsed)
    return conversion.structure or "", make_bundle(conversion, parsed).resource


def of_the_corpus(corpora: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Some of every structure."""
    seen: Counter[str] = Counter()
    for file in sorted(one for one in (corpora / "hl7" / "open").rglob("*") if one.is_file()):
        message = file.read_bytes()
        if len(message) > _LONGEST:
            continue
        structure, bundle = bundle_of(message)
        if structure and seen[structure] < _MOST_OF_A_STRUCTURE:
            seen[structure] += 1
            yield structure, bundle


@dataclass
class Held:
    """What lies on a server: each resource by type and id."""

    base: str
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take(self, types: set[str]) -> None:
        self.resources = {f"{kind}/{one['id']}": one for kind in sorted(types) for one in self._all(kind)}

    def _all(self, kind: str) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.base}/{kind}?_count=1000", timeout=30) as answer:
            bundle = json.load(answer)
        entries = bundle.get("entry", [])
        assert len(entries) == bundle["total"], kind
        return [entry["resource"] for entry in entries]

    def contents(self) -> dict[str, dict[str, Any]]:
        """Without `meta`: this server gives a version to every update, whether it changes anything or not."""
        return {name: {**one, "meta": None} for name, one in self.resources.items()}

    def types(self) -> Counter[str]:
        return Counter(name.partition("/")[0] for name in self.resources)


def below(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a resource."""
    if isinstance(node, dict):
        yield node
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from below(one)


def references(resources: dict[str, dict[str, Any]]) -> list[str]:
    return [str(one["reference"]) for part in resources.values() for one in below(part) if "reference" in one]


def identifiers(resources: Iterator[dict[str, Any]]) -> set[tuple[str, str, str]]:
    """Type of resource, system and value of the identifiers at the top."""
    return {
        (one["resourceType"], identifier.get("system", ""), identifier["value"])
        for one in resources
        if isinstance(one.get("identifier"), list)
        for identifier in one["identifier"]
        if "value" in identifier
    }


def host_at(bases: dict[str, str], home: Path) -> Host:
    environ = {
        "TRIVIUM_HOME": str(home),
        "TRIVIUM_FHIR__ENDPOINTS": json.dumps({name: {"base_url": base} for name, base in bases.items()}),
        "TRIVIUM_FHIR__ALLOW_WRITE": "true",
    }
    return memory_host(environ, fhir=Tools())


async def write(client: Client, endpoint: str, bundle: dict[str, Any]) -> None:
    given = {"endpoint": endpoint, "bundle": json.dumps(bundle), "limit": 0}
    result = (await client.call_tool("fhir_write_bundle", given)).structured_content
    told = {key: result.get(key) for key in ("outcome", "repeat_safe", "failed")}
    assert told == {"outcome": "applied", "repeat_safe": True, "failed": 0}, result


def types_of(*bundles: dict[str, Any]) -> set[str]:
    return {entry["resource"]["resourceType"] for bundle in bundles for entry in bundle["entry"]}


def check(bundles: list[dict[str, Any]], before: Held, after: Held) -> None:
    sent = (entry["resource"] for bundle in bundles for entry in bundle["entry"])
    assert after.types() == before.types()
    assert after.contents() == before.contents()
    assert [one for one in references(after.resources) if not one.startswith("#") and not _LINK.fullmatch(one)] == []
    assert [one for one in references(after.resources) if _LINK.fullmatch(one) and one not in after.resources] == []
    assert identifiers(sent) - identifiers(iter(after.resources.values())) == set()


async def test_samples_of_every_supported_type_are_stored_once(peer: str, tmp_path: Path, say: Say) -> None:
    messages = [sample(name[:3], name[4:], "2.5.1", seed=number) for number, name in enumerate(_SAMPLES)]
    bundles = [bundle_of(message)[1] for message in messages]
    person, passes = Person(), (Held(peer), Held(peer))

    async with connect(host_at({"main": peer}, tmp_path), person=person) as client:
        for held in passes:
            for bundle in bundles:
                await write(client, "main", bundle)
            held.take(types_of(*bundles))

    say(f"FHIR router: {len(bundles)} samples written twice, {len(passes[1].resources)} resources held")
    assert len(person.asked) == 2 * len(bundles)
    check(bundles, *passes)


@pytest.mark.corpus
async def test_messages_of_the_corpus_are_stored_once(peer: str, corpora: Path, tmp_path: Path, say: Say) -> None:
    """Each on a server of its own: in the corpus, people who are others have the same numbers."""
    found = dict(enumerate(of_the_corpus(corpora)))
    bases = {f"s{number}": peer.replace("/fhir", f"/s{number}") for number in found}
    held = 0
    async with connect(host_at(bases, tmp_path), person=Person()) as client:
        for number, (_, bundle) in found.items():
            name = f"s{number}"
            passes = Held(bases[name]), Held(bases[name])
            for one in passes:
                await write(client, name, bundle)
                one.take(types_of(bundle))
            check([bundle], *passes)
            held += len(passes[1].resources)
    structures = {structure for structure, _ in found.values()}
    say(f"FHIR router: {len(found)} messages of {len(structures)} structures written twice, {held} resources held")

    assert len(structures) >= 20
