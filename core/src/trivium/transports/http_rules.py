"""When the host may listen on HTTP at all, and by which names it goes there."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from trivium.access import AccessFault, People
from trivium.settings.model import HttpSettings

_HOST: Final = r"([a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?"
_ORIGIN: Final = rf"[a-z][a-z0-9+.-]*://{_HOST}"
"""As browsers write it: lower case, nothing behind the port."""


class CannotServe(Exception):
    """The host does not listen like this. The text says which setting would have to change."""


def check(http: HttpSettings, people: People) -> None:
    """Raises `CannotServe` for settings under which anybody could call, or listen in."""
    local = is_loopback(http.host)
    if (http.certificate is None) != (http.key is None):
        raise CannotServe("http.certificate and http.key go together")
    for path in (http.certificate, http.key):
        if path is not None and not path.is_file():
            raise CannotServe(f"{path} of http.certificate and http.key is no file")
    for name in http.allowed_hosts:
        if not re.fullmatch(_HOST, name.lower()):
            raise CannotServe("each of http.allowed_hosts is a name, or a name and a port: trivium.example.org:8420")
    for origin in http.allowed_origins:
        if not re.fullmatch(_ORIGIN, origin):
            raise CannotServe("each of http.allowed_origins is as a browser sends it: https://viewer.example.org")
    if not local and http.certificate is None and not http.behind_proxy:
        raise CannotServe(
            f"http.host is {http.host}, beyond this machine, where tokens and patient data would travel in the clear; "
            "set http.certificate and http.key, or http.behind_proxy where a proxy speaks TLS"
        )
    if not local and not http.allowed_hosts:
        raise CannotServe(f"http.host is {http.host}, and http.allowed_hosts does not say by which names it is called")
    if http.anonymous and (not local or http.behind_proxy):
        raise CannotServe("http.anonymous is for callers on this machine alone")
    try:
        if not http.anonymous and not people.anybody():
            raise CannotServe("nobody has access; make a secret with `trivium access grant NAME --role caller`")
    except AccessFault as fault:
        raise CannotServe(str(fault)) from None


def is_loopback(host: str) -> bool:
    """Whether this address is reached from this machine alone. A name counts only when it is `localhost`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def scheme_of(http: HttpSettings) -> str:
    """As clients see it."""
    return "https" if http.certificate is not None or http.behind_proxy else "http"


def host_names(http: HttpSettings, port: int) -> list[str]:
    """Values of the `Host` header that are ours: the names given, with our port too, and loopback with our port."""
    names = [name.lower() for name in http.allowed_hosts]
    given = [*names, *(f"{name}:{port}" for name in names if not has_port(name))]
    return [*given, f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"]


def origins(http: HttpSettings, port: int) -> list[str]:
    """Origins of web pages that may call: those given, and our own."""
    return [*http.allowed_origins, *(f"{scheme_of(http)}://{name}" for name in host_names(http, port))]


def has_port(name: str) -> bool:
    """Whether a value of the `Host` header ends with a port; an IPv6 address stands in brackets."""
    return name.rpartition("]")[2].count(":") == 1
