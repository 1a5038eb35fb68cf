"""The guard: which names, sites and people may use the server."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from web.api.problems import Refused
from web.service.person import LOCAL, Person, Scope
from web.service.settings import ServerSettings, is_loopback

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")


def check_host(request: web.Request, settings: ServerSettings) -> None:
    """Refuse a name that this server does not go by: a page may have rebound its own name to this address."""
    host = host_name(request.headers.get("Host", ""))
    if is_loopback(host) or host in _names(settings):
        return
    raise Refused(
        421,
        "foreign_host",
        f"This server is not '{host[:100]}'. If that name is to lead here, add it to the setting `hosts`.",
    )


def check_origin(request: web.Request, settings: ServerSettings) -> None:
    """Refuse what a page of another site asks for."""
    origin = request.headers.get("Origin")
    if origin is not None:
        if origin in settings.origins or urlsplit(origin).netloc == request.headers.get("Host"):
            return
        raise Refused(
            403,
            "foreign_origin",
            f"Pages of '{origin[:100]}' may not use this server; the setting `origins` can let them.",
        )
    site = request.headers.get("Sec-Fetch-Site", "none")
    navigates = request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
    if site not in ("none", "same-origin") and not navigates:
        raise Refused(403, "foreign_site", "A page of another site may not use this server.")


def person_of(request: web.Request, settings: ServerSettings) -> Person:
    """Who asks. Raises `Refused` where nobody can be told."""
    if settings.on_loopback and not any(name in request.headers for name in FORWARDED):
        return LOCAL
    raise Refused(
        401,
        "no_token",
        "This server wants a token: `Authorization: Bearer ...`. `latentgraph tokens create` makes one.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def check_scope(person: Person, scope: Scope) -> None:
    """Refuse what a person may not do."""
    if not person.may(scope):
        raise Refused(403, "missing_scope", f"This needs a token with the scope '{scope}'.")


def host_name(host: str) -> str:
    """The name in a Host header, without its port, as names are compared."""
    host = host.strip().lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].rstrip(".")


def _names(settings: ServerSettings) -> set[str]:
    return {host_name(one) for one in (settings.host, *settings.hosts)}
