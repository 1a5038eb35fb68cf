"""Sending webhooks: one try of one delivery, bounded in time and bytes, and what follows from its outcome."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

import aiohttp

from web.service.webhooks.addresses import NotPublic, PublicResolver, WebhookRefused, check_public
from web.service.webhooks.signing import signed_headers
from web.service.webhooks.store import Delivery

MOST_ANSWER = 16 * 1024  # bytes of an answer that are looked at
LONGEST_PUT_OFF = 3600.0  # seconds that a receiver may ask to be left alone


@dataclass(frozen=True)
class Schedule:
    """The seconds between tries, each up to the part `jitter` longer, and those that one try may take."""

    pauses: tuple[float, ...] = (5.0, 60.0, 300.0, 1800.0, 7200.0, 21600.0, 50400.0)  # 8 tries in a day
    jitter: float = 0.1
    timeout: float = 15.0

    def pause(self, tries: int) -> float | None:
        """Seconds after the `tries`th try that failed; None after the last."""
        if tries > len(self.pauses):
            return None
        return self.pauses[tries - 1] * (1 + random.uniform(0, self.jitter))


STANDARD = Schedule()


@dataclass(frozen=True)
class Outcome:
    """What a receiver said: `error` is empty where it took the delivery, `final` where no try will help."""

    status: int | None = None
    error: str = ""
    final: bool = False
    put_off: float = 0.0


class Sender:
    """Use it as `async with`. What is not trusted goes to public addresses only; no redirect is followed."""

    def __init__(self, timeout: float, user_agent: str) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._headers = {"User-Agent": user_agent, "Content-Type": "application/json"}

    async def __aenter__(self) -> Sender:
        self._anywhere = self._session(None)
        self._public = self._session(PublicResolver())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._anywhere.close()
        await self._public.close()

    async def send(self, delivery: Delivery, trusted: bool, keys: Sequence[str]) -> Outcome:
        """Try once."""
        body = delivery.body.encode()
        headers = signed_headers(delivery.id, int(time.time()), body, keys)
        try:
            if not trusted:
                check_public(delivery.url)  # an address that is no name is not resolved
            session = self._anywhere if trusted else self._public
            async with session.post(
                delivery.url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                await answer.content.read(MOST_ANSWER)
                return _judged(answer)
        except (WebhookRefused, NotPublic) as error:
            return Outcome(error=str(error), final=True)
        except aiohttp.ClientConnectorDNSError as error:
            if isinstance(error.os_error, NotPublic):
                return Outcome(error=str(error.os_error), final=True)
            return Outcome(error=f"The name '{delivery.host}' leads nowhere.")
        except aiohttp.InvalidURL as error:
            return Outcome(error=f"It is no address that can be sent to ({error}).", final=True)
        except TimeoutError:
            return Outcome(error=f"There was no answer within {self._timeout.total:.0f} seconds.")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Outcome(error=f"It can not be reached ({type(error).__name__}: {error})."[:500])

    def _session(self, resolver: PublicResolver | None) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=resolver, use_dns_cache=False, limit=0, force_close=True, ttl_dns_cache=None
        )
        return aiohttp.ClientSession(
            connector=connector,
            timeout=self._timeout,
            headers=self._headers,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )


def _judged(answer: aiohttp.ClientResponse) -> Outcome:
    if 200 <= answer.status < 300:
        return Outcome(answer.status)
    if answer.status == 410:
        return Outcome(410, "The receiver says that it is gone for good (410).", final=True)
    redirected = "; webhooks follow no redirects" if 300 <= answer.status < 400 else ""
    asked = answer.headers.get("Retry-After", "")
    put_off = min(float(asked), LONGEST_PUT_OFF) if asked.isascii() and asked.isdigit() else 0.0
    return Outcome(answer.status, f"The receiver answered {answer.status}{redirected}.", put_off=put_off)


async def closed(tasks: set[asyncio.Task[None]]) -> None:
    """End tasks, and wait for their end."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
