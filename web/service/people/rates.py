"""Rates: so many requests a second, and a few more at once, for each owner or address."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

MAX_BUCKETS = 10_000


class Rates:
    """A token bucket for each key, on one thread; `a_second` 0: no bound.

    The memory is bounded: the bucket unused longest is forgotten.
    """

    def __init__(self, a_second: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_second, self._burst, self._clock = a_second, max(1.0, burst), clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what is in it, and when

    def take(self, key: str) -> float:
        """Take one; gives 0, or the seconds until there is one again, and then nothing was taken."""
        if not self._a_second:
            return 0.0
        now = self._clock()
        held, then = self._buckets.pop(key, (self._burst, now))
        held = min(self._burst, held + max(0.0, now - then) * self._a_second)
        taken = held >= 1.0
        self._buckets[key] = (held - 1.0 if taken else held, now)
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets.popitem(last=False)
        return 0.0 if taken else (1.0 - held) / self._a_second

    def __len__(self) -> int:
        return len(self._buckets)


def address_key(address: str | None) -> str:
    """What stands for an address: of IPv6 the network of 64 bits, which one person has whole."""
    try:
        found = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))
