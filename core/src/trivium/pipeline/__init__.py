"""The safety promise: audit, license, safety policy, vetoes, human approval, run, redaction.

Knows neither MCP nor pluggy.
"""

from trivium.pipeline.approve import Answer, AnswerNeeded, Person, Question
from trivium.pipeline.audit import AuditLog
from trivium.pipeline.call import Request, ServedTool
from trivium.pipeline.execute import House, Outcome, execute, execute_and_tell
from trivium.pipeline.ledger import Ledger, LedgerFault
from trivium.pipeline.redact import Redactor
from trivium.pipeline.run import ProgressSink, Workers
from trivium.pipeline.usage import Usage
from trivium.pipeline.vetoes import Veto

__all__ = [
    "Answer",
    "AnswerNeeded",
    "AuditLog",
    "House",
    "Ledger",
    "LedgerFault",
    "Outcome",
    "Person",
    "ProgressSink",
    "Question",
    "Redactor",
    "Request",
    "ServedTool",
    "Usage",
    "Veto",
    "Workers",
    "execute",
    "execute_and_tell",
]
