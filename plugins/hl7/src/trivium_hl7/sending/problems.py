"""What can go wrong with a message that is to be sent: closed lists of sentences, each read after a place.

They say what is known of the message: until the connection stands nothing was sent; after that only an answer tells.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from trivium.api import Problem

SETTING: Final = "TRIVIUM_HL7__ENDPOINTS"

_UNKNOWN: Final = (
    "; it is not known whether the message was taken: do not send it again before its control id (MSH-10) has been "
    "looked up at the receiver"
)


class OutgoingProblem(Problem):
    """Why a message may not go out. Nothing was sent."""

    WITHHELD = (
        "holds a mark of this host in place of a value that it did not hand out whole (withheld, record text, or cut "
        "short); a receiver would store the mark: put the value there, or leave the field empty"
    )
    NO_TYPE = "is empty: no receiver can tell what message this is"
    NO_CONTROL_ID = "is empty: no acknowledgment could be matched with the message"
    FRAMING = "holds the byte 0x0B or 0x1C, which frames messages on the wire (MLLP) and would cut this one"
    CHARSET_UNKNOWN = "names a character set that cannot be written here; UNICODE UTF-8 and those of ISO 8859 can"
    CHARSET_NOT_FRAMED = "names a character set that MLLP cannot carry, as its bytes are not those of ASCII for ASCII"
    NOT_IN_CHARSET = "holds a character that the character set in MSH-18 does not have"
    NOT_IN_DEFAULT = (
        "holds a character that the endpoint's character set does not have; name another in MSH-18, or have its "
        "encoding in TRIVIUM_HL7__ENDPOINTS changed"
    )
    TOO_LONG = "is longer than {limit} bytes on the wire"
    NO_ENDPOINT = "names no system that messages may be sent to; whoever runs this host can add one to " + SETTING
    BAD_ENCODING = "has an encoding that is no character set which MLLP can carry; check " + SETTING


class LinkProblem(Problem):
    """Why there is no connection. Nothing was sent."""

    NAME_UNKNOWN = f"has a host name that cannot be resolved; nothing was sent; check its host in {SETTING}"
    REFUSED = (
        "refuses the TCP connection: nothing listens on that port; nothing was sent; check that the receiver is "
        f"running, and its port in {SETTING}"
    )
    CONNECT_TIMEOUT = (
        "did not take the TCP connection within {seconds:g} seconds; nothing was sent; check the network and the "
        "firewall"
    )
    UNREACHABLE = "cannot be reached over the network; nothing was sent; check its host, the network and the firewall"
    BUSY = (
        "is still busy with earlier messages of this host after {seconds:g} seconds; nothing was sent; messages go to "
        "a system one after the other"
    )
    CA_FILE = f"has a ca_file that cannot be read as PEM certificates; nothing was sent; check {SETTING}"
    OWN_CERTIFICATE = (
        "has a certificate or key that cannot be read, or that do not belong together; nothing was sent; both are "
        f"PEM files, the key without a password; check {SETTING}"
    )
    TLS_UNTRUSTED = (
        "shows a certificate of an authority that is not trusted here; nothing was sent; name the file of its "
        f"authority as ca_file in {SETTING}"
    )
    TLS_HOST_NAME = (
        f"shows a certificate for another host name; nothing was sent; its host in {SETTING} must be a name or "
        "address that the certificate has"
    )
    TLS_EXPIRED = "shows a certificate that has expired or is not yet valid; nothing was sent"
    TLS_CERTIFICATE = "shows a certificate that is not accepted; nothing was sent"
    TLS_NOT_SPOKEN = "does not speak TLS on this port; nothing was sent; check its port and tls"
    TLS_VERSION = "speaks no TLS version from 1.2 on; nothing was sent"
    TLS_REFUSED = (
        "refused the TLS handshake; nothing was sent; it may ask for a certificate of ours: certificate and key in "
        f"{SETTING}"
    )
    TLS_CLOSED = (
        "closed the connection in the TLS handshake; nothing was sent; check that the port speaks TLS, and whether it "
        "asks for a certificate of ours"
    )
    TLS_TIMEOUT = (
        "did not finish the TLS handshake within {seconds:g} seconds; nothing was sent; check that the port speaks TLS"
    )
    TLS_FAILED = "and this host did not agree on TLS; nothing was sent"


class AnswerProblem(Problem):
    """Why nothing certain came back."""

    STALLED = (
        "took the connection but not the whole message within {seconds:g} seconds; the end of the message was never "
        "sent, so that a receiver has no whole message"
    )
    SENDING_BROKE = "broke the connection while the message was being sent" + _UNKNOWN
    TLS_ALERT = (
        "ended TLS after the handshake, as one does that asks for a certificate of ours or does not accept it; check "
        f"certificate and key in {SETTING}{_UNKNOWN}"
    )
    NO_ANSWER = "sent no acknowledgment within {seconds:g} seconds" + _UNKNOWN
    HALF_ANSWER = "sent only a part of an acknowledgment within {seconds:g} seconds" + _UNKNOWN
    CLOSED = (
        "closed the connection without an acknowledgment, as one does that expects TLS, asks for a certificate of ours "
        "or does not take messages from this host" + _UNKNOWN
    )
    CLOSED_HALFWAY = "closed the connection in the middle of an acknowledgment" + _UNKNOWN
    OVERSIZED = "sent an acknowledgment longer than {limit} bytes, and was cut off" + _UNKNOWN
    HTTP = "answers in HTTP: this is the port of a web server, not of an MLLP receiver; check its port"
    TLS_EXPECTED = f"answers in TLS, but {SETTING} does not say tls for it; a receiver of TLS has not taken the message"
    UNFRAMED = "answers with a message that is not framed as MLLP (0x0B, 0x1C 0x0D)" + _UNKNOWN
    GARBAGE = "answers with something that is neither MLLP nor HL7; check its port" + _UNKNOWN
    UNREADABLE = "sent an acknowledgment that cannot be read as HL7" + _UNKNOWN
    NO_MSA = "answered with a message that acknowledges nothing (no MSA segment)" + _UNKNOWN
    NO_CODE = "sent an acknowledgment whose MSA-1 is no code of table 0008" + _UNKNOWN
    NO_CONTROL_ID = "sent an acknowledgment that names no message (MSA-2 is empty)" + _UNKNOWN
    OTHER_MESSAGE = "acknowledged another message (MSA-2 is not the MSH-10 that was sent)" + _UNKNOWN
    NOT_COMMITTED = "refused the message on the transport level (MLLP release 2, negative commit block); it has not it"


class SendingNote(StrEnum):
    """What is odd about a message or an answer, and was tolerated."""

    ASCII_ASSUMED = "MSH-18 is empty and the message is not plain ASCII: a receiver may read it in another set"
    IS_ACKNOWLEDGMENT = "the message is an acknowledgment itself; receivers do not answer those in original mode"
    UNKNOWN_CONDITION = "MSH-15 or MSH-16 has no code of table 0155; it was taken as AL (always)"
    NOT_AWAITED = "MSH-15 and MSH-16 ask for no answer to a message that is accepted; none came"
    APPLICATION_OUTSTANDING = (
        "the application's own acknowledgment did not come on this connection; a receiver may send it later as a "
        "message of its own"
    )
    OTHER_MODE = "the answer is not of the mode that MSH-15 and MSH-16 ask for"
    COMMIT_BLOCK = "the receiver confirmed the transport with a commit block of MLLP release 2"
    STRANGERS = "answers to other messages came on this connection and were passed over"
    CONTRADICTION = "answers to this message contradict each other; the worst counts"
    SURPLUS = "more came on the connection after the answer, and was not read"
    CUT_CONTROL_ID = "MSA-2 has only the first 20 characters of MSH-10; taken as the same"
    NO_CARRIAGE_RETURN = "a block of the receiver ends without the carriage return after 0x1C"
    UNREADABLE_LATER = "what came after the first answer could not be used"
