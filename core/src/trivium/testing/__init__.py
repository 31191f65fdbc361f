"""A kit for those who write plugins, and for the host's own tests: a host in memory, scripted people, a real client.

host = memory_host({"TRIVIUM_HOME": str(tmp_path)}, widgets=trivium_widgets.plugin)
async with connect(host) as client:
    result = await client.call_tool("lookup_widget", {"code": "W-17"})
"""

from trivium.testing.clients import Client, Era, Result, connect, error_code, http_client, serve_here, text_of
from trivium.testing.doubles import FakeCall, memory_host
from trivium.testing.people import Person

__all__ = [
    "Client",
    "Era",
    "FakeCall",
    "Person",
    "Result",
    "connect",
    "error_code",
    "http_client",
    "memory_host",
    "serve_here",
    "text_of",
]
