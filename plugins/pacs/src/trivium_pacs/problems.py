"""Everything that can go wrong between us and an archive, as closed lists of sentences.

Each sentence reads on after a place: "study_date is ...", "the archive ...".
"""

from __future__ import annotations

from typing import Final

from trivium.api import Problem

ARCHIVE: Final = "the archive"
"""The place that errors name. Never a host name or an address."""


class InputProblem(Problem):
    UID_TOO_LONG = "is longer than the 64 characters of a DICOM UID"
    NOT_A_UID = "is not a DICOM UID: numbers joined by dots, none with a leading zero (PS3.5 9.1)"
    AE_LENGTH = "is not an AE title: 1 to 16 characters, not only spaces (PS3.5 6.2)"
    AE_CHARACTERS = "is not an AE title: ASCII without backslash and control characters (PS3.5 6.2)"
    NOT_A_DATE = "is not a date of the calendar as YYYYMMDD, nor a range as YYYYMMDD-YYYYMMDD, YYYYMMDD- or -YYYYMMDD"
    RANGE_REVERSED = "is a range that ends before it begins"
    TOO_LONG = "is longer than {limit} characters"
    BACKSLASH = "has a backslash, which DICOM uses to separate values"
    CONTROL = "has control characters"
    NOT_A_MODALITY = "is not a modality: up to 16 capital letters, digits, spaces and underscores, such as CT or MR"
    NEEDED_FOR_SERIES = "is needed when query_level is SERIES; find it first with query_level STUDY"
    STUDY_KEY = "is a key of studies and cannot be used when query_level is SERIES; leave it out"


class FoundProblem(Problem):
    NO_SUCH_STUDY = "names no study that the archive has; find studies with pacs_query"
    NO_SUCH_SERIES = "names no series that the archive has in this study; list them with pacs_query, level SERIES"
    TOO_MANY_SERIES = "has more than {limit} series, which is more than one retrieve may move"


class LinkProblem(Problem):
    """How a connection or an association failed."""

    NOT_CONFIGURED = (
        "is not set: no archive is configured; whoever runs this host can name one in TRIVIUM_PACS__HOST, "
        "TRIVIUM_PACS__PORT and TRIVIUM_PACS__AE_TITLE"
    )
    NAME_UNKNOWN = "has a host name that cannot be resolved; check TRIVIUM_PACS__HOST"
    REFUSED = (
        "refuses the TCP connection: nothing listens on that port; check TRIVIUM_PACS__PORT and whether the "
        "archive is running"
    )
    CONNECT_TIMEOUT = (
        "did not answer the TCP connection within {seconds:g} seconds; check TRIVIUM_PACS__HOST, the network and "
        "the firewall"
    )
    UNREACHABLE = "cannot be reached over the network; check TRIVIUM_PACS__HOST and the network"
    ACCEPT_TIMEOUT = (
        "took the connection but did not answer the association request within {seconds:g} seconds; check that the "
        "port is its DICOM port"
    )
    ACCEPT_LOST = (
        "closed the connection before it answered the association request; check that the port is a DICOM port"
    )
    ABORTED = "aborted the association (source {source}, reason {reason}; PS3.8 9.3.8)"
    NO_CONTEXT = "accepts the association but none of the services asked for (no presentation context accepted)"
    SERVICE_NOT_ACCEPTED = (
        "does not accept the service this needs (Study Root Query/Retrieve, see pacs_echo); ask its administrator to "
        "allow it for this AE title"
    )
    CLOSED = "closed the connection before it had finished answering; what came before is not used"
    STALLED = "stopped in the middle of a message and sent nothing more for {seconds:g} seconds"
    TOO_SLOW = "took more than {seconds:g} seconds to send one message unit"
    OVERSIZED = "sent a message longer than {limit} bytes, and was cut off"
    NO_ANSWER = "did not answer within {seconds:g} seconds"
    BAD_ANSWER = "sent an answer that breaks the DICOM protocol"
    UNREADABLE = "sent matches that cannot be read as DICOM"
    QUERY_STOPPED = "was told to stop the query, because the caller left or time was up"
    MOVE_CLOSED = (
        "closed the connection in the middle of the retrieve, after reporting {completed} instances as sent; more may "
        "have been; ask the destination what has arrived"
    )
    MOVE_SILENT = (
        "fell silent for {seconds:g} seconds in the middle of the retrieve, after reporting {completed} instances as "
        "sent; more may have been; ask the destination what has arrived"
    )


class RejectProblem(Problem):
    """Association rejected: source and reason of PS3.8 9.3.4, table 9-21."""

    USER_NO_REASON = (
        "rejected the association and gives no reason; ask its administrator whether this AE title and address are "
        "registered"
    )
    APPLICATION_CONTEXT = "rejected the association: application context name not supported; is the port a DICOM port?"
    CALLING_TITLE = (
        "rejected the association: calling AE title not recognized; ask its administrator to register the AE title of "
        "TRIVIUM_PACS__LOCAL_AE_TITLE"
    )
    CALLED_TITLE = (
        "rejected the association: called AE title not recognized; set TRIVIUM_PACS__AE_TITLE to the archive's own AE "
        "title"
    )
    ACSE_NO_REASON = "rejected the association in its protocol layer and gives no reason"
    PROTOCOL_VERSION = "rejected the association: protocol version not supported"
    CONGESTION = "rejected the association for now: temporary congestion; try again later"
    LOCAL_LIMIT = (
        "rejected the association for now: its limit of associations is reached; try again later, or ask its "
        "administrator to raise the limit"
    )
    OTHER = "rejected the association (result {result}, source {source}, reason {reason}; PS3.8 9.3.4)"
