"""Serving: from the settings to an open port, and from a signal to an orderly end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable

from aiohttp import web

from graph_engine.data_folder import check_writable, open_data_folder
from graph_engine.errors import EngineError
from web.api.app import make_app
from web.api.connections import Runner
from web.api.guard import EVERYWHERE
from web.service.logs import logging_to
from web.service.people.people import check_reachable
from web.service.service import Service
from web.service.settings import ServerSettings

log = logging.getLogger(__name__)

CLOSING_SECONDS = 5.0  # that answers under way have at the end
BACKLOG = 1024


class CanNotListen(EngineError):
    """The address or the port can not be had."""


def serve(settings: ServerSettings, opened: Callable[[str], None]) -> int:
    """Serve until a signal; `opened` is told the address. Gives the exit status.

    Raises `CanNotListen`, `NoToken` where nobody could come in, `FolderUnusable` or what else is wrong with
    the data folder, and `QueueTaken` where another process runs the jobs in it.
    """
    data = settings.data.expanduser().absolute()
    check_writable(data)
    open_data_folder(data)
    check_reachable(settings)
    with logging_to(data / "logs", settings.log_format, settings.log_level):
        return asyncio.run(_serve(settings, opened))


async def _serve(settings: ServerSettings, opened: Callable[[str], None]) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _asked_to_stop, stop, number)
    sockets = _bound(settings)  # before anything is started that would have to be ended again
    async with Service(settings) as service:
        runner = Runner(make_app(service), settings, closing_seconds=CLOSING_SECONDS)
        await runner.setup()
        for one in sockets:
            try:
                await web.SockSite(runner, one, backlog=BACKLOG).start()
            except OSError as error:
                raise _not_there(settings, error) from error
        if settings.host in EVERYWHERE and not settings.hosts:
            log.warning(
                "The server listens at every address, but goes by no name than localhost: put the names and "
                "addresses that people call it by into the setting `hosts`."
            )
        address = _address(sockets[0], settings.host)
        log.info("The server listens.", extra={"fields": {"at": address, "version": service.version}})
        opened(address)
        await stop.wait()
        log.info("The server ends.", extra={"fields": {"running": service.runs.busy}})
        await service.drain()
        await service.hub.close()
        await runner.cleanup()
    return 0


def _asked_to_stop(stop: asyncio.Event, number: int) -> None:
    if stop.is_set():  # the second time: at once; the next start puts back what was running
        print("Stopped at once; running jobs go back to the queue.", file=sys.stderr, flush=True)
        os._exit(128 + number)
    stop.set()


def _bound(settings: ServerSettings) -> list[socket.socket]:
    """Sockets for all addresses that the host's name has, all at one port. Raises `CanNotListen`."""
    sockets: list[socket.socket] = []
    port = settings.port
    try:
        found = socket.getaddrinfo(
            settings.host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, _, _, _, address in dict.fromkeys(found):
            one = socket.socket(family, socket.SOCK_STREAM)
            sockets.append(one)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind((address[0], port, *address[2:]))
            port = one.getsockname()[1]
    except OSError as error:
        for one in sockets:
            one.close()
        raise _not_there(settings, error) from error
    return sockets


def _not_there(settings: ServerSettings, error: OSError) -> CanNotListen:
    return CanNotListen(
        f"'{settings.host}' port {settings.port} can not be listened at ({error.strerror or error}). "
        "Choose another with --host and --port; port 0 takes a free one."
    )


def _address(one: socket.socket, host: str) -> str:
    shown = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{one.getsockname()[1]}"
