"""Streams of events: what a client wants to be told, and how often."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from web.models.base import Form, JobId, Json, Query, View

Serial = Annotated[int, Field(ge=0, le=2**53)]
Seconds = Annotated[float, Field(ge=0.02, le=3600, allow_inf_nan=False)]
Pixels = Annotated[int, Field(ge=16, le=4096, description="Pixels on the longer side of a preview, at most.")]


class EventStreamQuery(Query):
    """How the events of one job are wanted."""

    after: Serial = Field(0, description="The number of the last event that the client has.")
    progress_seconds: Seconds | None = Field(0.1, description="Seconds between two reports of progress.")
    preview_seconds: Seconds | None = Field(
        None, description="Seconds between two previews; without it, none."
    )


class AllEventsQuery(Query):
    """Which events are wanted, and how."""

    after: Serial | None = Field(None, description="The serial of the last event that the client has.")
    jobs: list[JobId] = Field([], max_length=100, description="These jobs only; may be given several times.")
    progress_seconds: Seconds | None = Field(0.1, description="Seconds between two reports of progress.")
    preview_seconds: Seconds | None = Field(
        None, description="Seconds between two previews; without it, none."
    )
    preview_size: Pixels | None = None


class WatchForm(Form):
    """What a client sends over a WebSocket."""

    watch: dict[str, Json]


class PreviewQuery(Query):
    """Which preview."""

    node: str | None = Field(None, max_length=1000, description="Of this node.")
    size: Pixels | None = None


class ProgressView(View):
    """How far a node is: `done` of `total` steps; `total` 0 means unknown. Only the newest counts."""

    job: JobId
    node: str
    done: float
    total: float = 0.0
    note: str = ""


class PreviewView(View):
    """A picture of work in progress. A stream of server-sent events tells of it without its bytes."""

    job: JobId
    node: str
    number: int = Field(description="Counts the previews of a server, so that two can be told apart.")
    media_type: str
    data: bytes = b""
