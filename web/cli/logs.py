"""`latentgraph logs JOB [-f]`: what happened to a job, a line each, here or on a server."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from graph_engine.jobs.job import ENDED
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from graph_engine.settings import Settings
from web.cli.connection import connected
from web.cli.following import STATUS_OF, titles_of
from web.cli.log_lines import Progress, line_of
from web.cli.server_option import server_of
from web.client import Client
from web.models.events import ProgressView
from web.models.jobs import EventView

POLL_SECONDS = 0.3
PAGE = 1000


@dataclass(frozen=True)
class Entry:
    """A journal entry."""

    number: int
    time: float
    kind: str
    data: dict[str, Any]

    @property
    def end(self) -> str:
        """The status that the job ended with here, or nothing."""
        status = str(self.data.get("status", "")) if self.kind == "job_status" else ""
        return status if status in ENDED else ""


class Source(Protocol):
    """Where a job's journal is read."""

    def document(self) -> dict[str, Any]: ...
    def error(self) -> str: ...
    def there(self, after: int) -> Iterator[Entry]: ...
    def on(self, after: int) -> Iterator[Entry | ProgressView]: ...


def logs(arguments: argparse.Namespace) -> int:
    """Print the lines; with --follow the exit status is by the job's end."""
    if server_of(arguments) is not None:
        with connected(arguments) as client:
            return _print(_Remote(client, arguments.job), arguments)
    data = Settings.given(data=arguments.data).data.expanduser()
    queue = JobQueue(data / "jobs.sqlite")
    try:
        return _print(_Here(queue, arguments.job), arguments)
    finally:
        queue.close()


def _print(source: Source, arguments: argparse.Namespace) -> int:
    titles, end, said = titles_of(source.document()), "", set[str]()
    entries = source.on(arguments.after) if arguments.follow else source.there(arguments.after)
    with Progress(sys.stdout, titles, wanted=arguments.follow) as shown:
        for entry in entries:
            if isinstance(entry, ProgressView):
                shown.progress(entry)
                continue
            shown.settle(entry.kind, entry.data)
            shown.line(f"{_clock(entry.time)}  {line_of(entry.kind, entry.data, titles)}")
            said.add(str(entry.data.get("error", "")) if entry.kind == "node_failed" else "")
            end = entry.end
        error = source.error() if end == "failed" else ""
        if error and not any(one and one in error for one in said):
            shown.line(error)
    return STATUS_OF.get(end, 0) if arguments.follow else 0


class _Here:
    """The journal in the data folder."""

    def __init__(self, queue: JobQueue, job: str) -> None:
        self._queue, self._journal = queue, Journal.of(queue)
        self._job = queue.get(job).id

    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._queue.document(self._job))
        return found

    def error(self) -> str:
        return self._queue.get(self._job).error

    def there(self, after: int) -> Iterator[Entry]:
        while page := self._journal.read(self._job, after, PAGE):
            for one in page:
                yield Entry(one.number, one.time, one.kind, dict(one.data))
            after = page[-1].number

    def on(self, after: int) -> Iterator[Entry | ProgressView]:
        while True:
            ended = self._queue.get(self._job).ended  # asked before reading: what ended it is then read too
            for one in self.there(after):
                after = one.number
                yield one
            if ended:
                return
            time.sleep(POLL_SECONDS)


class _Remote:
    """The journal of a server."""

    def __init__(self, client: Client, job: str) -> None:
        self._client, self._job = client, job

    def document(self) -> dict[str, Any]:
        return self._client.document(self._job)

    def error(self) -> str:
        return self._client.job(self._job).error

    def there(self, after: int) -> Iterator[Entry]:
        while page := self._client.journal(self._job, after, PAGE):
            yield from map(_entry, page)
            after = page[-1].number

    def on(self, after: int) -> Iterator[Entry | ProgressView]:
        for event in self._client.events(self._job, after):
            if isinstance(event, EventView):
                yield _entry(event)
            elif isinstance(event, ProgressView):
                yield event


def _entry(event: EventView) -> Entry:
    return Entry(event.number, event.time.timestamp(), event.kind, event.data)


def _clock(seconds: float) -> str:
    try:
        return time.strftime("%H:%M:%S", time.localtime(seconds))
    except (ValueError, OverflowError, OSError):  # a clock that was far off
        return "--:--:--"
