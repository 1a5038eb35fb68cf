"""The command line as it is installed: the verbs of the engine, and those that need a server."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from graph_engine.cli import main as engine
from web.cli import doctor, remote, serve, tokens

EXTENSIONS = (serve.extend, tokens.extend, remote.extend, doctor.extend)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit status. Without a verb it serves, and opens the editor."""
    given = list(sys.argv[1:] if argv is None else argv)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help")):
        given = ["serve", *(["--open"] if serve.can_open() else []), *given]
    return engine.main(given, EXTENSIONS)
