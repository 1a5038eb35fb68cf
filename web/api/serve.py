"""Serving: from the settings to an open port, and from a signal to an orderly end."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Callable

from aiohttp import web

from graph_engine.errors import EngineError
from web.api.app import make_app
from web.api.connections import Runner
from web.api.guard import EVERYWHERE
from web.service.people.people import check_reachable
from web.service.service import Service
from web.service.settings import ServerSettings

log = logging.getLogger(__name__)

CLOSING_SECONDS = 5.0  # that answers under way have at the end


class CanNotListen(EngineError):
    """The address or the port can not be had."""


def serve(settings: ServerSettings, opened: Callable[[str], None]) -> int:
    """Serve until a signal; `opened` is told the address. Gives the exit status.

    Raises `CanNotListen`, `NoToken` where nobody could come in, and `QueueTaken` where another process runs
    the jobs of the data folder.
    """
    check_reachable(settings)
    return asyncio.run(_serve(settings, opened))


async def _serve(settings: ServerSettings, opened: Callable[[str], None]) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _asked_to_stop, stop, number)
    async with Service(settings) as service:
        runner = Runner(make_app(service), settings, closing_seconds=CLOSING_SECONDS)
        await runner.setup()
        site = web.TCPSite(runner, settings.host, settings.port, backlog=1024)
        try:
            await site.start()
        except OSError as error:
            raise CanNotListen(
                f"'{settings.host}' port {settings.port} can not be listened at ({error.strerror or error}). "
                "Choose another with --host and --port; port 0 takes a free one."
            ) from error
        if settings.host in EVERYWHERE and not settings.hosts:
            log.warning(
                "The server listens at every address, but goes by no name than localhost: put the names and "
                "addresses that people call it by into the setting `hosts`."
            )
        opened(_address(runner, settings.host))
        await stop.wait()
        await service.drain()
        await service.hub.close()
        await runner.cleanup()
    return 0


def _asked_to_stop(stop: asyncio.Event, number: int) -> None:
    if stop.is_set():  # the second time: at once
        print("Stopped at once; running jobs go back to the queue.", file=sys.stderr)
        sys.exit(128 + number)
    stop.set()


def _address(runner: web.AppRunner, host: str) -> str:
    port = runner.addresses[0][1]
    shown = "127.0.0.1" if host in ("", "0.0.0.0") else host
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
