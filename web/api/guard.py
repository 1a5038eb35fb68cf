"""The guard: which names, sites and people may use the server."""

from __future__ import annotations

import ipaddress
import logging
import re
from math import ceil
from urllib.parse import urlsplit

from aiohttp import web

from web.api.problems import Refused
from web.service.people.errors import NotLetIn
from web.service.people.rates import address_key
from web.service.person import LOCAL, SCOPES, Person, Scope
from web.service.service import Service
from web.service.settings import ServerSettings, is_loopback

log = logging.getLogger(__name__)

FORWARDED = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Port",
    "X-Forwarded-Server",
    "X-Real-IP",
    "X-Client-IP",
    "True-Client-IP",
    "CF-Connecting-IP",
)
"""With any of these a proxy passes on what somebody else asks for."""

EVERYWHERE = ("", "0.0.0.0", "::")  # settings that listen at every address, and name none
SAFE = ("GET", "HEAD", "OPTIONS")
SUBPROTOCOL = "latentgraph"
BEARER = f"{SUBPROTOCOL}.bearer."
REALM = 'Bearer realm="latentgraph"'

_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[0-9A-Za-z_.-]+)(?::([0-9]{0,5}))?")


def check_host(request: web.Request, settings: ServerSettings) -> None:
    """Refuse a name that is not this server's: a page may have rebound its own name to this address."""
    given = request.headers.getall("Host", [])
    if len(given) != 1:
        raise Refused(400, "bad_host", f"A request has one 'Host' header; this has {len(given)}.")
    called = [given[0]]
    target = request.raw_path
    if not target.startswith("/") and target != "*":  # absolute form: it counts for more than the header
        called.append(_site(target)[1] or target)
    for name in called:
        host = host_name(name)
        if not (is_loopback(host) or host in names(settings)):
            raise Refused(
                421,
                "foreign_host",
                f"This server is not '{name[:100]}'. If that name is to lead here, add it to the setting "
                "`hosts`.",
            )


def check_origin(request: web.Request, settings: ServerSettings) -> None:
    """Refuse what a page of another site asks for."""
    origins = request.headers.getall("Origin", [])
    if origins:
        if len(origins) == 1 and (origins[0] in settings.origins or _is_own(origins[0], request)):
            return
        raise Refused(
            403,
            "foreign_origin",
            f"Pages of '{origins[0][:100]}' may not use this server; the setting `origins` can let them.",
        )
    site = request.headers.get("Sec-Fetch-Site", "none")
    visits = (
        request.method in SAFE
        and request.headers.get("Sec-Fetch-Mode") == "navigate"
        and request.headers.get("Sec-Fetch-Dest", "document") == "document"
    )
    if site not in ("none", "same-origin") and not visits:
        raise Refused(403, "foreign_site", "A page of another site may not use this server.")
    referer = request.headers.get("Referer")
    if referer and request.method not in SAFE and not _is_own(referer, request):
        scheme, netloc = _site(referer)
        if f"{scheme}://{netloc}" not in settings.origins:
            raise Refused(
                403, "foreign_referer", f"Pages of '{netloc[:100]}' may not change anything on this server."
            )


def preflight(request: web.Request) -> web.Response | None:
    """The answer to a browser that asks whether a page of another site may use the API, if it asks that.

    The guard has let its origin in already.
    """
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    headers = {
        "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-Match, "
        "If-None-Match, If-Range, Last-Event-ID, Range, X-File-Name",
        "Access-Control-Max-Age": "600",
    }
    if "Access-Control-Request-Private-Network" in request.headers:
        headers["Access-Control-Allow-Private-Network"] = "true"
    return web.Response(status=204, headers=headers)


def add_headers(request: web.Request, response: web.StreamResponse, settings: ServerSettings) -> None:
    """What every answer says to browsers; what an answer says of its own accord stays."""
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    if not response.headers.get("Cache-Control"):
        response.headers["Cache-Control"] = "no-store"
    if settings.origins:
        response.headers.add("Vary", "Origin")
        origin = request.headers.get("Origin", "")
        if origin in settings.origins:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = EXPOSED


SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
EXPOSED = "Content-Disposition, Content-Range, ETag, Location, Retry-After, X-Request-Id"


def is_local(request: web.Request, settings: ServerSettings) -> bool:
    """Whether the person at this machine asks: nobody else can connect, and no proxy is between."""
    return (
        settings.on_loopback
        and is_loopback(host_name(request.headers.get("Host", "")))
        and not any(name in request.headers for name in FORWARDED)
    )


