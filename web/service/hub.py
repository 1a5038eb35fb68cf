"""The hub: facts, read from the journal once and handed to every reader; of the rest, the newest.

Facts are numbered and durable: a reader gets each of them, from the hub's memory or from the journal, as
slowly as it likes. Progress and previews pass: of each node a reader gets the newest, at the pace it asked.
Everything here happens on the event loop, but for what comes from the threads of workers and of the queue.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from bisect import bisect_right
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Collection
from operator import attrgetter
from typing import Any

from graph_engine import events
from graph_engine.jobs.job import Job
from graph_engine.jobs.journal import Journal
from graph_engine.wire import event_as_json
from web.service.facts import STATUS, Fact, Preview, Progress
from web.service.reader import Reader

log = logging.getLogger(__name__)

KEPT_FACTS = 20_000  # in memory; older ones are read from the journal
KEPT_PREVIEW_BYTES = 64 << 20
KEPT_PREVIEWS = 1000
GATHER_SECONDS = 0.01  # from a fact to its being read, with those that come meanwhile
POLL_SECONDS = 0.5  # between two looks for facts that another process wrote
PAGE = 1000  # facts read at once
LAST_SECONDS = 2.0  # in which the last facts are read at the end
READERS_A_SECOND = 1000  # readers that are told of progress in a second, at most

_serial = attrgetter("serial")


class Hub:
    """Follows the journal of all jobs. `kept` facts stay in memory, a `page` of them is read at once."""

    def __init__(self, journal: Journal, *, kept: int = KEPT_FACTS, page: int = PAGE) -> None:
        self._journal = journal
        self._kept, self.page = kept, page
        self._recent: list[Fact] = []
        self._by_job: defaultdict[str, list[Fact]] = defaultdict(list)
        self._readers: set[Reader] = set()
        self._readers_of: defaultdict[str, set[Reader]] = defaultdict(set)
        self._progress: defaultdict[str, dict[str, Progress]] = defaultdict(dict)
        self._previews: OrderedDict[tuple[str, str], Preview] = OrderedDict()
        self._preview_bytes = self._preview_count = 0
        self._running: set[str] = set()  # jobs that have shown something and not stopped since
        self.serial = 0
        self.ending = False
        self.previews_dropped = 0  # that a newer one overtook before a reader took it
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._written, self._urgent = threading.Event(), threading.Event()

    async def start(self) -> None:
        """Begin with the facts that come from now on."""
        self.serial = await asyncio.to_thread(self._journal.last_serial)
        self._thread = threading.Thread(target=self._follow, args=(self.serial,), name="hub")
        self._thread.start()

    async def close(self) -> None:
        """End; every reader's stream ends too, when it has the facts that there are now."""
        self._closed = True
        self.wake(urgent=True)
        await asyncio.to_thread(self._thread.join)
        for reader in list(self._readers):
            reader.close()

    def announce_ending(self) -> None:
        """Tell every reader that the server is about to end; facts still come until it does."""
        self.ending = True
        for reader in self._readers:
            reader.wake()

    def wake(self, urgent: bool = False) -> None:
        """Something was written to the journal; from any thread. Unless it is urgent, more may follow."""
        if urgent:
            self._urgent.set()
        self._written.set()

    def listen(self, job: Job) -> Callable[[events.Event], None]:
        """What takes the passing events of a job that runs; called in a worker's thread."""

        def tell(event: events.Event) -> None:
            if isinstance(event, events.NodeProgress):
                self._soon(
                    self._take_progress, Progress(job.id, job.owner, event.node, event_as_json(event)[1])
                )
            elif isinstance(event, events.NodePreview):
                self._soon(self._take_preview, job.id, job.owner, event)

        return tell

    def preview(self, job: str, node: str | None = None) -> Preview | None:
        """The newest preview of a job, or of one of its nodes."""
        found = (one for key, one in self._previews.items() if key[0] == job and node in (None, key[1]))
        return max(found, key=lambda one: one.number, default=None)

    @property
    def readers(self) -> int:
        """How many streams are open."""
        return len(self._readers)

    def _soon(self, function: Callable[..., None], *arguments: Any) -> None:
        if not self._closed:
            self._loop.call_soon_threadsafe(function, *arguments)

    def _follow(self, serial: int) -> None:
        """Hand over what comes into the journal, in a thread of its own, which waits for the disk."""
        closing = False
        while not closing:
            if self._written.wait(POLL_SECONDS):
                self._urgent.wait(GATHER_SECONDS)
            self._written.clear()
            self._urgent.clear()
            closing = self._closed  # what is written by now is read once more
            begun = time.monotonic()
            try:
                while facts := self._read(serial):
                    serial = facts[-1].serial
                    self._loop.call_soon_threadsafe(self._take_facts, facts)
                    if self._closed and time.monotonic() > begun + LAST_SECONDS:
                        break
            except Exception:  # a disk that fails now may work again
                log.exception("The journal can not be read.")
                time.sleep(POLL_SECONDS)

    async def read_all(self, after: int) -> list[Fact]:
        """Facts of all jobs, read from the journal."""
        return await asyncio.to_thread(self._read, after)

    async def read_job(self, job: str, after: int) -> list[Fact]:
        """Facts of one job after one of its numbers, read from the journal."""
        return await asyncio.to_thread(self._read_job, job, after)

    def _read(self, after: int) -> list[Fact]:
        return [Fact.of(one) for one in self._journal.since(after, self.page)]

    def _read_job(self, job: str, after: int) -> list[Fact]:
        return [Fact.of(one) for one in self._journal.read(job, after, self.page)]

    def _take_facts(self, facts: list[Fact]) -> None:
        woken: set[Reader] = set()
        for fact in facts:
            self.serial = fact.serial
            self._recent.append(fact)
            self._by_job[fact.job].append(fact)
            if fact.kind == STATUS and fact.data.get("status") != "running":
                self._progress.pop(fact.job, None)
                self._running.discard(fact.job)
            woken |= self._readers_of.get(fact.job, set())
            woken |= self._readers_of.get("", set())
        if len(self._recent) > self._kept + self.page:
            self._forget(len(self._recent) - self._kept)
        for reader in woken:
            reader.wake()

    def _forget(self, count: int) -> None:
        """The oldest facts leave the memory; who has not got them reads them from the journal."""
        gone, self._recent = self._recent[:count], self._recent[count:]
        for job, many in Counter(fact.job for fact in gone).items():
            del self._by_job[job][:many]
            if not self._by_job[job]:
                del self._by_job[job]

    def _take_progress(self, progress: Progress) -> None:
        self._progress[progress.job][progress.node] = progress
        for reader in self._of(progress.job):
            reader.progressed(progress)

    def _take_preview(self, job: str, owner: str, event: events.NodePreview) -> None:
        self._preview_count += 1
        self._running.add(job)
        preview = Preview(job, owner, event.node, self._preview_count, event.media_type, event.data)
        key = job, event.node
        if (before := self._previews.pop(key, None)) is not None:
            self._preview_bytes -= len(before.data)
        self._previews[key] = preview
        self._preview_bytes += len(preview.data)
        while len(self._previews) > 1 and (
            self._preview_bytes > KEPT_PREVIEW_BYTES or len(self._previews) > KEPT_PREVIEWS
        ):
            _, oldest = self._previews.popitem(last=False)
            self._preview_bytes -= len(oldest.data)
        for reader in self._of(job):
            reader.previewed(preview)

    def _of(self, job: str) -> list[Reader]:
        return [*self._readers_of.get(job, ()), *self._readers_of.get("", ())]

    @property
    def spread(self) -> float:
        """Seconds between two reports of progress that keep all readers together within bounds."""
        return len(self._readers) / READERS_A_SECOND

    def add(self, reader: Reader) -> None:
        """A stream opens."""
        self._readers.add(reader)
        for job in reader.jobs or [""]:
            self._readers_of[job].add(reader)

    def remove(self, reader: Reader) -> None:
        """A stream is over."""
        self._readers.discard(reader)
        for job in reader.jobs or [""]:
            self._readers_of[job].discard(reader)
            if not self._readers_of[job]:
                del self._readers_of[job]

    def recent(self, job: str | None, after: int) -> list[Fact] | None:
        """Facts in memory with a serial after `after`, or None where the memory does not go back so far."""
        if after >= self.serial:
            return []
        if not self._recent or after < self._recent[0].serial - 1:
            return None
        kept = self._by_job.get(job, []) if job else self._recent
        begin = bisect_right(kept, after, key=_serial)
        return kept[begin : begin + self.page]

    def passing(self, jobs: Collection[str]) -> tuple[list[Progress], list[Preview]]:
        """The newest progress and previews of some jobs that run, of all where none is named.

        For who comes late: what was shown of other jobs is theirs to ask for.
        """
        progress = [
            one for job, nodes in self._progress.items() if not jobs or job in jobs for one in nodes.values()
        ]
        previews = [
            one
            for (job, _), one in self._previews.items()
            if job in self._running and (not jobs or job in jobs)
        ]
        return progress, previews
