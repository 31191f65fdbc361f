"""Resources, prompts and completions in the words of the protocol."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, Protocol

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from trivium.api import BadInput, NotFound, PromptSpec, ResourceSpec, TriviumError
from trivium.host import Host
from trivium.pipeline import AnswerNeeded, Outcome, Person
from trivium.pipeline.audit import outcome_of
from trivium.pipeline.call import UnknownPrompt, UnknownResource
from trivium.pipeline.run import crashed
from trivium.transports.prompter import ClientPerson, ask_again

Context = ServerRequestContext[Any, Any]
Page = types.PaginatedRequestParams | None

NOT_FOUND_BEFORE: Final = -32002
"""How 2025-11-25 says that there is no such resource. Since 2026-07-28 (SEP-2164) it is an invalid parameter."""
NOTICES: Final = "trivium/notices"
"""The key of the host's own sentences in `_meta`: a text has no place for them beside it."""


class Ask(Protocol):
    async def __call__(self, *, caller: str, person: Person) -> Outcome: ...


class Texts:
    """Answers requests for the resources and prompts of a host."""

    def __init__(self, host: Host, caller: Callable[[Context], str], page: Callable[[Context], str | None]) -> None:
        """`caller` says who a request is recorded for, `page` where he finds the approvals page."""
        self._host = host
        self._caller = caller
        self._page = page

    def handlers(self) -> dict[str, Any]:
        """For what this host has and no more: the server announces a capability for each."""
        resources, prompts = self._host.resources, self._host.prompts
        found: dict[str, Any] = {}
        if resources:
            found["on_list_resources"] = self.list_resources
            found["on_list_resource_templates"] = self.list_templates
            found["on_read_resource"] = self.read_resource
        if prompts:
            found["on_list_prompts"] = self.list_prompts
            found["on_get_prompt"] = self.get_prompt
        specs: list[ResourceSpec | PromptSpec] = [*resources.values(), *prompts.values()]
        if any(spec.complete for spec in specs):
            found["on_completion"] = self.complete
        return found

    async def list_resources(self, _: Context, __: Page) -> types.ListResourcesResult:
        return types.ListResourcesResult(
            resources=[types.Resource(uri=spec.uri, **_described(spec)) for spec in self._shown() if spec.fixed]
        )

    async def list_templates(self, _: Context, __: Page) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(
            resource_templates=[
                types.ResourceTemplate(uri_template=spec.uri, **_described(spec))
                for spec in self._shown()
                if not spec.fixed
            ]
        )

    def _shown(self) -> list[ResourceSpec]:
        return [self._host.resources[name] for name in self._host.listed(self._host.resources)]

    async def read_resource(
        self, context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult | types.InputRequiredResult:
        outcome = await self._asked(context, params, partial(self._host.read, params.uri))
        if isinstance(outcome, types.InputRequiredResult):
            return outcome
        found = self._host.resource_at(params.uri)
        text = types.TextResourceContents(
            uri=params.uri, mime_type=found[0].mime_type if found else None, text=outcome.result["text"]
        )
        return types.ReadResourceResult(contents=[text], _meta=_notices(outcome))

    async def list_prompts(self, _: Context, __: Page) -> types.ListPromptsResult:
        shown = self._host.listed(self._host.prompts)
        return types.ListPromptsResult(prompts=[_prompt(self._host.prompts[name]) for name in shown])

    async def get_prompt(
        self, context: Context, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult | types.InputRequiredResult:
        outcome = await self._asked(context, params, partial(self._host.get_prompt, params.name, params.arguments))
        if isinstance(outcome, types.InputRequiredResult):
            return outcome
        said = types.TextContent(type="text", text=outcome.result["text"])
        return types.GetPromptResult(
            description=self._host.prompts[params.name].description,
            messages=[types.PromptMessage(role="user", content=said)],
            _meta=_notices(outcome),
        )

    async def complete(self, _: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
        chosen = params.context.arguments if params.context else None
        argument = params.argument
        found = await self._host.complete(self._meant(params.ref), argument.name, argument.value, chosen or {})
        return types.CompleteResult(
            completion=types.Completion(
                values=list(found.values), total=found.total, has_more=found.total > len(found.values)
            )
        )

    def _meant(self, ref: types.ResourceTemplateReference | types.PromptReference) -> ResourceSpec | PromptSpec:
        if isinstance(ref, types.PromptReference):
            if prompt := self._host.prompts.get(ref.name):
                return prompt
            raise _error(UnknownPrompt("no such prompt is served"))
        for spec in self._host.resources.values():
            if spec.uri == ref.uri:
                return spec
        raise _error(UnknownResource("no resource is served under such a template"), types.INVALID_PARAMS)

    async def _asked(
        self, context: Context, params: types.InputResponseRequestParams, ask: Ask
    ) -> Outcome | types.InputRequiredResult:
        """The outcome of a call, or the question that it waits with. Raises `MCPError` for everything else."""
        try:
            # It looks at nothing but what every request that can be paused has.
            person = ClientPerson(context, params, self._page(context))
            return await ask(caller=self._caller(context), person=person)
        except AnswerNeeded as pause:
            return ask_again(pause.question)
        except TriviumError as error:
            raise _error(error, _missing(context)) from None
        except Exception as error:  # its text could be patient data, and must reach neither client nor span
            raise _error(crashed("the call", error), _missing(context)) from None


def _missing(context: Context) -> int:
    """The protocol's code for a resource that is not there."""
    return types.INVALID_PARAMS if context.protocol_version in MODERN_PROTOCOL_VERSIONS else NOT_FOUND_BEFORE


def _error(error: TriviumError, missing: int = types.INVALID_PARAMS) -> MCPError:
    """A failure as the protocol's error, with the code and sentence that a tool's result would have.

    The specification would have the URI in it; what a client has written can hold anything, and is not repeated.
    """
    if isinstance(error, UnknownResource | NotFound):
        number = missing
    else:
        number = types.INVALID_PARAMS if isinstance(error, UnknownPrompt | BadInput) else types.INTERNAL_ERROR
    code = outcome_of(error)
    return MCPError(number, f"{code}: {error}", {"code": code})


def _described(spec: ResourceSpec) -> dict[str, Any]:
    return {"name": spec.name, "title": spec.title, "description": spec.description, "mime_type": spec.mime_type}


def _prompt(spec: PromptSpec) -> types.Prompt:
    return types.Prompt(
        name=spec.name,
        title=spec.title,
        description=spec.description,
        arguments=[
            types.PromptArgument(name=one.name, description=one.description or None, required=one.required)
            for one in spec.arguments
        ],
    )


def _notices(outcome: Outcome) -> dict[str, Any] | None:
    return {NOTICES: list(outcome.notices)} if outcome.notices else None
