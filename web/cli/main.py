"""The command line as it is installed: the verbs of the engine, and those that need a server."""

from __future__ import annotations

from collections.abc import Sequence

from graph_engine.cli import main as engine
from web.cli import doctor, remote, serve, tokens

EXTENSIONS = (serve.extend, tokens.extend, remote.extend, doctor.extend)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit status."""
    return engine.main(argv, EXTENSIONS)
