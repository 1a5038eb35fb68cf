"""What the server says of itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

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
    languages: list[str] = Field([], description="In which there are texts, beside English.")


class TextsView(View):
    """What the packs say in a language: what nodes, inputs, values and categories are called, and help."""

    language: str
    nodes: dict[str, Json] = Field(
        description="By `pack/name`: `title`, `help`, `inputs` and `outputs`, as far as they are there."
    )
    values: dict[str, str] = Field(description="Titles of value types by `pack/word`.")
    categories: dict[str, str]
