"""`python -m graph_engine`: the command line."""

import sys

from graph_engine.cli import main

sys.exit(main())
