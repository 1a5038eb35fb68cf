"""All about people, opened together and closed together."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from graph_engine.errors import EngineError
from web.service.people.audit import AuditLog
from web.service.people.errors import NoToken
from web.service.people.people_file import PeopleFile
from web.service.people.quotas import Bounds, Quotas, UsageOf
from web.service.people.rates import Rates
from web.service.people.sessions import Sessions
from web.service.people.streams import Streams
from web.service.people.tokens import Tokens
from web.service.settings import ServerSettings

log = logging.getLogger(__name__)

FAILURES = 10  # wrong tokens that an address may show at once
FAILURES_A_SECOND = 1 / 6  # and then
LOOK_SECONDS = 1.0  # between two looks whether the tokens of open streams have ended


class People:
    """Made on the event loop, in the data folder. Raises `PeopleUnusable`."""

    def __init__(self, settings: ServerSettings, data: Path, usage: UsageOf) -> None:
        self._file = PeopleFile(data)
        self.tokens = Tokens(self._file)
        self.sessions = Sessions(self._file, self.tokens)
        self.audit = AuditLog(data / "logs" / "audit.jsonl")
        bounds = Bounds(settings.quota_jobs, settings.quota_device_seconds, settings.quota_disk_bytes)
        self.quotas = Quotas(bounds, usage)
        self.rates = Rates(settings.rate_requests, settings.rate_burst)
        self.failures = Rates(FAILURES_A_SECOND, FAILURES)
        self.streams = Streams(settings.streams)

    def start(self) -> None:
        """Begin to close the streams of tokens that end."""
        self._watching = asyncio.create_task(self._watch(), name="people")

    async def stop(self) -> None:
        """End what `start` began."""
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)

    def close(self) -> None:
        """Write what is left, and close the files."""
        self.audit.close()
        self._file.close()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            tokens = self.streams.tokens
            if not tokens:
                continue
            try:
                for token in await asyncio.to_thread(self.tokens.ended, tokens):
                    self.streams.close(token)
            except EngineError as error:
                log.warning("%s", error)


def check_reachable(settings: ServerSettings) -> None:
    """Refuse to listen beyond loopback while nobody could come in. Raises `NoToken`."""
    if settings.on_loopback:
        return
    file = PeopleFile(settings.data.expanduser().absolute())
    try:
        usable = Tokens(file).usable()
    finally:
        file.close()
    if not usable:
        raise NoToken(
            f"Beyond this machine ('{settings.host}') everybody needs a token, and there is none. Make one: "
            "latentgraph tokens create --owner NAME --scope view --scope run"
        )
