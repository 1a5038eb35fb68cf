"""The hub: facts, read from the journal once and handed to every reader; of the rest, the newest.

Facts are numbered and durable: a reader gets each of them, from the hub's memory or from the journal, as
slowly as it likes. Progress and previews pass: of each node a reader gets the newest, at the pace it asked.
Everything here happens on the event loop, but for what comes from the threads of workers and of the queue.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from bisect import bisect_right
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any

from graph_engine import events
from graph_engine.jobs.job import ENDED, Job, JobEvent
from graph_engine.jobs.journal import Journal
from graph_engine.wire import event_as_json

log = logging.getLogger(__name__)

KEPT_FACTS = 20_000  # in memory; older ones are read from the journal
KEPT_PREVIEW_BYTES = 64 << 20
GATHER_SECONDS = 0.002  # from a fact to its being read, with those that come meanwhile
POLL_SECONDS = 0.5  # between two looks for facts that another process wrote
LAST_SECONDS = 2.0  # in which the last facts are read at the end
PAGE = 1000  # facts read at once
READERS_A_SECOND = 1000  # readers that are told of progress in a second, at most

STATUS = "job_status"
_serial = attrgetter("serial")


@dataclass(frozen=True)
class Fact:
    """A journal entry, with its texts, which are made once for all readers."""

    serial: int
    job: str
    number: int
    time: float
    kind: str
    data: dict[str, Any]
    owner: str

    @cached_property
    def text(self) -> str:
        """The fact as JSON, as every stream has it."""
        return _json(
            {
                "serial": self.serial,
                "job": self.job,
                "number": self.number,
                "time": self.time,
                "kind": self.kind,
                "data": self.data,
            }
        )

    @property
    def ends(self) -> bool:
        """Whether the job has ended with it."""
        return self.kind == STATUS and self.data.get("status") in ENDED


@dataclass(frozen=True)
class Progress:
    """How far a node is; numbered by nobody, and only the newest counts."""

    job: str
    owner: str
    node: str
    data: dict[str, Any]

    @cached_property
    def text(self) -> str:
        """Progress as JSON, as every stream has it."""
        return _json({"job": self.job, "kind": "node_progress", "data": self.data})


@dataclass(frozen=True)
class Preview:
    """A picture of work in progress."""

    job: str
    owner: str
    node: str
    number: int  # counts the previews of a server, so that two can be told apart
    media_type: str
    data: bytes = field(repr=False)


@dataclass
class Batch:
    """What a reader is given at once: facts in order, then the newest progress and previews."""

    facts: list[Fact]
    progress: list[Progress]
    previews: list[Preview]
    ending: bool = False  # said once: the server is about to end, and the stream with it

    def __bool__(self) -> bool:
        return bool(self.facts or self.progress or self.previews or self.ending)


class Hub:
    """Follows the journal of all jobs."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._recent: list[Fact] = []
        self._by_job: defaultdict[str, list[Fact]] = defaultdict(list)
        self._readers: set[Reader] = set()
        self._readers_of: defaultdict[str, set[Reader]] = defaultdict(set)
        self._progress: defaultdict[str, dict[str, Progress]] = defaultdict(dict)
        self._previews: OrderedDict[tuple[str, str], Preview] = OrderedDict()
        self._preview_bytes = self._preview_count = 0
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
        return [_fact(one) for one in self._journal.since(after, PAGE)]

    def _read_job(self, job: str, after: int) -> list[Fact]:
        return [_fact(one) for one in self._journal.read(job, after, PAGE)]

    def _take_facts(self, facts: list[Fact]) -> None:
        woken: set[Reader] = set()
        for fact in facts:
            self.serial = fact.serial
            self._recent.append(fact)
            self._by_job[fact.job].append(fact)
            if fact.ends:
                self._progress.pop(fact.job, None)
            woken |= self._readers_of.get(fact.job, set())
            woken |= self._readers_of.get("", set())
        if len(self._recent) > KEPT_FACTS + PAGE:
            self._forget(len(self._recent) - KEPT_FACTS)
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
        preview = Preview(job, owner, event.node, self._preview_count, event.media_type, event.data)
        key = job, event.node
        if (before := self._previews.pop(key, None)) is not None:
            self._preview_bytes -= len(before.data)
        self._previews[key] = preview
        self._preview_bytes += len(preview.data)
        while self._preview_bytes > KEPT_PREVIEW_BYTES and len(self._previews) > 1:
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
        return kept[begin : begin + PAGE]

    def passing(self, jobs: Collection[str]) -> tuple[list[Progress], list[Preview]]:
        """The newest progress and previews of some jobs, of all where none is named: for who comes late."""
        progress = [
            one for job, nodes in self._progress.items() if not jobs or job in jobs for one in nodes.values()
        ]
        previews = [one for (job, _), one in self._previews.items() if not jobs or job in jobs]
        return progress, previews


