"""TLS towards an endpoint: what it is checked against, and words for every way it can fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trivium.api import PeerUnavailable
from trivium_hl7.sending.problems import LinkProblem

if TYPE_CHECKING:
    import ssl

    from trivium_hl7.settings import Endpoint

_HOST_NAME: Final = frozenset({62, 64})
"""X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH (openssl/x509_vfy.h)."""
_NOT_NOW: Final = frozenset({9, 10})
"""X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED."""
_UNTRUSTED: Final = frozenset({2, 18, 19, 20, 21, 27})
"""Its issuer is not there, or is itself, or is not trusted."""
_REASONS: Final = {
    "WRONG_VERSION_NUMBER": LinkProblem.TLS_NOT_SPOKEN,
    "HTTP_REQUEST": LinkProblem.TLS_NOT_SPOKEN,
    "RECORD_LAYER_FAILURE": LinkProblem.TLS_NOT_SPOKEN,
    "UNSUPPORTED_PROTOCOL": LinkProblem.TLS_VERSION,
    "TLSV1_ALERT_PROTOCOL_VERSION": LinkProblem.TLS_VERSION,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": LinkProblem.TLS_REFUSED,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": LinkProblem.TLS_REFUSED,
    "TLSV1_ALERT_UNKNOWN_CA": LinkProblem.TLS_REFUSED,
    "SSLV3_ALERT_BAD_CERTIFICATE": LinkProblem.TLS_REFUSED,
}


def client_context(endpoint: Endpoint, where: str) -> ssl.SSLContext:
    """Certificate and host name are checked, TLS 1.2 is the least. Reads files.

    Raises `PeerUnavailable`.
    """
    import ssl

    try:
        authority = endpoint.ca_file.expanduser() if endpoint.ca_file else None
        context = ssl.create_default_context(cafile=authority)
    except (OSError, RuntimeError, ValueError):
        raise PeerUnavailable(where=where, problem=LinkProblem.CA_FILE) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if endpoint.certificate or endpoint.key:
        _present(context, endpoint, where)
    return context


def _present(context: ssl.SSLContext, endpoint: Endpoint, where: str) -> None:
    """Have our own certificate ready for a peer that asks for it."""
    try:
        if endpoint.certificate is None:
            raise ValueError
        key = endpoint.key.expanduser() if endpoint.key else None
        context.load_cert_chain(endpoint.certificate.expanduser(), key, password="")  # or OpenSSL asks on the terminal
    except (OSError, RuntimeError, ValueError):
        raise PeerUnavailable(where=where, problem=LinkProblem.OWN_CERTIFICATE) from None


def handshake_problem(error: ssl.SSLError) -> LinkProblem:
    """Why there was no TLS connection."""
    code = getattr(error, "verify_code", None)  # only where the certificate is at fault
    if code is None:
        return _REASONS.get(error.reason or "", LinkProblem.TLS_FAILED)
    if code in _HOST_NAME:
        return LinkProblem.TLS_HOST_NAME
    if code in _NOT_NOW:
        return LinkProblem.TLS_EXPIRED
    return LinkProblem.TLS_UNTRUSTED if code in _UNTRUSTED else LinkProblem.TLS_CERTIFICATE