async def person_of(request: web.Request, service: Service) -> Person:
    """Who asks. A token that is shown counts, also on loopback. Raises `Refused` where nobody can be told."""
    local = is_local(request, service.settings)
    text = shown_token(request)
    if text is not None:
        return await let_in(request, service, text)
    cookie = request.cookies.get(service.people.sessions.cookie)
    if cookie is not None:
        try:
            return await service.call(service.people.sessions.person, cookie)
        except NotLetIn as error:
            if not local:  # at this machine an old cookie keeps nobody out
                raise turned_away(request, service, str(error)) from error
    if local:
        return LOCAL
    raise Refused(
        401,
        "no_token",
        "This server wants a token: `Authorization: Bearer ...`. `latentgraph tokens create` makes one.",
        headers={"WWW-Authenticate": REALM},
    )


async def let_in(request: web.Request, service: Service, token: str) -> Person:
    """Whom a token lets in. Raises `Refused`."""
    try:
        return await service.call(service.people.tokens.person, token)
    except NotLetIn as error:
        raise turned_away(request, service, str(error)) from error


def shown_token(request: web.Request) -> str | None:
    """The token in the Authorization header, or among the subprotocols of a WebSocket, if there is one."""
    given = request.headers.getall("Authorization", [])
    if given:
        scheme, _, token = given[0].strip().partition(" ")
        if len(given) > 1 or scheme.lower() != "bearer":
            text = "This server takes `Authorization: Bearer` and a token, once."
            raise Refused(401, "no_token", text, headers={"WWW-Authenticate": REALM})
        return token.strip()
    offered = ",".join(request.headers.getall("Sec-WebSocket-Protocol", [])).split(",")
    words = [one.strip() for one in offered]
    tokens = [one.removeprefix(BEARER) for one in words if one.startswith(BEARER)]
    if not tokens:
        return None
    if len(tokens) > 1 or SUBPROTOCOL not in words:
        text = f"A WebSocket offers two subprotocols: '{SUBPROTOCOL}', and '{BEARER}' with one token."
        raise Refused(400, "bad_subprotocol", text)
    return tokens[0]


def turned_away(request: web.Request, service: Service, reason: str) -> Refused:
    """The refusal of a token. An address that shows wrong ones again and again is asked to wait."""
    wait = service.people.failures.take(address_key(request.remote))
    if wait:
        text = f"Wrong tokens come from this address again and again. {reason}"
        return Refused(429, "too_many_failures", text, headers={"Retry-After": str(ceil(wait))})
    log.warning("A token from %s was turned away: %s", request.remote, reason)
    challenge = f'{REALM}, error="invalid_token"'
    return Refused(401, "wrong_token", reason, headers={"WWW-Authenticate": challenge})


def check_scope(person: Person, scope: Scope) -> None:
    """Refuse what a person may not do."""
    if not person.may(scope):
        has = ", ".join(f"'{one}'" for one in SCOPES if one in person.scopes) or "none"
        raise Refused(
            403,
            "missing_scope",
            f"This needs a token with the scope '{scope}'; this one has {has}.",
            scope=scope,
        )


def check_rate(request: web.Request, service: Service, person: Person | None) -> None:
    """Refuse who asks too often; of somebody unknown the address counts."""
    if person == LOCAL or (person is None and is_local(request, service.settings)):
        return
    key = f"address {address_key(request.remote)}" if person is None else f"owner {person.owner}"
    wait = service.people.rates.take(key)
    if wait:
        text = f"Not so fast: {service.settings.rate_requests:g} requests a second are answered here."
        raise Refused(429, "too_many_requests", text, headers={"Retry-After": str(ceil(wait))})


def host_name(host: str) -> str:
    """The name in a Host header, without its port, as names are compared. Raises `Refused`."""
    found = _HOST.fullmatch(host.strip())
    if found is None:
        raise Refused(400, "bad_host", f"'{host[:100]}' is no name of a host.")
    return _plain(found[1])


def names(settings: ServerSettings) -> set[str]:
    """The names that this server is known by. That it listens everywhere gives it no name."""
    bound = [] if settings.host in EVERYWHERE else [settings.host]
    found = ((_HOST.fullmatch(one), one) for one in (*bound, *settings.hosts))
    return {_plain(match[1] if match else one) for match, one in found}


def _plain(name: str) -> str:
    name = name.strip("[]").lower().removesuffix(".")
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name


def _is_own(url: str, request: web.Request) -> bool:
    """Whether a URL is of the site by whose name this server is called."""
    scheme, netloc = _site(url)
    return scheme in ("http", "https") and netloc.lower() == request.headers["Host"].strip().lower()


def _site(url: str) -> tuple[str, str]:
    """The scheme and the name with the port of a URL; of what is none, nothing."""
    try:
        scheme, netloc, *_ = urlsplit(url)
    except ValueError:
        return "", ""
    return scheme, netloc
