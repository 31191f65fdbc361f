"""The servers by name, and the next pages of searches, which callers know by an opaque mark alone."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from trivium.api import BadInput, NotFound
from trivium_fhir.servers.problems import EndpointProblem, SearchProblem

if TYPE_CHECKING:
    from trivium_fhir.servers.net.server import Server
    from trivium_fhir.servers.settings import Endpoint

_MOST_PAGES: Final = 2_000
_MOST_NAMED: Final = 20


class _Page(NamedTuple):
    server: str
    type: str
    url: str


@dataclass
class Servers:
    """What the tools of this plugin are given. Everything in it is made when it is first needed."""

    endpoints: Mapping[str, Endpoint]
    _servers: dict[str, Server] = field(default_factory=dict, repr=False)
    _pages: OrderedDict[str, _Page] = field(default_factory=OrderedDict, repr=False)

    def server(self, name: str) -> Server:
        """Raises `NotFound`, which lists the names there are."""
        from trivium_fhir.servers.net.server import Server

        if name not in self.endpoints:
            known = sorted(self.endpoints)[:_MOST_NAMED]
            where = f"endpoint (there are: {', '.join(known)})" if known else "endpoint"
            raise NotFound(where=where, problem=EndpointProblem.UNKNOWN if known else EndpointProblem.NONE)
        if name not in self._servers:
            self._servers[name] = Server(name, self.endpoints[name])
        return self._servers[name]

    def cursor(self, server: str, resource: str, url: str) -> str:
        """A mark for the next page, that nobody can guess or read."""
        mark = secrets.token_urlsafe(18)
        self._pages[mark] = _Page(server, resource, url)
        while len(self._pages) > _MOST_PAGES:
            self._pages.popitem(last=False)
        return mark

    def next_page(self, server: str, resource: str, cursor: str) -> str:
        """The URL behind a mark that was given out for this server and type. Raises `BadInput`."""
        page = self._pages.get(cursor)
        if page is None or page[:2] != (server, resource):
            raise BadInput(where="cursor", problem=SearchProblem.CURSOR)
        return page.url

    async def close(self) -> None:
        for server in self._servers.values():
            await server.close()
