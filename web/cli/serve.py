"""`latentgraph serve`: the server, until it is stopped."""

from __future__ import annotations

import argparse
import sys

from graph_engine.cli.commands import Commands


def extend(commands: Commands) -> None:
    """Add the verb."""
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
    return run(settings, _say)


def _say(address: str) -> None:
    print(
        f"Latent Graph is at {address}  (Ctrl-C ends it)\n"
        f"  to read and try what it can do: {address}/docs   whether it is ready: {address}/readyz",
        file=sys.stderr,
        flush=True,
    )
