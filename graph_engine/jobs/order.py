"""Who is next, and how places in a line are made."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from typing import Any

from graph_engine.jobs.rows import models_of

WAITING = "status = 'queued' AND paused = 0"
AFFINITY_WINDOW = 8  # jobs at the head of an owner's line among which one for models at hand is looked for
MAX_PASSED = 8  # times that a job lets others, for which the models are at hand, go before it


def next_job(connection: sqlite3.Connection, models: Collection[str]) -> tuple[int, str] | None:
    """Number and owner of the job to run next, or None.

    Of the highest priority that waits, the owner who was served longest ago; of that owner's line the head,
    or, a few times only, one close behind it whose models are all at hand when the head's are not.
    """
    # Left alone, SQLite reads every waiting job for this.
    waiting = f"job INDEXED BY job_waiting WHERE {WAITING}"
    first = f"SELECT priority FROM {waiting} ORDER BY priority DESC LIMIT 1"
    row = connection.execute(first).fetchone()
    if row is None:
        return None
    (top,) = row
    (owner,) = connection.execute(
        f"SELECT name FROM owner WHERE EXISTS (SELECT 1 FROM job WHERE {WAITING} AND priority = ? "
        "AND job.owner = owner.name) ORDER BY served, name LIMIT 1",
        (top,),
    ).fetchone()
    head = connection.execute(
        f"SELECT number, required_models, passed FROM job WHERE {WAITING} AND priority = ? AND owner = ? "
        "ORDER BY place LIMIT ?",
        (top, owner, AFFINITY_WINDOW),
    ).fetchall()
    chosen = _preferred(head, models)
    for number, *_ in head[:chosen]:
        connection.execute("UPDATE job SET passed = passed + 1 WHERE number = ?", (number,))
    return int(head[chosen][0]), str(owner)


def line_of(connection: sqlite3.Connection, job: str) -> tuple[str, int]:
    """The line that a job stands in: owner and priority."""
    owner, priority = connection.execute("SELECT owner, priority FROM job WHERE id = ?", (job,)).fetchone()
    return owner, priority


def place_before(connection: sqlite3.Connection, owner: str, priority: int, job: str) -> float:
    """A place between a job and the one before it; with no room left its line is numbered anew."""
    line = "owner = ? AND priority = ? AND status = 'queued'"
    for _ in range(2):
        (after,) = connection.execute("SELECT place FROM job WHERE id = ?", (job,)).fetchone()
        (ahead,) = connection.execute(
            f"SELECT max(place) FROM job WHERE {line} AND place < ?", (owner, priority, after)
        ).fetchone()
        place = after - 1.0 if ahead is None else (ahead + after) / 2
        if place < after and (ahead is None or ahead < place):
            return float(place)
        numbers = connection.execute(f"SELECT number FROM job WHERE {line} ORDER BY place", (owner, priority))
        (last,) = connection.execute("SELECT max(place) FROM job").fetchone()
        places = [(last + 1.0 + index, number) for index, (number,) in enumerate(numbers.fetchall())]
        connection.executemany("UPDATE job SET place = ? WHERE number = ?", places)
    raise AssertionError("a line numbered anew has room between its places")


def _preferred(head: Sequence[tuple[Any, ...]], models: Collection[str]) -> int:
    held = set(models)
    for index, (_, required, passed) in enumerate(head):
        if held.issuperset(models_of(required)):
            return index
        if passed >= MAX_PASSED:
            break
    return 0
