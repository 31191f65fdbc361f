"""Reaches the person at the client, in both eras of the protocol.

2025-11-25: the question is pushed while the call waits. 2026-07-28: the call returns with the question and comes again
with the answer. The state that travels with it names the approval it answers, so an answer used once meets a new
question; `RequestStateBoundary` seals it against change.
"""

from __future__ import annotations

from typing import Any, Final

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from trivium.pipeline import Answer, AnswerNeeded, Question

_KEY: Final = "approval"
_FORM: Final[types.ElicitRequestedSchema] = {
    "type": "object",
    "properties": {
        "approve": {
            "type": "boolean",
            "title": "Approve this one run",
            "description": "Leave it unticked to refuse.",
            "default": False,
        }
    },
    "required": ["approve"],
}


class ClientPerson:
    """The person at the client of one request."""

    def __init__(
        self,
        context: ServerRequestContext[Any],
        params: types.InputResponseRequestParams,
        approvals_page: str | None = None,
    ) -> None:
        self._context = context
        self._params = params
        self.approvals_page = approvals_page
        """Where else a person can decide."""

    @property
    def can_be_asked(self) -> bool:
        """Whether the client declares that it shows forms. One that declares no mode at all means forms."""
        declared = self._context.session.client_capabilities
        elicitation = declared.elicitation if declared else None
        return elicitation is not None and (elicitation.form is not None or elicitation.url is None)

    async def answer(self, question: Question) -> Answer:
        if self._context.protocol_version in MODERN_PROTOCOL_VERSIONS:
            return self._carried(question)
        result = await self._context.session.elicit_form(_message(question), _FORM, self._context.request_id)
        return _read(result)

    def _carried(self, question: Question) -> Answer:
        response = (self._params.input_responses or {}).get(_KEY)
        if self._params.request_state != question.code or not isinstance(response, types.ElicitResult):
            raise AnswerNeeded(question)
        return _read(response)


def ask_again(question: Question) -> types.InputRequiredResult:
    """The result that carries a question to a client of the newer era."""
    request = types.ElicitRequest(
        params=types.ElicitRequestFormParams(message=_message(question), requested_schema=_FORM)
    )
    return types.InputRequiredResult(input_requests={_KEY: request}, request_state=question.code)


def _message(question: Question) -> str:
    return f"{question.text}\n(approval {question.code})"


def _read(result: types.ElicitResult) -> Answer:
    ticked = result.action == "accept" and (result.content or {}).get("approve") is True
    return Answer.APPROVED if ticked else Answer.DECLINED
