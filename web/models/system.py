"""What the server says of itself."""

from __future__ import annotations

from typing import Literal

from web.models.base import Json, View


class HealthView(View):
    """The process answers."""

    status: Literal["ok"]


class WorkerView(View):
    """A worker process."""

    name: str
    state: str
    device: str = ""
    restarts: int = 0
    error: str = ""


class ReadyView(View):
    """Whether the server takes work, and what its workers do."""

    ready: bool
    reason: str = ""
    workers: list[WorkerView]


class ServerView(View):
    """The server."""

    name: Literal["latentgraph"] = "latentgraph"
    version: str
    limits: dict[str, int]


class NodesView(View):
    """Every node type here by `pack/name`, and what is wrong with packs."""

    nodes: dict[str, Json]
    values: dict[str, Json]
    faults: list[str]
