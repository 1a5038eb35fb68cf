"""The hub: whatever a reader asks for and however slowly it takes it, each fact once and in order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graph_engine import events
from graph_engine.jobs.job import Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from web.service import hub as hub_module
from web.service.hub import KEPT_PREVIEWS, Hub
from web.service.reader import Reader

JOBS = 3


@contextmanager
def opened() -> Iterator[tuple[JobQueue, list[str]]]:
    """A queue with a few jobs."""
    with TemporaryDirectory() as folder, closing(JobQueue(Path(folder) / "jobs.sqlite")) as queue:
        yield queue, [job.id for job in queue.submit_many([Request("{}")] * JOBS)]


@dataclass(frozen=True)
class Asked:
    """What a reader asks for: some jobs, none for all; from a serial, or of one job from a number."""

    jobs: tuple[int, ...]
    by_number: bool
    share: float  # of what there is at that time, how much the client says it has

    def open(self, hub: Hub, queue: JobQueue, jobs: list[str]) -> tuple[Reader, int]:
        chosen = [jobs[index] for index in self.jobs]
        journal = Journal.of(queue)
        if self.by_number and len(chosen) == 1:
            after = int(self.share * queue.get(chosen[0]).events)
            return Reader(hub, lambda _: True, jobs=chosen, number=after), after
        after = int(self.share * journal.last_serial())
        return Reader(hub, lambda _: True, jobs=chosen, serial=after), after


@dataclass
class Given:
    """A reader, and what it was given so far."""

    reader: Reader
    asked: Asked
    after: int
    facts: list[tuple[int, str, int]] = field(default_factory=list)

    async def take(self, patience: float) -> bool:
        batch = await self.reader.take(patience)
        assert batch is not None
        self.facts += [(one.serial, one.job, one.number) for one in batch.facts]
        return bool(batch.facts)

    def expected(self, every: list[tuple[int, str, int]], jobs: list[str]) -> list[tuple[int, str, int]]:
        chosen = {jobs[index] for index in self.asked.jobs} or set(jobs)
        place = 2 if self.asked.by_number and len(self.asked.jobs) == 1 else 0
        return [one for one in every if one[1] in chosen and one[place] > self.after]


WRITE = st.tuples(st.integers(0, JOBS - 1), st.integers(1, 7))
ASKED = st.builds(
    Asked,
    st.lists(st.integers(0, JOBS - 1), max_size=2, unique=True).map(tuple),
    st.booleans(),
    st.floats(0, 1),
)
STEPS = st.lists(st.one_of(WRITE, ASKED, st.integers(0, 5)), min_size=5, max_size=40)


@settings(max_examples=60)
@example(  # the journal's page is ahead of the hub, and full
    before=[], steps=[(0, 1), Asked((0,), False, 0.0), 0, 0, 0], kept=1, page=2
)
@example(  # what the client has of the journal is ahead of the hub
    before=[], steps=[(0, 1), 0, Asked((0,), True, 1.0), 0, (0, 1)], kept=1, page=1
)
@given(before=st.lists(WRITE, max_size=6), steps=STEPS, kept=st.integers(1, 8), page=st.integers(1, 4))
def test_every_reader_gets_each_fact_once_and_in_order(
    before: list[tuple[int, int]], steps: list[object], kept: int, page: int
) -> None:
    """From the hub's memory, from the journal, and over from one to the other, while facts come in."""
    with pytest.MonkeyPatch.context() as patch, opened() as (queue, jobs):
        patch.setattr(hub_module, "POLL_SECONDS", 0.02)
        asyncio.run(_follow(queue, jobs, before, steps, kept, page))


async def _follow(
    queue: JobQueue,
    jobs: list[str],
    before: list[tuple[int, int]],
    steps: list[object],
    kept: int,
    page: int,
) -> None:
    journal = Journal.of(queue)

    def write(step: tuple[int, int]) -> None:
        journal.write(jobs[step[0]], [("node_started", {"node": "n"})] * step[1])

    for one in before:
        write(one)
    hub = Hub(journal, kept=kept, page=page)
    queue.on_change(hub.wake)
    await hub.start()
    readers: list[Given] = []
    try:
        async with AsyncExitStack() as stack:
            for step in steps:
                if isinstance(step, Asked):
                    reader, after = step.open(hub, queue, jobs)
                    readers.append(Given(await stack.enter_async_context(reader), step, after))
                elif isinstance(step, int):
                    if readers:
                        await readers[step % len(readers)].take(0.001)
                else:
                    write(step)  # type: ignore[arg-type]
            every = [(one.serial, one.job, one.number) for one in journal.since(0, 100_000)]
            for one in readers:
                wanted = one.expected(every, jobs)
                while len(one.facts) < len(wanted) and await one.take(5.0):
                    pass
                while await one.take(0.0):  # and nothing more
                    pass
                assert one.facts == wanted
    finally:
        await hub.close()


def test_who_comes_late_is_shown_what_runs_and_nothing_else_is_remembered() -> None:
    """A picture of each job that ever ran would be a flood; that of one that has ended can be asked for."""

    async def scene(queue: JobQueue, jobs: list[str]) -> None:
        hub = Hub(Journal.of(queue))
        queue.on_change(hub.wake)
        await hub.start()
        claims = [queue.claim("cpu") for _ in jobs]
        for claim in claims:
            assert claim is not None
            tell = hub.listen(claim.job)
            tell(events.NodeProgress("n", 1, 2))
            tell(events.NodePreview("n", b"picture", "image/png"))
        queue.finish(jobs[0], "done")
        queue.give_back(jobs[1], reason="paused")
        last = Journal.of(queue).last_serial()
        while hub.serial < last:
            await asyncio.sleep(0.01)
        progress, previews = hub.passing([])
        assert [one.job for one in progress] == [one.job for one in previews] == [jobs[2]]
        assert list(hub._progress) == [jobs[2]]
        assert hub.preview(jobs[0]) is not None
        await hub.close()

    with opened() as (queue, jobs):
        asyncio.run(scene(queue, jobs))


def test_of_small_pictures_too_only_so_many_are_kept() -> None:
    async def scene(queue: JobQueue, jobs: list[str]) -> None:
        hub = Hub(Journal.of(queue))
        await hub.start()
        tell = hub.listen(queue.get(jobs[0]))
        for node in range(KEPT_PREVIEWS + 2):
            tell(events.NodePreview(str(node), b"x", "image/png"))
        while (newest := hub.preview(jobs[0])) is None or newest.number < KEPT_PREVIEWS + 2:
            await asyncio.sleep(0.01)
        assert hub.preview(jobs[0], "1") is None
        assert hub.preview(jobs[0], "2") is not None
        await hub.close()

    with opened() as (queue, jobs):
        asyncio.run(scene(queue, jobs))
