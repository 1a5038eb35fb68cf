"""The values of a run: at hand while somebody needs them, in the store, or to be made again for who waits."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from graph_engine.documents.document import Link
from graph_engine.execution.asking import Wants
from graph_engine.execution.computation import Job
from graph_engine.execution.walk import Postponed, Walk
from graph_engine.store.content import ContentStore, Missing

Waiter: TypeAlias = Job | Wants | str
"""Who waits for a value: a node to be computed, one that asks for a lazy input, one to be keyed or opened."""


class Values:
    """What was computed and is still needed, and which nodes must be computed again, for whom."""

    def __init__(self, walk: Walk, store: ContentStore) -> None:
        self._walk, self._store = walk, store
        self._at_hand: dict[Link, Any] = {}
        self._made: dict[str, dict[Link, Any]] = {}  # for nodes that come again
        self._waiters: defaultdict[str, list[Waiter]] = defaultdict(list)
        self._needs: dict[int, set[str]] = {}  # of a job: nodes that must be computed again for it
        self.to_make: deque[str] = deque()  # nodes to be computed again

    def keep(self, values: Mapping[Link, Any]) -> None:
        """Hold values that somebody still needs."""
        self._at_hand.update((link, value) for link, value in values.items() if self._walk.uses[link] > 0)

    def drop(self, links: Iterable[Link]) -> None:
        """Let go of values that nobody needs any more."""
        for link in links:
            self._at_hand.pop(link, None)

    def demand(self, links: Iterable[Link]) -> None:
        """Have these outputs made again where they were evicted, and hold them."""
        for link in self._walk.leaves(links):
            if not self._is_there(link):
                self._walk.uses[link] += 1
                self.to_make.append(link.node)

    def load(self, link: Link) -> Any:
        """The value of a leaf. Raises `Missing`."""
        return self._at_hand[link] if link in self._at_hand else self._store.get(self._walk.refs[link])

    def load_for(self, waiter: Wants | str, link: Link) -> Any:
        """The value of a leaf; if it must be made again first, whoever wants it comes again: `Postponed`."""
        made = self._made.get(waiter, {}) if isinstance(waiter, str) else waiter.values
        if link in made:
            return made[link]
        try:
            return self.load(link)
        except Missing:
            if waiter not in self._waiters[link.node]:
                self._wait(waiter, link.node)
            raise Postponed from None

    def gather(self, job: Job, lost: Link | None = None) -> bool:
        """Give a job what is at hand; False when it must wait for what was evicted, or is `lost`."""
        gone: dict[str, None] = {}
        for link in job.leaves:
            if link in job.values:
                continue
            if link in self._at_hand:
                job.values[link] = self._at_hand[link]
            elif link == lost or not self._store.holds(self._walk.refs[link]):
                gone[link.node] = None
        if gone:
            self._needs[id(job)] = set(gone)
            for node in gone:
                self._wait(job, node)
        return not gone

    def hand_on(self, node: str, values: Mapping[Link, Any]) -> list[Job | str]:
        """Give what a node gave to who waited for it; those who wait for nothing more come back."""
        ready: list[Job | str] = []
        for waiter in self._waiters.pop(node, ()):
            if isinstance(waiter, Job):
                waiter.values.update((link, one) for link, one in values.items() if link in waiter.leaves)
                needs = self._needs.get(id(waiter))  # None: another value that it needs failed
                if needs is not None:
                    needs.discard(node)
                    if not needs:
                        del self._needs[id(waiter)]
                        ready.append(waiter)
            elif isinstance(waiter, Wants):
                waiter.values.update(values)
            else:
                self.put_aside(waiter, values)
                ready.append(waiter)
        return ready

    def let_down(self, node: str) -> list[Waiter]:
        """A node can not be computed again: gives those who waited for it, each once."""
        waiters = self._waiters.pop(node, [])
        return [
            one for one in waiters if not isinstance(one, Job) or self._needs.pop(id(one), None) is not None
        ]

    def stop(self) -> list[Job]:
        """Make nothing again; gives the jobs that waited."""
        waiters = [one for found in self._waiters.values() for one in found]
        jobs = {id(one): one for one in waiters if isinstance(one, Job)}
        self._waiters.clear()
        self._needs.clear()
        self.to_make.clear()
        return list(jobs.values())

    def put_aside(self, node: str, values: Mapping[Link, Any]) -> None:
        """Keep values for a node that comes again, until `forget`."""
        self._made.setdefault(node, {}).update(values)

    def forget(self, node: str) -> None:
        """A node does not come again."""
        self._made.pop(node, None)

    def own(self, link: Link) -> Any:
        """What a node gave for itself. Raises `Missing`."""
        made = self._made.get(link.node, {})
        return made[link] if link in made else self.load(link)

    def _wait(self, waiter: Waiter, node: str) -> None:
        self._waiters[node].append(waiter)
        self.to_make.append(node)

    def _is_there(self, link: Link) -> bool:
        return link in self._at_hand or self._store.holds(self._walk.refs[link])
