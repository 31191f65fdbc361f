"""Why a channel cannot be made: a closed list of sentences, each read after a place."""

from __future__ import annotations

from trivium.api import Problem


class ChannelProblem(Problem):
    NOT_A_HOST = "is not a host name or an IP address"
    NOT_AN_AE_TITLE = "is not an AE title: at most 16 letters, digits, spaces, dots, hyphens or underscores"
    NOT_A_TABLE = "is not a table name: letters, digits and underscores, with a schema before a dot at most"
    NOT_A_PATH = "is not a path: no dollar sign (Mirth reads placeholders there), no control characters"
    NOT_A_URL = "is not an http or https address without a user, blanks, dollar signs and control characters"
    NOT_A_JDBC_URL = "is not a jdbc: address without blanks, dollar signs and control characters"
    CREDENTIALS = "seems to hold a password: leave it out and set it in Mirth, where it is not part of this answer"
    NOT_AN_EVENT = "is not a trigger event such as A01, or a message such as ADT^A01"
    TOO_MANY = "has more than {limit} entries"
    NOT_A_CHANNEL_ID = "is not the id of a channel (a UUID)"
    NOT_BUILT = (
        "names a message that this channel cannot build: it makes ADT messages of EVN, PID and PV1 alone, ORM^O01 and "
        "ORU^R01"
    )
    FORMAT_UNFIT = "fits a source or destination of type HTTP or File alone"
    TOO_LONG = "is longer than {limit} characters"
