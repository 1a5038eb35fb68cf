"""The verbs of the command line that need a server, on top of those of `graph_engine.cli`."""
