"""Webhooks at work: facts of the journal become deliveries on disk, and those are sent until they arrive."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graph_engine.jobs.errors import QueueUnusable, UnknownJob
from graph_engine.jobs.job import ENDED, Job
from web.service.facts import STATUS, Fact
from web.service.hub import Hub
from web.service.person import LOCAL, Person
from web.service.reader import Reader
from web.service.webhooks.addresses import check_public, host_name, host_of
from web.service.webhooks.sending import STANDARD, Outcome, Schedule, Sender, closed
from web.service.webhooks.store import (
    Delivery,
    Hook,
    NewDelivery,
    State,
    UnknownWebhook,
    WebhookStore,
    WebhooksUnusable,
)

log = logging.getLogger(__name__)

MOST_AT_ONCE = 64  # deliveries under way
MOST_OF_A_HOST = 4  # of those, to one host; to one address they go one after the other
FACTS_A_NOTE = 1000  # facts after which is noted how far the journal was looked at, if nothing is to be told
PATIENCE = 15.0
GATHER_SECONDS = 0.05  # so that facts are taken together, and clients are told first
AFTER_TROUBLE = 2.0

View = Callable[[Job], dict[str, Any]]


class Webhooks:
    """`get_job` and `view` give a job and what is told of it; they run in threads.

    `allowed` are hosts that everybody's webhooks may go to, wherever they are.
    """

    def __init__(
        self,
        path: Path,
        last_serial: Callable[[], int],
        get_job: Callable[[str], Job],
        view: View,
        allowed: Collection[str] = (),
        schedule: Schedule = STANDARD,
        user_agent: str = "LatentGraph",
    ) -> None:
        self._last_serial = last_serial
        self.store = WebhookStore(path, last_serial())
        self._get_job, self._view = get_job, view
        self._allowed = frozenset(map(host_name, allowed))
        self._schedule, self._user_agent = schedule, user_agent
        self._woken = asyncio.Event()
        self._lanes: set[str] = set()
        self._hosts: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way: set[asyncio.Task[None]] = set()

    async def start(self, hub: Hub) -> None:
        """Begin to follow the journal where it was left, and to send."""
        self._loop = asyncio.get_running_loop()
        self._hub = hub
        self._tasks = {
            asyncio.create_task(self._enduring(self._follow), name="webhooks follow"),
            asyncio.create_task(self._enduring(self._send), name="webhooks send"),
        }

    async def close(self) -> None:
        """End; what is under way is sent again at the next start. The store stays open."""
        await closed(self._tasks | self._under_way)

    def allow(self, person: Person, url: str) -> None:
        """See whether a job of this person may name an address. Raises `WebhookRefused`."""
        if self._is_trusted(person):
            host_of(url)
            if person.owner != LOCAL.owner:
                self.store.trust(person.owner, url)
        else:
            check_public(url, self._allowed)

    def add(self, person: Person, url: str, events: Collection[str]) -> tuple[Hook, str]:
        """A standing webhook and its secret. Raises `WebhookRefused` and `TooManyWebhooks`."""
        self.allow(person, url)
        hook = self.store.add_hook(person.owner, url, events, self._is_trusted(person), self._last_serial())
        return hook, self.store.secret(hook.id)

    def hooks(self, person: Person) -> list[Hook]:
        """The standing webhooks that a person may see."""
        return self.store.hooks(None if person.may("admin") else person.owner)

    def hook(self, person: Person, id: str) -> Hook:
        """One of them. Raises `UnknownWebhook`."""
        found = next((one for one in self.hooks(person) if one.id == id), None)
        if found is None:
            raise UnknownWebhook(f"There is no webhook '{id}'. It may have been deleted.")
        return found

    def delete(self, person: Person, id: str) -> None:
        """Forget one."""
        self.store.delete_hook(self.hook(person, id).id)

    def replace_secret(self, person: Person, id: str) -> str:
        """A new secret for one; the one before signs too for a day."""
        return self.store.replace_secret(self.hook(person, id).id)

    def own_secret(self, person: Person, *, replace: bool = False) -> str:
        """The secret that signs the webhooks of a person's jobs."""
        holder = _holder("", person.owner)
        return self.store.replace_secret(holder) if replace else self.store.secret(holder)

    def deliveries(
        self, person: Person, limit: int, cursor: int | None, state: State | None, job: str | None
    ) -> list[Delivery]:
        """Deliveries that a person may see, newest first."""
        owner = None if person.may("admin") else person.owner
        return self.store.deliveries(owner, limit, cursor, state, job)

    def retry(self, person: Person, id: str) -> Delivery:
        """Let a delivery that is over begin anew. Raises `UnknownWebhook` and `DeliveryWaits`."""
        found = self.store.delivery(id)
        if not person.sees(found.owner):
            raise UnknownWebhook(f"There is no delivery '{id}'. Those that ended a week ago are forgotten.")
        self.store.again(id)
        self._loop.call_soon_threadsafe(self._woken.set)
        return self.store.delivery(id)

    def _is_trusted(self, person: Person) -> bool:
        return person.owner == LOCAL.owner or person.may("admin")

    async def _enduring(self, work: Callable[[], Any]) -> None:
        """Do it for ever: a disk that fails now may work again."""
        while True:
            try:
                await work()
                return
            except Exception:
                log.exception("The webhooks can not be read or written.")
                await asyncio.sleep(AFTER_TROUBLE)

    async def _follow(self) -> None:
        position = await asyncio.to_thread(lambda: self.store.position)
        reader = Reader(self._hub, lambda _: True, serial=position, progress_seconds=None)
        noted = position
        async with reader:
            while (batch := await reader.take(PATIENCE)) is not None:
                told = [fact for fact in batch.facts if fact.kind == STATUS]
                new = await asyncio.to_thread(self._of_facts, told) if told else []
                if new or reader.serial - noted >= FACTS_A_NOTE:
                    noted = reader.serial
                    await asyncio.to_thread(self.store.add, new, noted)
                    self._woken.set()
                await asyncio.sleep(GATHER_SECONDS)

    def _of_facts(self, facts: Sequence[Fact]) -> list[NewDelivery]:
        found: list[NewDelivery] = []
        for fact in facts:
            try:
                found += self._of_fact(fact)
            except (QueueUnusable, WebhooksUnusable, sqlite3.Error, OSError):
                raise  # a disk that fails now may work again
            except Exception:  # one job of which nothing can be told holds no other up
                log.exception("A webhook is not told.", extra={"fields": {"job": fact.job}})
        return found

    def _of_fact(self, fact: Fact) -> list[NewDelivery]:
        """What is to be told of a change of a job's status."""
        status = str(fact.data.get("status"))
        hooks = [one for one in self.store.hooks(fact.owner, fact.serial) if status in one.events]
        if not hooks and status not in ENDED:
            return []
        try:
            job = self._get_job(fact.job)
        except UnknownJob:  # deleted meanwhile, so there is nothing to tell
            return []
        addresses = [(one.id, one.url, one.trusted) for one in hooks]
        if job.webhook and status in ENDED:
            trusted = job.owner == LOCAL.owner or self.store.trusts(job.owner, job.webhook)
            addresses.append(("", job.webhook, trusted))
        if not addresses:
            return []
        kind = f"job.{status}"
        at = datetime.fromtimestamp(fact.time, UTC).isoformat().replace("+00:00", "Z")
        body = json.dumps(
            {"type": kind, "timestamp": at, "data": self._view(job)},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return [
            NewDelivery(job.owner, hook, fact.serial, job.id, kind, url, host_of(url), trusted, body)
            for hook, url, trusted in addresses
        ]

    async def _send(self) -> None:
        async with Sender(self._schedule.timeout, self._user_agent) as sender:
            while True:
                self._woken.clear()
                for number, url, host in await asyncio.to_thread(self.store.due):
                    if len(self._under_way) >= MOST_AT_ONCE:
                        break
                    if url not in self._lanes and self._hosts[host] < MOST_OF_A_HOST:
                        self._begin(sender, number, url, host)
                pause = await asyncio.to_thread(self.store.next_due)
                with suppress(TimeoutError):
                    # What is due and not begun waits for another to end, which wakes this.
                    async with asyncio.timeout(min(pause or PATIENCE, PATIENCE)):
                        await self._woken.wait()

    def _begin(self, sender: Sender, number: int, url: str, host: str) -> None:
        self._lanes.add(url)
        self._hosts[host] += 1
        task = asyncio.create_task(self._try(sender, number))
        self._under_way.add(task)

        def free() -> None:
            self._lanes.discard(url)
            self._hosts -= Counter({host: 1})
            self._woken.set()

        def over(task: asyncio.Task[None]) -> None:
            self._under_way.discard(task)
            if task.cancelled() or task.exception() is None:
                free()
            else:  # what can not be kept would be sent again at once
                log.error("What became of a webhook can not be kept.", exc_info=task.exception())
                self._loop.call_later(AFTER_TROUBLE, free)

        task.add_done_callback(over)

    async def _try(self, sender: Sender, number: int) -> None:
        delivery = await asyncio.to_thread(self.store.numbered, number)
        if delivery is None:
            return
        keys = await asyncio.to_thread(self.store.signing_secrets, _holder(delivery.hook, delivery.owner))
        trusted = delivery.trusted or delivery.host in self._allowed
        outcome = await sender.send(delivery, trusted, keys)
        await asyncio.to_thread(self._keep, delivery, outcome)

    def _keep(self, delivery: Delivery, outcome: Outcome) -> None:
        if not outcome.error:
            self.store.tried(delivery.number, "delivered", outcome.status, "")
            return
        pause = None if outcome.final else self._schedule.pause(delivery.tries + 1)
        fields = {"job": delivery.job, "delivery": delivery.id, "host": delivery.host}
        if pause is None:
            log.warning("A webhook is given up: %s", outcome.error, extra={"fields": fields})
            self.store.tried(delivery.number, "dead", outcome.status, outcome.error)
        else:
            pause = max(pause, outcome.put_off)
            self.store.tried(delivery.number, "waiting", outcome.status, outcome.error, pause)


def _holder(hook: str, owner: str) -> str:
    """Whose secret signs: a standing webhook's own, or the owner's for their jobs."""
    return hook or f"owner:{owner}"
