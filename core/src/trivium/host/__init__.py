"""Finds plugins, holds what they contribute, and says what happened. Knows pluggy, not MCP."""

from trivium.host.app import Host
from trivium.host.discover import Candidate, installed_plugins
from trivium.host.loading import CannotStart
from trivium.host.report import PluginReport, Status

__all__ = ["Candidate", "CannotStart", "Host", "PluginReport", "Status", "installed_plugins"]
