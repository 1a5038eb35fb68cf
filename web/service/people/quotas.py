"""Quotas: how many jobs of an owner may wait, and how much device time and disk an owner may use."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from graph_engine.jobs.job import Usage
from web.service.people.errors import QuotaReached

DAY = 86_400.0
JOBS_RETRY_SECONDS = 5
EXACT_SECONDS = 60.0  # how exactly it is said when there is device time again


@dataclass(frozen=True)
class Bounds:
    """What one owner may use; 0: no bound. Device seconds are those of any 24 hours."""

    jobs: int = 0
    device_seconds: float = 0.0
    disk_bytes: int = 0


UsageOf: TypeAlias = Callable[[str, float], Usage]
"""Tells what an owner used since a time, in seconds since 1970."""


class Quotas:
    """`usage` tells what an owner used since a time (`JobQueue.usage`), in a thread."""

    def __init__(
        self,
        bounds: Bounds,
        usage: UsageOf,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._bounds, self._usage, self._clock = bounds, usage, clock
        self._lock = threading.Lock()
        self._entering: Counter[str] = Counter()  # jobs let in that are perhaps not in the queue yet
        self._arriving: Counter[str] = Counter()  # bytes let in that are perhaps not kept yet
        self._disk: list[Callable[[str], int]] = []

    def count_disk(self, used: Callable[[str], int]) -> None:
        """Count more bytes than those of artifacts: `used` tells an owner's, in a thread."""
        self._disk.append(used)

    @contextmanager
    def admit(self, owner: str) -> Iterator[None]:
        """Let one job of an owner into the queue, inside the block. Raises `QuotaReached`."""
        if self._bounds == Bounds():
            yield
            return
        with self._lock:  # jobs that come at once are counted one after the other
            now = self._clock()
            usage = self._usage(owner, now - DAY if self._bounds.device_seconds else now)
            self._check_jobs(owner, usage.waiting + self._entering[owner])
            self._check_device(owner, usage.device_seconds)
            self._check_disk(owner, usage.artifact_bytes)
            self._entering[owner] += 1
        try:
            yield
        finally:
            with self._lock:
                self._entering[owner] -= 1
                if not self._entering[owner]:
                    del self._entering[owner]

    def admit_bytes(self, owner: str, more: int) -> None:
        """Let an owner keep so many bytes more. Raises `QuotaReached`."""
        if self._bounds.disk_bytes:
            self._check_disk(owner, self._usage(owner, self._clock()).artifact_bytes, more)

    @contextmanager
    def keep_bytes(self, owner: str, more: int) -> Iterator[None]:
        """Let an owner keep so many bytes more, inside the block. Raises `QuotaReached`."""
        with self._lock:  # files that come at once are counted one after the other
            self.admit_bytes(owner, more)
            self._arriving[owner] += more
        try:
            yield
        finally:
            with self._lock:
                self._arriving[owner] -= more
                if not self._arriving[owner]:
                    del self._arriving[owner]

    def _check_jobs(self, owner: str, waiting: int) -> None:
        bound = self._bounds.jobs
        if bound and waiting >= bound:
            raise QuotaReached(
                f"{waiting:,} jobs of {_called(owner)} wait already, and {bound:,} may. "
                "There is room when one of them has begun, or was cancelled.",
                "quota_jobs",
                waiting,
                bound,
                JOBS_RETRY_SECONDS,
            )

    def _check_device(self, owner: str, used: float) -> None:
        bound = self._bounds.device_seconds
        if bound and used >= bound:
            begins = self._room_at(owner)
            moment = datetime.fromtimestamp(begins, UTC).strftime("%Y-%m-%d %H:%M")
            raise QuotaReached(
                f"{_called(owner).capitalize()} used {used:,.0f} s of device time in the last 24 hours, "
                f"of {bound:,.0f} s. There is room again at {moment} UTC.",
                "quota_device_seconds",
                round(used, 3),
                bound,
                max(1, round(begins - self._clock())),
            )

    def _check_disk(self, owner: str, artifacts: int, more: int = 0) -> None:
        bound = self._bounds.disk_bytes
        if not bound:
            return
        used = artifacts + sum(count(owner) for count in self._disk) + self._arriving[owner]
        if used + more > bound or (not more and used >= bound):
            raise QuotaReached(
                f"The files of {_called(owner)} take {used:,} bytes, and {bound:,} may be. "
                "Delete jobs with their artifacts (`DELETE /api/v1/jobs/{job}?artifacts=true`), or uploads.",
                "quota_disk",
                used,
                bound,
                None,
            )

    def _room_at(self, owner: str) -> float:
        """When enough of the used device time will be 24 hours old, by halving."""
        now = self._clock()
        early, late = now - DAY, now
        while late - early > EXACT_SECONDS:
            middle = (early + late) / 2
            if self._usage(owner, middle).device_seconds < self._bounds.device_seconds:
                late = middle
            else:
                early = middle
        return late + DAY


def _called(owner: str) -> str:
    return f"'{owner}'" if owner else "the person at this machine"
