"""The contract between the host and its plugins: the only part of Trivium that a plugin imports."""

from trivium.api.call import Call
from trivium.api.composed import Composed, Image, Part
from trivium.api.errors import (
    BadInput,
    NotFound,
    PeerFailed,
    PeerFailure,
    PeerRejected,
    PeerTimeout,
    PeerUnavailable,
    Problem,
    RefusalCode,
    Refused,
    TooLarge,
    ToolFailure,
    TriviumError,
)
from trivium.api.folders import FolderProblem, Folders
from trivium.api.hook import Answer, Answers, HookSpec, Plugins, Unanswered, hook
from trivium.api.hookspecs import hookimpl
from trivium.api.phi import BLOCK, EMBEDDED, PUBLIC, Kind, Mark, Phi, PhiBy, Public
from trivium.api.plugin import API_VERSION, AfterCall, CallView, Command, PluginInfo, PublicKey
from trivium.api.prompt import PromptSpec, prompt
from trivium.api.resource import ResourceSpec, resource
from trivium.api.safety import Fact, Preflight, Rows, Safety
from trivium.api.settings import CommaSeparated
from trivium.api.text_tool import Completer
from trivium.api.tool import Effect, Given, ToolSpec, tool
from trivium.api.workers import WorkerProblem, Workers

__all__ = [
    "API_VERSION",
    "BLOCK",
    "EMBEDDED",
    "PUBLIC",
    "AfterCall",
    "Answer",
    "Answers",
    "BadInput",
    "Call",
    "CallView",
    "CommaSeparated",
    "Command",
    "Completer",
    "Composed",
    "Effect",
    "Fact",
    "FolderProblem",
    "Folders",
    "Given",
    "HookSpec",
    "Image",
    "Kind",
    "Mark",
    "NotFound",
    "Part",
    "PeerFailed",
    "PeerFailure",
    "PeerRejected",
    "PeerTimeout",
    "PeerUnavailable",
    "Phi",
    "PhiBy",
    "PluginInfo",
    "Plugins",
    "Preflight",
    "Problem",
    "PromptSpec",
    "Public",
    "PublicKey",
    "RefusalCode",
    "Refused",
    "ResourceSpec",
    "Rows",
    "Safety",
    "TooLarge",
    "ToolFailure",
    "ToolSpec",
    "TriviumError",
    "Unanswered",
    "WorkerProblem",
    "Workers",
    "hook",
    "hookimpl",
    "prompt",
    "resource",
    "tool",
]
