"""Moving jobs to another data folder: out into one archive, and in again, all of it or nothing.

Files travel with their jobs: a queue that moved runs, and shows what it made, without its old folder.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from graph_engine.artifact import Artifact
from graph_engine.atomic import write_atomic
from graph_engine.digest import is_digest
from graph_engine.errors import FileMissing
from graph_engine.files import UPLOAD_PREFIX
from graph_engine.jobs.archive import ArchiveReader, ArchiveWriter, place_of, reading
from graph_engine.jobs.errors import ArchiveUnusable, JobsDiffer
from graph_engine.jobs.files import open_jobs, usable
from graph_engine.jobs.job import JobStatus
from graph_engine.jobs.record import FORMAT, EventLine, Header, JobLine, line_as
from graph_engine.jobs.rows import to_json
from graph_engine.store.artifacts import ArtifactFolder

_IN_JSON = ("wanted", "required_models", "result")
_TRUTHS = ("paused", "cancel_asked")
_OF_THIS_QUEUE = ("number", "place", "ended_as", "worker", "events")  # columns that mean nothing elsewhere
_ENDS = "(ended_as IS NOT NULL OR (status = 'running' AND cancel_asked))"
_FIELDS_ALONE = ("place", "ended", "files", "journal")  # fields that are no column of that name


@dataclass(frozen=True)
class Exported:
    """How many jobs and files are in an archive, and which files jobs name and this folder has no more."""

    jobs: int
    files: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Imported:
    """How many jobs came, how many were here already, and how many files came with them."""

    jobs: int
    known: int
    files: int


def export_jobs(data: Path, path: Path, statuses: Collection[JobStatus] = ()) -> Exported:
    """Write the jobs of a data folder, or those of some statuses, into a new archive at `path`.

    Running jobs are in it as `recover` would leave them. Raises `ArchiveUnusable`.
    """
    path = path.expanduser()
    if os.path.lexists(path):
        raise ArchiveUnusable(f"'{path}' is there already, and is left as it is. Name another file.")
    counted: list[Exported] = []

    def write(temporary: Path) -> None:
        with closing(ArchiveWriter(temporary)) as archive:
            counted.append(_write(data, archive, statuses))

    try:
        write_atomic(path, write)
    except OSError as error:
        raise ArchiveUnusable(
            f"'{path}' can not be written ({error.strerror or error}). Name a file in a folder that can."
        ) from error
    return counted[0]


def import_jobs(data: Path, path: Path) -> Imported:
    """Add the jobs of an archive to the queue of a data folder, in their order, after those that wait there.

    One that is here already just so is left alone. Raises `ArchiveUnusable`, and `JobsDiffer` for one that
    is here as another; then nothing was changed.
    """
    path = path.expanduser()
    with ExitStack() as stack:
        archive = stack.enter_context(closing(ArchiveReader(path)))
        staged = stack.enter_context(_staging(data))
        new = []
        for name, size in archive.sizes.items():
            target = data / place_of(name)
            if target.is_file() and target.stat().st_size == size:
                archive.check(name)
            else:
                archive.copy(name, staged / target.name)
                new.append((staged / target.name, target))
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


def _write(data: Path, archive: ArchiveWriter, statuses: Collection[JobStatus]) -> Exported:
    sources: dict[str, Path] = {}
    missing: dict[str, None] = {}
    chosen = f"status IN ({', '.join('?' * len(statuses))})" if statuses else "1"
    with closing(open_jobs(data / "jobs.sqlite")) as file, usable(file) as connection:
        places = _ranks(connection, f"{chosen} ORDER BY place, number", statuses)
        ending = f"{chosen} AND {_ENDS} ORDER BY ended_as IS NULL, ended_as, number"
        endings = _ranks(connection, ending, statuses)
        served = connection.execute("SELECT name FROM owner WHERE served > 0 ORDER BY served")
        header = Header(
            latentgraph_jobs=FORMAT,
            version=_version(),
            jobs=len(places),
            owners=[name for (name,) in served.fetchall()],
        )
        with archive.lines() as write:
            write(header.model_dump())
            for row in _rows(connection, f"SELECT * FROM job WHERE {chosen} ORDER BY number", statuses):
                files, gone = _files_of(row, data)
                sources |= files
                missing |= dict.fromkeys(gone)
                number = row["number"]
                line = _line(row) | {"place": places[number], "ended": endings.get(number)}
                write(line | {"files": sorted(files)})
                for event in _events(connection, number):
                    write(event)
    for name, source in sorted(sources.items()):
        archive.add(name, source)
    return Exported(len(places), len(sources), tuple(missing))


def _line(row: dict[str, Any]) -> dict[str, Any]:
    """A row as a line of an archive, without its places and files."""
    line = {name: value for name, value in row.items() if name not in _OF_THIS_QUEUE}
    for name in _IN_JSON:
        line[name] = None if row[name] is None else json.loads(row[name])
    for name in _TRUTHS:
        line[name] = bool(row[name])
    if row["status"] == "running":
        line["status"] = "cancelled" if row["cancel_asked"] else "queued"
        if row["cancel_asked"]:
            line |= {"paused": False, "cancel_asked": False}
    return line | {"journal": row["events"]}


def _events(connection: sqlite3.Connection, job: int) -> Iterator[dict[str, Any]]:
    rows = connection.execute(
        "SELECT number, time, kind, data FROM event WHERE job = ? ORDER BY number", (job,)
    )
    for number, time, kind, data in rows:
        yield {"event": number, "time": time, "kind": kind, "data": json.loads(data)}


def _files_of(row: dict[str, Any], data: Path) -> tuple[dict[str, Path], list[str]]:
    """The files that a job's document and result name, by their names in an archive; and those not here."""
    files, missing = {}, []
    for digest in _uploads_in(row["document"]):
        source = data / place_of(f"uploads/{digest}")
        if source.is_file():
            files[f"uploads/{digest}"] = source
        else:
            missing.append(f"{UPLOAD_PREFIX}{digest}")
    folder = ArtifactFolder(data / "artifacts")
    for one in json.loads(row["result"]).get("artifacts", ()):
        artifact = Artifact(**one)
        try:
            source = folder.path(artifact)
        except FileMissing:
            missing.append(artifact.name)
        else:
            files[f"artifacts/{source.name}"] = source
    return files, missing


