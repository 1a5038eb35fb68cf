"""The HTTP API (`web.api`) and the canvas: a room over `graph_engine` that knows no torch (see README.md)."""
