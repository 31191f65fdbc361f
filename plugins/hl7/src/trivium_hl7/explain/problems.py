"""Why a question about the standard cannot be answered: a closed list of sentences, each read after a place."""

from __future__ import annotations

from trivium.api import Problem


class QuestionProblem(Problem):
    UNKNOWN_VERSION = "is not a version of HL7 v2 with definitions: 2.1 to 2.9.1"
    NO_WORDS = "holds neither a name nor a word to look for"
    NO_SUCH_SEGMENT = "is no segment of HL7 v2; explain_hl7_segment finds near ones"
    NO_SUCH_FIELD = "is no field of HL7 v2 or a part of one; explain_hl7_field finds near ones"
    NO_SUCH_MESSAGE = "is no single message or structure of HL7 v2; explain_hl7_message_type finds near ones"
    NO_SUCH_TABLE = "is no table of HL7 v2; lookup_hl7_table finds tables by words"
    NOT_A_MESSAGE = "is no message type such as ADT^A40, ADT_A39, A40 or ORU"
