"""Which addresses webhooks may go to: from most people, only those that the whole Internet can reach."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from contextlib import suppress
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from graph_engine.errors import EngineError
from web.service.settings import is_loopback

LONGEST_URL = 2000
_OLD = ipaddress.ip_network("::/96")  # IPv4 addresses in IPv6, as they were once written
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class WebhookRefused(EngineError):
    """An address that webhooks are not sent to."""


class NotPublic(OSError):
    """A name leads to an address that not the whole Internet can reach."""


def host_of(url: str) -> str:
    """The host of a URL that webhooks can be sent to. Raises `WebhookRefused`."""
    try:
        parts = urlsplit(url)
        port = parts.port
        # As it is connected to: letters of other widths may spell an address that the text does not show.
        host = URL(url).raw_host or ""
    except (ValueError, TypeError) as error:
        raise WebhookRefused(f"'{url[:100]}' is no URL ({error}).") from error
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise WebhookRefused(f"A webhook is an address like https://example.org/path, not '{url[:100]}'.")
    if parts.username is not None or parts.password is not None:
        raise WebhookRefused("A webhook's URL has no user and password in it; its signature says who sends.")
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url:
        raise WebhookRefused(f"A webhook's URL has at most {LONGEST_URL} characters, none of them white.")
    return host.lower().rstrip(".")


def host_name(name: str) -> str:
    """The name of a host as `host_of` gives it."""
    with suppress(ValueError):
        name = URL.build(scheme="http", host=name).raw_host or name
    return name.lower().rstrip(".")


def check_public(url: str, allowed: Collection[str] = ()) -> None:
    """Raise `WebhookRefused` where a URL says by itself that it leads to this machine or this network."""
    host = host_of(url)
    if host in allowed:
        return
    try:
        public = is_public(host)
    except ValueError:  # a name: what it leads to is looked at whenever it is connected to
        public = not is_loopback(host)
    if not public:
        raise not_public(host)


def not_public(host: str) -> WebhookRefused:
    """Why a webhook is not sent to a host, and the way out."""
    return WebhookRefused(
        f"Webhooks do not go to '{host[:100]}': it leads to this machine or this network. "
        "Whoever runs the server can allow it with the setting `webhook_hosts`."
    )


def is_public(address: str) -> bool:
    """Whether the whole Internet can reach an IP address. Raises `ValueError` for what is none."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner: list[ipaddress.IPv4Address | None] = []
    if isinstance(found, ipaddress.IPv6Address):
        if found.is_site_local or found in _OLD:  # as good as private, and given up
            return False
        # An IPv4 address in disguise.
        inner = [found.ipv4_mapped, found.sixtofour, found.teredo[1] if found.teredo else None]
        if found in _NAT64:
            inner.append(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
    disguised = [one for one in inner if one is not None]
    if disguised:
        return all(one.is_global and not one.is_multicast for one in disguised)
    return found.is_global and not found.is_multicast


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only, and to those that are connected to then.

    Raises `NotPublic`, also where only one of a name's addresses is not public.
    """

    def __init__(self) -> None:
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name."""
        found = await self._resolver.resolve(host, port, family)
        if not all(is_public(one["host"]) for one in found):
            raise NotPublic(str(not_public(host)))
        return found

    async def close(self) -> None:
        """Let go of what it holds."""
        await self._resolver.close()
