"""Jobs out of a data folder into one archive."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from graph_engine.artifact import Artifact
from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.atomic import write_atomic
from graph_engine.digest import is_digest
from graph_engine.errors import FileMissing
from graph_engine.files import UPLOAD_PREFIX
from graph_engine.jobs.archive import ArchiveWriter, place_of
from graph_engine.jobs.artifacts import artifacts_in
from graph_engine.jobs.errors import ArchiveUnusable
from graph_engine.jobs.files import open_jobs, usable
from graph_engine.jobs.job import JobStatus
from graph_engine.jobs.record import FORMAT, Header
from graph_engine.jobs.transfer import event_lines, line_of, rows_of

_ENDS = "(ended_as IS NOT NULL OR (status = 'running' AND cancel_asked))"


@dataclass(frozen=True)
class Exported:
    """How many jobs and files are in an archive, and which files jobs name and this folder has no more."""

    jobs: int
    files: int
    missing: tuple[str, ...]


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
            for row in rows_of(connection, f"SELECT * FROM job WHERE {chosen} ORDER BY number", statuses):
                files, gone = _files_of(connection, row, data)
                sources |= files
                missing |= dict.fromkeys(gone)
                number = row["number"]
                line = line_of(row) | {"place": places[number], "ended": endings.get(number)}
                write(line | {"files": sorted(files)})
                for event in event_lines(connection, row):
                    write(event)
    for name, source in sorted(sources.items()):
        archive.add(name, source)
    return Exported(len(places), len(sources), tuple(missing))


def _files_of(
    connection: sqlite3.Connection, row: dict[str, Any], data: Path
) -> tuple[dict[str, Path], list[str]]:
    """The files that a job names and saved, by their names in an archive; and those that are not here."""
    files, missing = {}, []
    for digest in _uploads_in(row["document"]):
        source = data / place_of(f"uploads/{digest}")
        if source.is_file():
            files[f"uploads/{digest}"] = source
        else:
            missing.append(f"{UPLOAD_PREFIX}{digest}")
    folder = ArtifactFolder(data / "artifacts")
    for artifact in _saved_by(connection, row):
        try:
            source = folder.path(artifact)
        except FileMissing:
            missing.append(artifact.name)
        else:
            files[f"artifacts/{source.name}"] = source
    return files, missing


def _saved_by(connection: sqlite3.Connection, row: dict[str, Any]) -> Iterator[Artifact]:
    """What a job's result names, and what it had announced in whatever attempt."""
    result = artifacts_in(json.loads(row["result"]))
    yield from result
    sql = "SELECT digest, name, media_type, size FROM artifact WHERE job = ? ORDER BY digest"
    announced = (Artifact(*one) for one in connection.execute(sql, (row["number"],)).fetchall())
    yield from (one for one in announced if one.digest not in {known.digest for known in result})


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


def _ranks(connection: sqlite3.Connection, condition: str, parameters: Collection[Any]) -> dict[int, int]:
    """The places of jobs in an order, from 1 on, by number."""
    found = connection.execute(f"SELECT number FROM job WHERE {condition}", tuple(parameters))
    return {number: place for place, (number,) in enumerate(found.fetchall(), start=1)}


def _version() -> str:
    try:
        return version("latentgraph")
    except PackageNotFoundError:
        return "unknown"
