"""The host's own settings. Every field has a description, which the documentation and `--help` show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from trivium.api import CommaSeparated


def lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


Names = CommaSeparated[str]


def expanded(path: Path) -> Path:
    """`~` is the account's home. Raises `ValueError` where it has none."""
    try:
        return path.expanduser()
    except RuntimeError:
        raise ValueError("there is no home folder that ~ could stand for") from None


UserPath = Annotated[Path, AfterValidator(expanded)]


class Section(BaseModel):
    """A section that nobody has set is `model_construct`ed: all defaults, and no validator built for it at start-up."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class PluginSelection(Section):
    enabled: Names | None = Field(None, description="Load these plugins only; unset means all that are installed.")
    disabled: Names = Field((), description="Do not load these plugins.")
    required: Names = Field((), description="Refuse to start without these, such as a plugin that vetoes.")
    locked: bool = Field(False, description="Import only plugins that are as `trivium plugins lock` wrote them down.")
    lock: UserPath | None = Field(None, description="The lock file; default `plugins.lock` in the home folder.")


class ToolSelection(Section):
    enabled: Names | None = Field(None, description="Serve these tools, resources and prompts only; unset means all.")
    disabled: Names = Field((), description="Do not serve these tools, resources and prompts.")


class LicenseSettings(Section):
    site: str | None = Field(None, description="This site's name; a license that is bound to a site must name it.")
    revoked: UserPath | None = Field(
        None, description="List of revoked licenses, an id a line; default `revoked.txt` in the home folder."
    )
    file: UserPath | None = Field(None, description="The license; default `license.jwt` in the home folder.")
    keys: UserPath | None = Field(
        None, description="Folder of public keys (`KID.pem`) whose holders may issue licenses; default `keys` in home."
    )


class ApprovalSettings(Section):
    file: UserPath | None = Field(None, description="The ledger of approvals; default `approvals.sqlite3` in home.")
    minutes: float = Field(10.0, gt=0, le=1440, description="How long a question stays open, and an answer good.")


class PolicySettings(Section):
    file: UserPath | None = Field(None, description="The safety policy; default `policy.toml` in the home folder.")
    edition: UserPath | None = Field(
        None, description="An edition: a file that demands entitlements for more tools than declare them."
    )
    read_only: bool = Field(False, description="Serve no tool that changes or moves anything.")


class SyslogSettings(Section):
    """A receiver of audit messages (RFC 5424 over TLS, RFC 5425)."""

    host: str | None = Field(None, description="Host name of the audit record repository. Unset: nothing is sent.")
    port: int = Field(6514, ge=1, le=65535, description="Its TLS port.")
    ca: UserPath | None = Field(None, description="Certificates that it is checked against; unset: the system's.")
    certificate: UserPath | None = Field(None, description="This host's own certificate, for mutual TLS.")
    key: UserPath | None = Field(None, description="The private key of that certificate.")


class AuditSettings(Section):
    file: UserPath | None = Field(None, description="The audit trail; default `audit.jsonl` in the home folder.")
    heads: UserPath | None = Field(
        None, description="Where signed heads are written, best on another disk; default `audit.heads.jsonl` in home."
    )
    head_every: int = Field(100, ge=1, le=100_000, description="Sign a head after this many records at the latest.")
    rotate_megabytes: float = Field(64.0, gt=0, le=4096, description="Begin a new file when the trail is this large.")
    source: str | None = Field(None, description="Name of this host in exported messages; default its host name.")
    syslog: SyslogSettings = Field(SyslogSettings.model_construct(), description="Where audit messages are also sent.")


def _mode(value: Any) -> Any:
    """An older installation says only whether to redact."""
    word = str(value).lower()
    if word in ("true", "1", "yes", "on"):
        return "redact"
    return "open" if word in ("false", "0", "no", "off") else lower(value)


class PhiSettings(Section):
    mode: Annotated[Literal["redact", "tokens", "open"], BeforeValidator(_mode)] = Field(
        "redact",
        description="redact: patient numbers become stand-ins, the rest is withheld; tokens: all but free text becomes "
        "stand-ins; open: everything is shown.",
    )
    dates: Annotated[Literal["keep", "shift", "year"], BeforeValidator(lower)] = Field(
        "keep", description="Dates of care: kept, shifted by a secret number of days per patient, or cut to the year."
    )


class HttpSettings(Section):
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8420, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    allowed_hosts: Names = Field(
        (), description="Values of the Host header that are served, such as 'trivium.example.org'; loopback always is."
    )
    allowed_origins: Names = Field((), description="Origins of web pages that may call, such as 'https://example.org'.")
    certificate: UserPath | None = Field(None, description="TLS certificate (PEM); required beyond loopback.")
    key: UserPath | None = Field(None, description="The private key of that certificate.")
    behind_proxy: bool = Field(False, description="A proxy in front speaks TLS; listen in the clear beyond loopback.")
    anonymous: bool = Field(False, description="On loopback, serve callers without a token.")


class CoreSettings(Section):
    """Environment names begin with `TRIVIUM_`; a double underscore leads into a section: `TRIVIUM_PHI__MODE`."""

    legacy_environment: ClassVar[Mapping[str, str]] = {
        "DICOM_HL7_PHI_REDACT": "phi.mode",
        "DICOM_HL7_LOG_LEVEL": "log_level",
    }

    home: UserPath = Field(
        Path("~/.trivium"),
        validate_default=True,
        description="Where the host keeps license, keys, approvals and audit trail.",
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(lower)] = Field(
        "warning", description="What is written to stderr."
    )
    plugins: PluginSelection = PluginSelection.model_construct()
    tools: ToolSelection = ToolSelection.model_construct()
    license: LicenseSettings = LicenseSettings.model_construct()
    policy: PolicySettings = PolicySettings.model_construct()
    approvals: ApprovalSettings = ApprovalSettings.model_construct()
    audit: AuditSettings = AuditSettings.model_construct()
    phi: PhiSettings = PhiSettings.model_construct()
    http: HttpSettings = HttpSettings.model_construct()

    def place(self, given: Path | None, name: str) -> Path:
        """A file of the host: where the operator put it, else under its usual name in the home folder."""
        return given or self.home / name

    @property
    def license_file(self) -> Path:
        return self.place(self.license.file, "license.jwt")

    @property
    def license_keys(self) -> Path:
        return self.place(self.license.keys, "keys")

    @property
    def approvals_file(self) -> Path:
        return self.place(self.approvals.file, "approvals.sqlite3")

    @property
    def audit_file(self) -> Path:
        return self.place(self.audit.file, "audit.jsonl")

    @property
    def lock_file(self) -> Path:
        return self.place(self.plugins.lock, "plugins.lock")

    @property
    def policy_file(self) -> Path:
        return self.place(self.policy.file, "policy.toml")
