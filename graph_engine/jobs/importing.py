"""The jobs of an archive into a data folder: all of them, or nothing."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_engine.jobs.archive import ArchiveReader, place_of, reading
from graph_engine.jobs.artifacts import ARTIFACT_SAVED, artifacts_in, artifacts_of, keep_artifacts
from graph_engine.jobs.errors import ArchiveUnusable, JobsDiffer
from graph_engine.jobs.files import open_jobs, usable
from graph_engine.jobs.record import FORMAT, EventLine, Header, JobLine, line_as
from graph_engine.jobs.rows import to_json
from graph_engine.jobs.transfer import IN_JSON, OF_THIS_QUEUE, event_lines, line_of, rows_of

_FIELDS_ALONE = ("place", "ended", "files", "journal")  # fields that are no column of that name


@dataclass(frozen=True)
class Imported:
    """How many jobs came, how many were here already, and how many files came with them."""

    jobs: int
    known: int
    files: int


def import_jobs(data: Path, path: Path) -> Imported:
    """Add the jobs of an archive to the queue of a data folder, in their order, after those that wait there.

    One that is here already just so is left alone. Raises `ArchiveUnusable`, and `JobsDiffer` for one that
    is here as another; then nothing was changed.
    """
    path = path.expanduser()
    with ExitStack() as stack:
        archive = stack.enter_context(closing(ArchiveReader(path)))
        staged = stack.enter_context(_staging(data))
        new: list[tuple[Path, Path]] = []
        for name, size in archive.sizes.items():
            target = data / place_of(name)
            if target.is_file() and target.stat().st_size == size:
                archive.check(name)
            else:
                source = staged / str(len(new))
                archive.copy(name, source)
                new.append((source, target))
        file = stack.enter_context(closing(open_jobs(data / "jobs.sqlite")))
        with usable(file) as connection:
            with reading(path):
                jobs, known = _Import(connection, archive).run()
            for source, target in new:
                target.parent.mkdir(parents=True, exist_ok=True)
                with source.open("rb+") as whole:
                    os.fsync(whole.fileno())
                source.replace(target)
    return Imported(jobs, known, len(new))


class _Import:
    """Puts the lines of an archive into the tables, inside a transaction of the caller's."""

    def __init__(self, connection: sqlite3.Connection, archive: ArchiveReader) -> None:
        self._connection, self._archive = connection, archive
        self._columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(job)")}
        self._places = self._number("SELECT coalesce(max(place), 0) + 1 FROM job")
        self._ended = self._number("SELECT value FROM counter WHERE name = 'ended'")
        self._served = self._number("SELECT value FROM counter WHERE name = 'served'")
        self._named: set[str] = set()
        self._added = self._known = self._endings = 0

    def run(self) -> tuple[int, int]:
        """Give how many jobs were added, and how many were here. Raises `ValueError` and `JobsDiffer`."""
        with closing(self._archive.lines()) as lines:
            header = self._header(next(lines, {}))
            self._introduce(header.owners)
            for _ in range(header.jobs):
                self._read(lines, header.jobs)
            if next(lines, None) is not None:
                raise ValueError("there are more lines than jobs and events")
        if unnamed := self._archive.sizes.keys() - self._named:
            raise ValueError(f"it holds '{min(unnamed)}', which no job names")
        if self._added:
            self._set("served", self._served + len(header.owners))
            self._set("ended", self._ended + self._endings)
        return self._added, self._known

    def _read(self, lines: Iterator[dict[str, Any]], last: int) -> None:
        job = line_as(JobLine, _next(lines))
        if max(job.place, job.ended or 1) > last:
            raise ValueError(f"job '{job.id}' has a place beyond the last")
        events = [line_as(EventLine, _next(lines)) for _ in range(job.journal)]
        if [one.event for one in events] != list(range(1, len(events) + 1)):
            raise ValueError(f"the journal of job '{job.id}' has gaps")
        self._take(job, events)

    def _header(self, raw: dict[str, Any]) -> Header:
        number = raw.get("latentgraph_jobs")
        if isinstance(number, int) and number > FORMAT:
            raise _newer(f"It has format {number}; this version reads format {FORMAT}.")
        return line_as(Header, raw)

    def _take(self, job: JobLine, events: Sequence[EventLine]) -> None:
        if unknown := set(job.model_extra or ()) - (self._columns - set(OF_THIS_QUEUE)):
            raise _newer(f"Its job '{job.id}' has '{min(unknown)}', which the queue here does not know.")
        if lacking := set(job.files) - self._archive.sizes.keys():
            raise ValueError(f"it lacks '{min(lacking)}', which goes with job '{job.id}'")
        self._named |= set(job.files)
        if self._is_here(job, events):
            self._known += 1
            return
        self._insert(job, events)
        self._added += 1

    def _is_here(self, job: JobLine, events: Sequence[EventLine]) -> bool:
        """Whether the very job is here. Raises `JobsDiffer` if its id or its key is another's."""
        found = next(rows_of(self._connection, "SELECT * FROM job WHERE id = ?", (job.id,)), None)
        if found is not None:
            line = line_of(found)
            ended = None if line["status"] == "queued" else 1
            here = JobLine.model_validate(line | {"place": 1, "ended": ended, "files": []}).content()
            journal = [EventLine.model_validate(one) for one in event_lines(self._connection, found)]
            if here | job.content() != here or journal != list(events):
                raise JobsDiffer(
                    f"Job '{job.id}' is here already, {found['status']}, and not as it is in the archive; "
                    "nothing was changed. Delete it here with `latentgraph jobs delete`, or leave it out "
                    "of the archive."
                )
            return True
        key = self._connection.execute(
            "SELECT id FROM job WHERE owner = ? AND idempotency_key = ?", (job.owner, job.idempotency_key)
        ).fetchone()
        if key is not None:
            raise JobsDiffer(
                f"Job '{job.id}' of the archive has the idempotency key '{job.idempotency_key}', and so has "
                f"job '{key[0]}' here; nothing was changed. Delete one of them."
            )
        return False

    def _insert(self, job: JobLine, events: Sequence[EventLine]) -> None:
        row = {name: value for name, value in job.model_dump().items() if name not in _FIELDS_ALONE}
        row |= {name: to_json(row[name]) for name in IN_JSON if row[name] is not None}
        row |= {"place": self._places + job.place, "events": len(events)}
        if job.ended is not None:
            row["ended_as"] = self._ended + job.ended
            self._endings = max(self._endings, job.ended)
        self._connection.execute("INSERT OR IGNORE INTO owner VALUES (?, 0)", (job.owner,))
        try:
            number = self._connection.execute(
                f"INSERT INTO job ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
                tuple(row.values()),
            ).lastrowid
        except (sqlite3.IntegrityError, OverflowError) as error:
            raise ValueError(f"job '{job.id}' does not fit the queue ({error})") from error
        self._connection.executemany(
            "INSERT INTO event (job, number, time, kind, data) VALUES (?, ?, ?, ?, ?)",
            [(number, one.event, one.time, one.kind, to_json(one.data)) for one in events],
        )
        saved = [*artifacts_in(job.result), *artifacts_of(e.data for e in events if e.kind == ARTIFACT_SAVED)]
        keep_artifacts(self._connection, int(number or 0), saved)

    def _introduce(self, owners: Sequence[str]) -> None:
        """Owners who had their turns had them in this order, after the turns that were had here."""
        for turn, owner in enumerate(owners, start=self._served + 1):
            self._connection.execute("INSERT OR IGNORE INTO owner VALUES (?, ?)", (owner, turn))

    def _set(self, counter: str, value: int) -> None:
        self._connection.execute("UPDATE counter SET value = ? WHERE name = ?", (value, counter))

    def _number(self, sql: str) -> int:
        return int(self._connection.execute(sql).fetchone()[0])


@contextmanager
def _staging(data: Path) -> Iterator[Path]:
    """A folder in the data folder that is gone at the end."""
    folder = data / f".import-{secrets.token_hex(8)}"
    try:
        folder.mkdir(parents=True)
        yield folder
    except OSError as error:
        raise ArchiveUnusable(
            f"'{data}' can not be written to ({error.strerror or error}); nothing was changed. "
            "Free space on the disk, or make the folder writable."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _next(lines: Iterator[dict[str, Any]]) -> dict[str, Any]:
    line = next(lines, None)
    if line is None:
        raise ValueError("it is cut short: there are fewer lines than its header says")
    return line


def _newer(what: str) -> ArchiveUnusable:
    return ArchiveUnusable(f"{what} Update latentgraph; nothing was changed.")
