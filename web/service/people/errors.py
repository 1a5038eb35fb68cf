"""What can go wrong with people, each with a sentence for the person."""

from __future__ import annotations

from graph_engine.errors import EngineError


class NotLetIn(EngineError):
    """A token or a session was shown that lets nobody in."""


class UnknownToken(EngineError):
    """There is no token with this id."""


class TooManyTokens(EngineError):
    """There is no room for another token."""


class NoToken(EngineError):
    """The server is to listen beyond loopback, and nobody has a token."""


class PeopleUnusable(EngineError):
    """The file of tokens can not be read or written, or comes from a newer version."""


class TooManyStreams(EngineError):
    """An owner has as many streams open as may be."""


class QuotaReached(EngineError):
    """An owner has used what an owner may use.

    `code` is `quota_jobs`, `quota_device_seconds` or `quota_disk`; `retry_seconds` None: time alone helps
    nothing.
    """

    def __init__(self, text: str, code: str, used: float, bound: float, retry_seconds: int | None) -> None:
        super().__init__(text)
        self.code, self.used, self.bound, self.retry_seconds = code, used, bound, retry_seconds
