"""SMART backend services: a token for a signed assertion, kept until it expires, for the FHIR server alone."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import ValidationError
from tests.fhir.servers.kit import PATIENT, servers_at
from tests.fhir.servers.scripted import Answer, Asked, Scripted, fhir, scripted

from trivium.api import PeerFailed, PeerRejected, PeerUnavailable, ToolFailure
from trivium_fhir.servers.net.directory import Servers
from trivium_fhir.servers.problems import EndpointProblem, StatusProblem, TokenProblem
from trivium_fhir.servers.settings import Endpoint
from trivium_fhir.tools.fhir_read import fhir_read

pytestmark = pytest.mark.anyio
_KEYS: dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey] = {
    "RS384": rsa.generate_private_key(65537, 2048),
    "ES384": ec.generate_private_key(ec.SECP384R1()),
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Authority:
    """A token endpoint that checks the assertion as the standard says, and a FHIR server that takes its tokens."""

    def __init__(self, algorithm: str = "RS384", *, life: Any = 300) -> None:
        self.algorithm, self.life = algorithm, life
        self.seen: set[str] = set()
        self.granted: list[str] = []
        self.server: Scripted | None = None

    def script(self, asked: Asked) -> Answer:
        assert self.server
        match asked.path:
            case "/fhir/.well-known/smart-configuration":
                return fhir({"token_endpoint": f"http://127.0.0.1:{self.server.port}/token"})
            case "/token":
                return self._token(asked)
            case _:
                good = asked.headers.get("Authorization") == f"Bearer {self.granted[-1]}"
                return fhir(PATIENT) if good else fhir({}, 401)

    def _token(self, asked: Asked) -> Answer:
        assert self.server
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        audience = f"http://127.0.0.1:{self.server.port}/token"
        key = _KEYS[self.algorithm].public_key()
        try:
            claims = jwt.decode(form["client_assertion"], key, [self.algorithm], audience=audience)
        except jwt.PyJWTError:
            return fhir({"error": "invalid_client"}, 401)
        header = jwt.get_unverified_header(form["client_assertion"])
        assert header == {"alg": self.algorithm, "typ": "JWT", "kid": "key-1"}
        assert claims["iss"] == claims["sub"] == "client-1"
        assert claims["exp"] - time.time() <= 300
        assert claims["jti"] not in self.seen
        assert form["grant_type"] == "client_credentials"
        assert form["scope"] == "system/Patient.read"
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        self.seen.add(claims["jti"])
        self.granted.append(f"token-{len(self.granted)}")
        return fhir({"access_token": self.granted[-1], "token_type": "bearer", "expires_in": self.life})


def key_file(folder: Path, algorithm: str) -> Path:
    pem = _KEYS[algorithm].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "key.pem"
    path.write_bytes(pem)
    return path


def smart(folder: Path, algorithm: str = "RS384", key: str = "") -> dict[str, Any]:
    file = key_file(folder, key or algorithm)
    return {
        "auth": "smart",
        "client_id": "client-1",
        "private_key_file": file,
        "key_id": "key-1",
        "algorithm": algorithm,
        "scopes": "system/Patient.read",
    }


async def read(servers: Servers) -> None:
    await fhir_read(servers=servers, endpoint="main", type="Patient", id="p-17")


async def failure(server: Scripted, settings: dict[str, Any]) -> ToolFailure:
    async with servers_at(server.base, **settings) as servers:
        with pytest.raises(ToolFailure) as caught:
            await read(servers)
    return caught.value


@pytest.mark.parametrize("algorithm", ["RS384", "ES384"])
async def test_a_token_is_fetched_once_and_used(algorithm: str, tmp_path: Path) -> None:
    authority = Authority(algorithm)
    with scripted(authority.script) as server:
        authority.server = server
        async with servers_at(server.base, **smart(tmp_path, algorithm)) as servers:
            await read(servers)
            await read(servers)

    assert authority.granted == ["token-0"]
    assert [asked.path for asked in server.asked] == [
        "/fhir/.well-known/smart-configuration",
        "/token",
        "/fhir/Patient/p-17",
        "/fhir/Patient/p-17",
    ]


async def test_a_token_that_has_expired_is_renewed(tmp_path: Path) -> None:
    authority = Authority(life=0)
    with scripted(authority.script) as server:
        authority.server = server
        async with servers_at(server.base, **smart(tmp_path), token_url=f"http://127.0.0.1:{server.port}/token") as one:
            await read(one)
            await read(one)

    assert authority.granted == ["token-0", "token-1"]
    assert len(authority.seen) == 2


async def test_a_token_that_the_server_no_longer_takes_is_renewed_once(tmp_path: Path) -> None:
    authority = Authority()
    with scripted(authority.script) as server:
        authority.server = server
        async with servers_at(server.base, **smart(tmp_path)) as servers:
            await read(servers)
            authority.granted.append("another")
            await read(servers)

    assert authority.granted == ["token-0", "another", "token-2"]


async def test_a_server_that_takes_no_token_is_not_asked_for_ever(tmp_path: Path) -> None:
    authority = Authority()

    def script(asked: Asked) -> Answer:
        return fhir({}, 401) if "Patient" in asked.path else authority.script(asked)

    with scripted(script) as server:
        authority.server = server
        found = await failure(server, smart(tmp_path))

    assert (type(found), found.problem) == (PeerRejected, StatusProblem.UNAUTHORIZED)
    assert len(authority.granted) == 2


async def test_an_assertion_of_another_key_is_refused(tmp_path: Path) -> None:
    authority = Authority()
    with scripted(authority.script) as server:
        authority.server = server
        settings = smart(tmp_path)
        other = rsa.generate_private_key(65537, 2048)
        settings["private_key_file"].write_bytes(
            other.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        found = await failure(server, settings)

    assert (type(found), found.problem) == (PeerRejected, TokenProblem.REFUSED)
    assert "Patient" not in "".join(asked.path for asked in server.asked)


async def test_a_key_of_another_sort_is_said(tmp_path: Path) -> None:
    authority = Authority()
    with scripted(authority.script) as server:
        authority.server = server
        found = await failure(server, smart(tmp_path, "RS384", key="ES384"))

    assert (type(found), found.problem) == (PeerUnavailable, TokenProblem.KEY)


async def test_a_missing_key_is_said(tmp_path: Path) -> None:
    settings = smart(tmp_path) | {"private_key_file": tmp_path / "none.pem", "token_url": "https://x.example/token"}
    with scripted(lambda asked: fhir({})) as server:
        found = await failure(server, settings)

    assert (type(found), found.problem) == (PeerUnavailable, EndpointProblem.SECRET_FILE)
    assert server.asked == []


@pytest.mark.parametrize("url", ["http://thief.example/token", "ftp://127.0.0.1/t", "https://u:p@thief.example/t"])
async def test_a_token_endpoint_that_is_not_secure_gets_nothing(url: str, tmp_path: Path) -> None:
    with scripted(lambda asked: fhir({"token_endpoint": url})) as server:
        found = await failure(server, smart(tmp_path))

    assert (type(found), found.problem) == (PeerFailed, TokenProblem.NOT_SECURE)


@pytest.mark.parametrize(
    "token", [{"access_token": "a b\nc", "token_type": "bearer"}, {"token_type": "bearer"}, {"access_token": "a"}, []]
)
async def test_an_answer_that_is_no_token_is_not_used(token: Any, tmp_path: Path) -> None:
    with scripted(lambda asked: fhir(token)) as server:
        settings = smart(tmp_path) | {"token_url": f"http://127.0.0.1:{server.port}/token"}
        found = await failure(server, settings)

    assert (type(found), found.problem) == (PeerFailed, TokenProblem.UNREADABLE)
    assert [asked.path for asked in server.asked] == ["/token"]


async def test_basic_authentication_reads_its_password_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("sésame\n", encoding="utf-8")
    with scripted(lambda asked: fhir(PATIENT)) as server:
        settings = {"auth": "basic", "user": "reader", "password_file": tmp_path / "password"}
        async with servers_at(server.base, **settings) as servers:
            await read(servers)

    expected = base64.b64encode("reader:sésame".encode()).decode()
    assert server.asked[0].headers["Authorization"] == f"Basic {expected}"


@pytest.mark.parametrize(
    "settings",
    [
        {"base_url": "http://fhir.example/r4"},
        {"base_url": "https://user:secret-of-ours@fhir.example/r4"},
        {"base_url": "https://fhir.example/r4?token=secret-of-ours"},
        {"base_url": "file:///etc/passwd"},
        {"base_url": "https://fhir.example/r4", "auth": "bearer"},
        {"base_url": "https://fhir.example/r4", "token": "secret-of-ours"},
        {"base_url": "https://fhir.example/r4", "auth": "basic", "password": "secret-of-ours"},
        {"base_url": "https://fhir.example/r4", "auth": "smart", "client_id": "a"},
        {"base_url": "https://fhir.example/r4", "color": "blue"},
    ],
)
async def test_settings_that_do_not_fit_are_refused_without_the_secret(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        Endpoint(**settings)

    assert "secret-of-ours" not in str(caught.value)


async def test_a_secret_is_in_no_text_of_the_settings() -> None:
    endpoint = Endpoint(base_url="https://fhir.example/r4", auth="bearer", token="secret-of-ours")

    assert "secret-of-ours" not in repr(endpoint) + endpoint.model_dump_json()
