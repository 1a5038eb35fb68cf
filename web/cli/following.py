"""A job of a server followed to its end, with the lines or bars that a run here has."""

from __future__ import annotations

import sys
from typing import Any

from graph_engine import events
from graph_engine.cli.output import Bars, Console, Lines, Silent
from graph_engine.wire import WireError, event_types, from_wire
from web.client import Client
from web.client.event_calls import JobEvent
from web.models.events import ProgressView
from web.models.jobs import EventView, JobView

STATUS_OF = {"done": 0, "failed": 1, "cancelled": 130}
"""The exit status of a verb that waited for a job, by how the job ended."""


def follow(client: Client, job: JobView, document: dict[str, Any], *, quiet: bool) -> JobView:
    """Show what happens to a job until it has ended."""
    console = _console(titles_of(document), quiet)
    try:
        for event in client.events(job.id):
            known = engine_event(event)
            if known is not None:
                console(known)
    finally:
        console.close()
    return client.wait(job.id)


def titles_of(document: dict[str, Any]) -> dict[str, str]:
    """What a document's nodes are called."""
    nodes = document.get("nodes")
    if not isinstance(nodes, dict):
        return {}
    return {name: str((isinstance(one, dict) and one.get("title")) or name) for name, one in nodes.items()}


def engine_event(event: JobEvent) -> events.Event | None:
    """An event as a run here tells it; None for what no run here tells, or a newer server does."""
    if isinstance(event, ProgressView):
        return events.NodeProgress(event.node, event.done, event.total, event.note)
    return known_event(event.kind, event.data) if isinstance(event, EventView) else None


def known_event(kind: str, data: Any) -> events.Event | None:
    """A journal entry as the event it was written of."""
    found = event_types().get(kind)
    if found is None:
        return None
    try:
        event: events.Event = from_wire(found, data)
    except WireError:
        return None
    return event


def _console(titles: dict[str, str], quiet: bool) -> Console:
    if quiet or sys.stderr is None:
        return Silent()
    return Bars(titles) if sys.stderr.isatty() else Lines(titles, sys.stderr)
