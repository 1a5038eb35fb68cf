"""A reader: one stream of one client, with a place of its own in what happened, and its own pace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from web.service.facts import Batch, Fact, Preview, Progress

if TYPE_CHECKING:
    from web.service.hub import Hub


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
        self._since = self._serial if number is None else 0  # pages of a job begin before it, perhaps
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
        self._number = page[-1].number if len(page) == self.hub.page else None
        self._serial = max(before, page[-1].serial if page else 0)
        return page

    def _settle(self, fact: Fact) -> None:
        """What is over makes no more progress."""
        if fact.ends:
            self._progress = {key: one for key, one in self._progress.items() if key[0] != fact.job}
        elif fact.kind in ("node_finished", "node_failed"):
            self._progress.pop((fact.job, str(fact.data.get("node"))), None)

    def _wants(self, fact: Fact) -> bool:
        if len(self.jobs) == 1 and fact.number <= self._given:
            return False  # the journal, or what the client has of it, was ahead of the hub's memory
        asked = fact.serial > self._since and (not self.jobs or fact.job in self.jobs)
        return asked and self._sees(fact.owner)

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
