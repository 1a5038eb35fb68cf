"""The version of this client."""

from __future__ import annotations

import importlib.metadata


def client_version() -> str:
    """The version of this distribution."""
    try:
        return importlib.metadata.version("latentgraph")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
