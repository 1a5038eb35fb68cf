"""`latentgraph serve`: the server, until it is stopped."""

from __future__ import annotations

import argparse
import os
import sys
import threading
import webbrowser
from functools import partial

from graph_engine.cli.commands import Commands


def extend(commands: Commands) -> None:
    """Add the verb, which is also what is done without one."""
    commands.parser.epilog = (
        "Without a command it serves at this machine and opens the editor in the browser; "
        "the options are those of serve then."
    )
    one = commands.add("serve", serve, "Serve workflows over HTTP.", json_flag=False)
    one.add_argument("--host", metavar="ADDRESS", help="where to listen; 127.0.0.1 unless another is given")
    one.add_argument("--port", type=int, metavar="N", help="the port; 0 takes a free one")
    one.add_argument(
        "--device",
        action="append",
        default=[],
        metavar="DEVICE",
        help="auto, cpu, cuda:0, ...; several: a worker each",
    )
    one.add_argument(
        "--open",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="open the editor in the browser; without a command that is done where there is a display",
    )
    one.add_argument("--log-format", choices=("text", "json"), help="how the log is written")
    one.add_argument(
        "--log-level", choices=("debug", "info", "warning", "error"), help="what is logged; info and above"
    )


def serve(arguments: argparse.Namespace) -> int:
    """Serve until a signal."""
    from web.api.serve import serve as run  # only this verb pays for the import
    from web.service.settings import ServerSettings

    settings = ServerSettings.given(
        data=arguments.data,
        host=arguments.host,
        port=arguments.port,
        devices=tuple(arguments.device) or None,
        log_format=arguments.log_format,
        log_level=arguments.log_level,
    )
    return run(settings, partial(_opened, arguments.open))


def can_open() -> bool:
    """Whether a browser would be in front of the person: who started this at a terminal, with a display."""
    if sys.stdin is None or not sys.stdin.isatty() or os.environ.get("SSH_CONNECTION"):
        return False
    displays = ("DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform in ("darwin", "win32") or any(os.environ.get(one) for one in displays)


def _opened(in_browser: bool, address: str) -> None:
    _say(address)
    if in_browser:  # beside the server, which the browser would wait for otherwise
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _say(address: str) -> None:
    print(
        f"Latent Graph is at {address}  (Ctrl-C ends it)\n"
        f"  to read and try the API: {address}/docs   whether it is ready: {address}/readyz",
        file=sys.stderr,
        flush=True,
    )
