"""A FHIR server in the settings: where it is, and how this host shows who it is."""

from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator


def _safe_url(url: str) -> str:
    """Refuse what is no https URL of a host, save plain http on this computer."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("is not a URL") from None
    if not parts.hostname or parts.query or parts.fragment or parts.username is not None or port == 0:
        raise ValueError("is not a URL of a host without a user, a query and a fragment")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts)):
        raise ValueError("must begin with https://; http:// is for this computer alone (localhost, 127.0.0.1, ::1)")
    return url.rstrip("/")


def _is_loopback(parts: SplitResult) -> bool:
    try:
        return parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


class Auth(StrEnum):
    """How this host shows who it is."""

    NONE = "none"
    BEARER = "bearer"
    BASIC = "basic"
    SMART = "smart"
    """SMART backend services: a token for an assertion signed with a private key."""


class Endpoint(BaseModel):
    """A FHIR R4 server."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    base_url: Annotated[
        str, AfterValidator(_safe_url), Field(max_length=500, description="FHIR base URL, e.g. https://host/fhir.")
    ]
    auth: Annotated[Auth, Field(description="none, bearer, basic or smart (backend services).")] = Auth.NONE
    token: Annotated[SecretStr | None, Field(description="For bearer: the token.")] = None
    token_file: Annotated[Path | None, Field(description="For bearer: a file that holds the token.")] = None
    user: Annotated[str | None, Field(description="For basic: the user.")] = None
    password: Annotated[SecretStr | None, Field(description="For basic: the password.")] = None
    password_file: Annotated[Path | None, Field(description="For basic: a file that holds the password.")] = None
    client_id: Annotated[str | None, Field(description="For smart: the client id that the server knows.")] = None
    private_key_file: Annotated[Path | None, Field(description="For smart: the private key (PEM, no password).")] = None
    key_id: Annotated[str | None, Field(description="For smart: the kid of the key in our key set.")] = None
    algorithm: Annotated[Literal["RS384", "ES384"], Field(description="For smart: how assertions are signed.")] = (
        "RS384"
    )
    scopes: Annotated[str, Field(description="For smart: scopes, separated by spaces.")] = "system/*.read"
    token_url: Annotated[
        str | None,
        AfterValidator(lambda url: _safe_url(url) if url is not None else None),
        Field(description="For smart: the token endpoint; unset: as .well-known/smart-configuration says."),
    ] = None
    ca_file: Annotated[
        Path | None, Field(description="Who signs the server's certificate; unset: the system's list.")
    ] = None
    timeout: Annotated[float, Field(gt=0, le=300, description="Seconds to wait for a connection and each answer.")] = (
        30.0
    )
    max_bytes: Annotated[
        int, Field(ge=10_000, le=200_000_000, description="Bytes of one answer, unpacked; a larger one is refused.")
    ] = 20_000_000

    @model_validator(mode="after")
    def _complete(self) -> "Endpoint":
        """Refuse a way of authentication that lacks something, and a secret that belongs to another way."""
        given = {
            Auth.BEARER: (self.token, self.token_file),
            Auth.BASIC: (self.password, self.password_file),
            Auth.SMART: (self.private_key_file,),
        }
        for auth, secrets in given.items():
            found = sum(one is not None for one in secrets)
            if found != (1 if auth is self.auth else 0):
                raise ValueError(f"auth={self.auth} needs one secret of its own way, and none of {auth}'s")
        if (self.user is None) is (self.auth is Auth.BASIC):
            raise ValueError("user belongs to auth=basic")
        if (self.client_id is None) is (self.auth is Auth.SMART):
            raise ValueError("client_id belongs to auth=smart")
        return self