def _uploads_in(document: str) -> Iterator[str]:
    """The digests by which a document names files; its lock only tells of some."""
    try:
        raw = json.loads(document)
    except (ValueError, RecursionError):  # such a job fails when it runs, and says so
        return
    waiting = [value for name, value in raw.items() if name != "lock"] if isinstance(raw, dict) else []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, str) and value.startswith(UPLOAD_PREFIX):
            digest = value.removeprefix(UPLOAD_PREFIX)
            if is_digest(digest):
                yield digest


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
        if unknown := set(job.model_extra or ()) - (self._columns - set(_OF_THIS_QUEUE)):
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
        found = next(_rows(self._connection, "SELECT * FROM job WHERE id = ?", (job.id,)), None)
        if found is not None:
            line = _line(found)
            ended = None if line["status"] == "queued" else 1
            here = JobLine.model_validate(line | {"place": 1, "ended": ended, "files": []}).content()
            journal = [EventLine.model_validate(one) for one in _events(self._connection, found["number"])]
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
        row |= {name: to_json(row[name]) for name in _IN_JSON if row[name] is not None}
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
            "INSERT INTO event VALUES (?, ?, ?, ?, ?)",
            [(number, one.event, one.time, one.kind, to_json(one.data)) for one in events],
        )

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


def _rows(connection: sqlite3.Connection, sql: str, parameters: Collection[Any]) -> Iterator[dict[str, Any]]:
    cursor = connection.execute(sql, tuple(parameters))
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)


def _ranks(connection: sqlite3.Connection, condition: str, parameters: Collection[Any]) -> dict[int, int]:
    """The places of jobs in an order, from 1 on, by number."""
    found = connection.execute(f"SELECT number FROM job WHERE {condition}", tuple(parameters))
    return {number: place for place, (number,) in enumerate(found.fetchall(), start=1)}


def _next(lines: Iterator[dict[str, Any]]) -> dict[str, Any]:
    line = next(lines, None)
    if line is None:
        raise ValueError("it is cut short: there are fewer lines than its header says")
    return line


def _newer(what: str) -> ArchiveUnusable:
    return ArchiveUnusable(f"{what} Update latentgraph; nothing was changed.")


def _version() -> str:
    try:
        return version("latentgraph")
    except PackageNotFoundError:
        return "unknown"
