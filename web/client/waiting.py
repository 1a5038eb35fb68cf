"""How long, and how often, a client tries again."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_PAUSE = 0.1  # seconds; doubled with each try
LONGEST_PAUSE = 2.0
STEADY = 5.0  # seconds that a stream lasts, after which its end is another one's beginning
FIRST_CONTACT = 1.0  # the patience, in seconds, with a server that has never answered


class Waiting:
    """Pauses between tries, longer each time, until a patience in seconds is over."""

    def __init__(self, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.patience = patience
        self._clock = clock
        self._since: float | None = None
        self._opened: float | None = None
        self._pause = FIRST_PAUSE

    def opened(self, patience: float) -> None:
        """A stream was opened, by a server that is known from now on."""
        self.patience, self._opened = patience, self._clock()

    def heard(self) -> None:
        """Something came: the patience begins anew."""
        self._since, self._pause = None, FIRST_PAUSE

    async def again(self, wanted: float | None = None) -> bool:
        """Pause before another try, for `wanted` seconds where the server said so.

        False, at once, where the patience is over or would be.
        """
        now = self._clock()
        if self._opened is not None and now - self._opened > STEADY:
            self.heard()
        self._opened = None
        self._since = now if self._since is None else self._since
        pause = self._pause * random.uniform(0.5, 1.0) if wanted is None else wanted
        if now + pause - self._since > self.patience:
            return False
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        await asyncio.sleep(pause)
        return True


def retry_after(text: str | None) -> float | None:
    """The seconds that a `Retry-After` says, as a number or as a date; None where it says neither."""
    if not text:
        return None
    if text.strip().isascii() and text.strip().isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
