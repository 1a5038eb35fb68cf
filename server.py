"""The entry point of the HTTP server: reads settings, wires the rooms together, starts."""

import sys


def main() -> int:
    """Say where the server is; returns the exit status 2, that of a command which cannot be done."""
    print(
        "This release runs workflows from the shell only (`latentgraph run FILE`); "
        "the HTTP server comes with `latentgraph serve` in a later release.",
        file=sys.stderr,
    )
    return 2


if __name__ == "__main__":
    sys.exit(main())
