"""`python -m graph_engine`: the command line."""

import sys

from graph_engine.cli.main import main

sys.exit(main())