class Reader:
    """One stream of one client. Use it as `async with`; `take` waits for the next batch, None at the end.

    `sees` says which owners' jobs it may see. With one job, facts go on from the job's own `number`; with
    several or all, from a `serial`.
    """

    def __init__(
        self,
        hub: Hub,
        sees: Callable[[str], bool],
        *,
        jobs: Collection[str] = (),
        serial: int | None = None,
        number: int | None = None,
        progress_seconds: float | None = 0.1,
        preview_seconds: float | None = None,
    ) -> None:
        self.hub, self.jobs = hub, frozenset(jobs)
        self._sees = sees
        self._serial = hub.serial if serial is None else serial
        self._number = number  # where to go on in the journal; None: go on in the hub's memory
        self._given = number or 0  # of one job: the last number that was given
        self._progress_seconds, self._preview_seconds = progress_seconds, preview_seconds
        self._progress: dict[tuple[str, str], Progress] = {}
        self._previews: dict[tuple[str, str], Preview] = {}
        self._progress_due = self._preview_due = 0.0
        self._woken = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = self._told_ending = False
        self._loop = asyncio.get_running_loop()

    async def __aenter__(self) -> Reader:
        self.hub.add(self)
        progress, previews = self.hub.passing(self.jobs)
        for one in progress:
            self.progressed(one)
        for picture in previews:
            self.previewed(picture)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self.hub.remove(self)

    @property
    def serial(self) -> int:
        """The serial of the last fact that was given, or passed over."""
        return self._serial

    def close(self) -> None:
        """The stream is to end."""
        self._closed = True
        self._woken.set()

    def wake(self) -> None:
        """There may be facts."""
        self._woken.set()

    def progressed(self, progress: Progress) -> None:
        """A node got further."""
        if self._progress_seconds is not None and self._sees(progress.owner):
            self._progress[progress.job, progress.node] = progress
            self._wake_at(self._progress_due)

    def previewed(self, preview: Preview) -> None:
        """There is a new picture."""
        if self._preview_seconds is not None and self._sees(preview.owner):
            self.hub.previews_dropped += (preview.job, preview.node) in self._previews
            self._previews[preview.job, preview.node] = preview
            self._wake_at(self._preview_due)

    async def take(self, patience: float) -> Batch | None:
        """What is new, after at most `patience` seconds perhaps nothing; None when the stream is over."""
        deadline = self._loop.time() + patience
        while True:
            self._woken.clear()
            closing = self._closed
            facts = await self._facts()
            for fact in facts:
                self._settle(fact)
            batch = Batch(facts, *self._passing(), ending=self.hub.ending and not self._told_ending)
            self._told_ending = self.hub.ending
            left = deadline - self._loop.time()
            if batch:
                return batch
            if closing:
                return None
            if left <= 0:
                return batch
            try:
                async with asyncio.timeout(left):
                    await self._woken.wait()
            except TimeoutError:
                return batch

    async def _facts(self) -> list[Fact]:
        job = next(iter(self.jobs)) if len(self.jobs) == 1 else None
        while True:
            if self._number is not None and job is not None:
                found = await self._by_number(job, self._number)
            else:
                recent = self.hub.recent(job, self._serial)
                if recent is None and job is not None:
                    self._number = self._given
                    continue
                found = await self.hub.read_all(self._serial) if recent is None else recent
                if found:
                    self._serial = found[-1].serial
            if not found:
                return []
            wanted = [one for one in found if self._wants(one)]
            if wanted:
                self._given = wanted[-1].number
                return wanted

    async def _by_number(self, job: str, number: int) -> list[Fact]:
        """Facts of one job from the journal, page by page, until the hub's memory can take over."""
        before = self.hub.serial  # all up to here is in the journal, so the page has it
        page = await self.hub.read_job(job, number)
        self._number = page[-1].number if len(page) == PAGE else None
        self._serial = max(before, page[-1].serial if page else 0)
        return page

    def _settle(self, fact: Fact) -> None:
        """What is over makes no more progress."""
        if fact.ends:
            self._progress = {key: one for key, one in self._progress.items() if key[0] != fact.job}
        elif fact.kind in ("node_finished", "node_failed"):
            self._progress.pop((fact.job, str(fact.data.get("node"))), None)

    def _wants(self, fact: Fact) -> bool:
        return (not self.jobs or fact.job in self.jobs) and self._sees(fact.owner)

    def _passing(self) -> tuple[list[Progress], list[Preview]]:
        now = self._loop.time()
        progress: list[Progress] = []
        previews: list[Preview] = []
        if self._progress and now >= self._progress_due:
            progress, self._progress = list(self._progress.values()), {}
            self._progress_due = now + max(self._progress_seconds or 0.0, self.hub.spread)
        if self._previews and now >= self._preview_due:
            previews, self._previews = list(self._previews.values()), {}
            self._preview_due = now + max(self._preview_seconds or 0.0, self.hub.spread)
        return progress, previews

    def _wake_at(self, when: float) -> None:
        if self._timer is not None:
            if self._timer.when() <= when:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(when, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._woken.set()


def _fact(event: JobEvent) -> Fact:
    return Fact(event.serial, event.job, event.number, event.time, event.kind, dict(event.data), event.owner)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
