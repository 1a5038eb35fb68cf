"""The entry point of the HTTP server: `python server.py` is `latentgraph serve`, with the same options."""

import sys

from web.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
