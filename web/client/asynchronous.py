"""The client for programs that run an event loop."""

from __future__ import annotations

from typing import Self

from web.client.event_calls import EventCalls
from web.client.file_calls import FileCalls
from web.client.job_calls import JobCalls
from web.client.library_calls import LibraryCalls
from web.client.people_calls import PeopleCalls
from web.client.server_calls import ServerCalls
from web.client.transport import Transport


class AsyncClient(JobCalls, EventCalls, FileCalls, LibraryCalls, PeopleCalls, ServerCalls):
    """One server: `async with AsyncClient("http://127.0.0.1:8188") as client`.

    `timeout`: seconds that one answer may take. `patience`: seconds that a server which has answered before
    may be away, restarting for example. Raises `ProblemError` for what the server refuses.
    """

    def __init__(
        self, address: str, token: str | None = None, *, timeout: float = 60.0, patience: float = 30.0
    ) -> None:
        self._server = Transport(address, token, timeout, patience)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._server.close()

    @property
    def address(self) -> str:
        """The server's address."""
        return str(self._server.base)
