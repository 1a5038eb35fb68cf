"""Streams that are open, counted by owner; one whose token has ended is closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from web.service.people.errors import TooManyStreams
from web.service.person import Person


class Streams:
    """On the event loop."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._open: Counter[str] = Counter()
        self._closers: dict[str, dict[object, Callable[[], None]]] = {}

    @contextmanager
    def open(self, person: Person, close: Callable[[], None]) -> Iterator[None]:
        """A stream of a person; `close` is called when the person's token ends. Raises `TooManyStreams`."""
        owner = person.owner
        if self._open[owner] >= self._bound:
            raise TooManyStreams(
                f"{self._open[owner]:,} streams of events are open already for this owner, and not more may "
                "be. Close one; a single stream can tell of all jobs."
            )
        self._open[owner] += 1
        mark = object()
        if person.token:
            self._closers.setdefault(person.token, {})[mark] = close
        try:
            yield
        finally:
            self._open[owner] -= 1
            if not self._open[owner]:
                del self._open[owner]
            if person.token:
                closers = self._closers[person.token]
                del closers[mark]
                if not closers:
                    del self._closers[person.token]

    @property
    def tokens(self) -> list[str]:
        """The ids of the tokens with which streams are open."""
        return list(self._closers)

    def close(self, token: str) -> None:
        """Close every stream of a token."""
        for close in list(self._closers.get(token, {}).values()):
            close()

    def count(self, owner: str) -> int:
        """How many streams an owner has open."""
        return self._open[owner]
