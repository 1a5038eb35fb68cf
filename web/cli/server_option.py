"""The options that lead to a server, and whether they do."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from graph_engine.errors import EngineError

SERVER, TOKEN = "LATENTGRAPH_SERVER", "LATENTGRAPH_TOKEN"


class BadServerOption(EngineError):
    """The options that lead to a server do not fit together."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options that lead to a server."""
    one = parser.add_argument_group("over HTTP")
    one.add_argument(
        "--server",
        metavar="URL",
        help=f"do it there, not in the data folder here; {SERVER} gives it too, unless --data is given",
    )
    one.add_argument(
        "--token", metavar="T", help=f"the token; others on this machine may see it, {TOKEN} hides it"
    )
    one.add_argument("--token-file", type=Path, metavar="FILE", help="a file that holds the token")


def server_of(arguments: argparse.Namespace) -> str | None:
    """The server's address; None: the data folder here. Raises `BadServerOption`."""
    if arguments.server and arguments.data is not None:
        raise BadServerOption("--data names a folder here and --server another place; give one of them.")
    if arguments.server is not None:
        return str(arguments.server) or None  # --server "" means here, whatever the environment says
    return os.environ.get(SERVER) or None if arguments.data is None else None
