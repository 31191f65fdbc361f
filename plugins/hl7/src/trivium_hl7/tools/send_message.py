"""The tool `send_hl7_message`."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

from anyio import to_thread
from pydantic import Field

from trivium.api import EMBEDDED, Effect, Given, Preflight, Safety, tool
from trivium_hl7.net.outbox import Outbox, place
from trivium_hl7.sending.results import SentMessage
from trivium_hl7.settings import Hl7Settings

if TYPE_CHECKING:
    from trivium_hl7.sending.answers import Answer
    from trivium_hl7.sending.outgoing import Outgoing

_APPLICATION_WAIT: Final = 5.0
_VALUES: Final = 100


def send_gates(settings: Hl7Settings) -> Safety:
    """What the host holds a sending against, beside a person's approval."""
    return Safety(
        enabled=settings.allow_send,
        switch="TRIVIUM_HL7__ALLOW_SEND=true",
        destination="endpoint",
        destinations=frozenset(settings.endpoints),
        destinations_setting="TRIVIUM_HL7__ENDPOINTS",
        limits={"messages": 1, "bytes": settings.max_characters},
        limits_setting="TRIVIUM_HL7__MAX_CHARACTERS",
    )


def what_would_be_sent(outbox: Outbox, message: str, endpoint: str) -> Preflight:
    """The message, as the host's limits and the approving person need it.

    Raises `NotFound`, `BadInput`, `TooLarge` or `PeerUnavailable`.
    """
    from trivium_hl7.sending.telling import preflight

    return preflight(_prepared(outbox, message, endpoint), outbox.endpoint(endpoint))


@tool(
    effect=Effect.WRITES_REMOTE,
    title="Send HL7 v2 message",
    approval=True,
    rehearsal="dry_run",
    preflight=what_would_be_sent,
    timeout=1800.0,  # each step has the endpoint's own timeout, 300 seconds at the most
)
async def send_hl7_message(
    outbox: Given[Outbox],
    message: Annotated[
        str,
        EMBEDDED,
        Field(description="One HL7 v2 message, any version, from MSH on; segments end with CR, LF or CR LF."),
    ],
    endpoint: Annotated[str, Field(description="Name of the receiver, one of those that the operator has set up.")],
    application_wait: Annotated[
        float | None,
        Field(ge=0, le=60, description="Seconds to wait for an answer that need not come here; 5 if left out."),
    ] = None,
    limit: Annotated[
        int | None, Field(ge=0, le=1000, description="Most values of each answer in the result; 100 if left out.")
    ] = None,
    dry_run: Annotated[bool, Field(description="Send nothing; only say what would be sent.")] = False,
) -> SentMessage:
    """Send one HL7 v2 message to a named receiver over MLLP, wait for its acknowledgment and explain that.

    This changes records in another system, and nothing takes it back. Use it only when somebody wants this very message
    at that receiver; check it first with validate_hl7_message. It is sent as it is given, once: it is never repeated by
    itself. To make an acknowledgment use build_hl7_ack.

    It runs only if the operator has switched it on (TRIVIUM_HL7__ALLOW_SEND, off by default), the receiver is one of
    TRIVIUM_HL7__ENDPOINTS, and a person approves this very message. With dry_run=true everything is checked, nothing
    is sent and no person is asked. Refused before sending: text that is not one message, an empty MSH-9 or MSH-10,
    framing bytes in values, characters that the character set (MSH-18, else the endpoint's) does not have, marks such
    as "[withheld: ...]" of this host.

    Returns the outcome, each acknowledgment (MSA-1 in words, errors of ERR with their places, round trip time), and
    what to do next. `accepted: false` means that the receiver did not take the message. Where no usable acknowledgment
    comes the call fails and says whether anything was sent; where that is not known, do not call again before somebody
    has looked at the receiver. In enhanced mode (MSH-15, MSH-16) accept and application acknowledgment may both come.
    """
    from trivium_hl7.sending.answers import read_answer
    from trivium_hl7.sending.hearing import Hearing
    from trivium_hl7.sending.telling import sent

    outgoing = await to_thread.run_sync(partial(_prepared, outbox, message, endpoint))
    target = outbox.endpoint(endpoint)
    if dry_run:
        return sent(outgoing, endpoint, target)

    def read(data: bytes, milliseconds: float) -> "Answer":
        return read_answer(
            data, outgoing.control_id, encoding=target.encoding, limits=outbox.limits, milliseconds=milliseconds
        )

    hearing = Hearing(outgoing.expected, read, place(endpoint))
    wait = _APPLICATION_WAIT if application_wait is None else application_wait
    connect_ms = await outbox.deliver(endpoint, outgoing.payload, hearing, application_wait=wait)
    tell = partial(
        sent,
        outgoing,
        endpoint,
        target,
        hearing=hearing,
        connect_ms=connect_ms,
        limit=_VALUES if limit is None else limit,
    )
    return await to_thread.run_sync(tell)


def _prepared(outbox: Outbox, message: str, endpoint: str) -> "Outgoing":
    from trivium_hl7.sending.outgoing import prepare

    default = outbox.endpoint(endpoint).encoding
    return prepare(message, default_encoding=default, limits=outbox.limits, where=place(endpoint))
