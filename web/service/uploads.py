"""Uploads: files that people send for their documents to name, by content, and who sent what."""

from __future__ import annotations

import json
import os
import re
import secrets
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from blake3 import blake3

from graph_engine.digest import digest_file, is_digest
from graph_engine.errors import DocumentError, EngineError
from graph_engine.files import UPLOAD_PREFIX
from graph_engine.jobs.queue import JobQueue
from graph_engine.problem import Problem
from graph_engine.sqlite import SqliteFile
from web.service.media_types import ACTIVE, HEAD, PICTURES, sniff
from web.service.person import Person
from web.service.pictures import Pictures
from web.service.storage import telling_when_full

MIGRATIONS = (
    """
    CREATE TABLE upload (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        owner TEXT NOT NULL,
        source TEXT NOT NULL,
        digest TEXT NOT NULL,
        name TEXT NOT NULL,
        media_type TEXT NOT NULL,
        size INTEGER NOT NULL,
        width INTEGER,
        height INTEGER,
        created REAL NOT NULL,
        UNIQUE (owner, source)
    );
    CREATE INDEX upload_digest ON upload (digest);
    CREATE INDEX upload_page ON upload (owner, number);
    """,
    """
    CREATE INDEX upload_owner ON upload (owner, digest, size);
    CREATE TABLE disk (owner TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO disk SELECT owner, CAST(total(size) AS INTEGER)
        FROM (SELECT owner, max(size) AS size FROM upload GROUP BY owner, digest) GROUP BY owner;
    CREATE TRIGGER upload_kept AFTER INSERT ON upload BEGIN
        INSERT INTO disk SELECT NEW.owner, 0 WHERE NOT EXISTS (SELECT 1 FROM disk WHERE owner = NEW.owner);
        UPDATE disk SET bytes = bytes + max(0, NEW.size - coalesce((
            SELECT size FROM upload WHERE owner = NEW.owner AND digest = NEW.digest AND number <> NEW.number
            ORDER BY size DESC LIMIT 1), 0)) WHERE owner = NEW.owner;
    END;
    CREATE TRIGGER upload_changed AFTER UPDATE OF digest, size ON upload BEGIN
        UPDATE disk SET bytes = bytes - max(0, OLD.size - coalesce((
            SELECT size FROM upload WHERE owner = OLD.owner AND digest = OLD.digest AND number <> OLD.number
            ORDER BY size DESC LIMIT 1), 0)) WHERE owner = OLD.owner;
        UPDATE disk SET bytes = bytes + max(0, NEW.size - coalesce((
            SELECT size FROM upload WHERE owner = NEW.owner AND digest = NEW.digest AND number <> NEW.number
            ORDER BY size DESC LIMIT 1), 0)) WHERE owner = NEW.owner;
    END;
    CREATE TRIGGER upload_forgotten AFTER DELETE ON upload BEGIN
        UPDATE disk SET bytes = bytes - max(0, OLD.size - coalesce((
            SELECT size FROM upload WHERE owner = OLD.owner AND digest = OLD.digest
            ORDER BY size DESC LIMIT 1), 0)) WHERE owner = OLD.owner;
    END;
    """,
)
"""`source` is the digest of what was sent, `digest` that of what is kept: a picture is kept upright.

`bytes` is the sum over an owner's digests, each once: what a quota asks for at every submit.
"""

_NAMED = re.compile(UPLOAD_PREFIX + r"([0-9a-f]{64})(?![0-9a-f])")
COLUMNS = "number, owner, source, digest, name, media_type, size, width, height, created"


class UnknownUpload(EngineError):
    """There is no such upload, or it is another's."""


class WrongDigest(EngineError):
    """What came is not what its digest says."""


class KindRefused(EngineError):
    """A file would be run by whoever opens it."""


class UploadInUse(EngineError):
    """A job that is not over needs an upload."""


@dataclass(frozen=True)
class Upload:
    """A file that an owner sent. `width` and `height` are of pictures; `created` is seconds since 1970."""

    number: int
    owner: str
    source: str
    digest: str
    name: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    created: float

    @property
    def reference(self) -> str:
        """What documents name it by."""
        return UPLOAD_PREFIX + self.digest

    @property
    def oriented(self) -> bool:
        """Whether it was turned upright, so that it is no longer what was sent."""
        return self.source != self.digest


class Incoming:
    """A file on its way here: written piece by piece, and gone unless it is kept."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._hasher = blake3()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb")

    def write(self, data: bytes) -> None:
        """Add a piece. Raises `DiskFull`."""
        with telling_when_full():
            self._file.write(data)
        self._hasher.update(data)
        self.size += len(data)

    def finish(self) -> str:
        """Bring all of it to the disk; gives its digest."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return self._hasher.hexdigest()

    def abandon(self) -> None:
        """Leave nothing behind of what was not kept."""
        with suppress(OSError):  # what could not be written out is not wanted either
            self._file.close()
        self.path.unlink(missing_ok=True)


class Uploads:
    """The uploads of a data folder; one process at a time has them."""

    def __init__(self, data: Path, queue: JobQueue, pictures: Pictures) -> None:
        self._folder = data / "uploads"
        self._arriving = self._folder / ".arriving"
        self._queue, self._pictures = queue, pictures
        self._file = SqliteFile(data / "uploads.sqlite", MIGRATIONS, durable=True, backup=True)
        self._lock = threading.Lock()  # a file and its rows change together
        for left in self._arriving.glob("*"):  # by a server that was ended in the middle
            left.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def begin(self) -> Incoming:
        """A file is about to come. Raises `DiskFull`."""
        with telling_when_full():
            return Incoming(self._arriving / secrets.token_hex(8))

    def keep(
        self, person: Person, incoming: Incoming, name: str, expected: str | None = None
    ) -> tuple[Upload, bool]:
        """Look at a file that has come, and keep it; with whether it is new to its owner.

        Raises `WrongDigest`, `KindRefused`, `PictureDamaged`, `PictureTooLarge`, `DiskFull`.
        """
        with telling_when_full():
            source = incoming.finish()
            if expected is not None and source != expected:
                raise WrongDigest(
                    f"What came has the digest {source}, not {expected}: it was changed or cut off on its "
                    "way, or is another file. Send it again."
                )
            known = self._row(person.owner, source)
            if known is not None and self._there(known.digest):
                return known, False
            with incoming.path.open("rb") as file:
                media_type = sniff(file.read(HEAD))
            if media_type in ACTIVE:
                raise KindRefused(
                    f"The file is '{media_type}', which whoever opens it would run. Convert it, "
                    "a drawing to PNG or a page to plain text, and send that."
                )
            found = Upload(
                0, person.owner, source, source, name, media_type, incoming.size, None, None, time.time()
            )
            if media_type in PICTURES:
                return self._kept_picture(incoming.path, found)
            return self._placed(incoming.path, found)

    def _kept_picture(self, path: Path, sent: Upload) -> tuple[Upload, bool]:
        turned = path.with_suffix(".upright")
        try:
            measured = self._pictures.measure(path, sent.media_type)
            found = replace(sent, width=measured.width, height=measured.height)
            if measured.orientation == 1:
                return self._placed(path, found)
            media_type, measured = self._pictures.upright(path, sent.media_type, turned)
            with turned.open("rb+") as file:
                os.fsync(file.fileno())
            found = replace(
                found,
                digest=digest_file(turned),
                media_type=media_type,
                size=turned.stat().st_size,
                width=measured.width,
                height=measured.height,
            )
            return self._placed(turned, found)
        finally:
            turned.unlink(missing_ok=True)

    def _placed(self, path: Path, upload: Upload) -> tuple[Upload, bool]:
        with self._lock:
            target = self._path(upload.digest)
            if not target.is_file() or target.stat().st_size != upload.size:
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(path, target)
            return self._written(upload)

    def _written(self, upload: Upload) -> tuple[Upload, bool]:
        values = [getattr(upload, name) for name in COLUMNS.split(", ")[1:]]
        marks = ", ".join("?" * len(values))
        with self._file.writing() as connection:
            known = connection.execute(
                "SELECT 1 FROM upload WHERE owner = ? AND source = ?", (upload.owner, upload.source)
            ).fetchone()
            connection.execute(
                f"INSERT INTO upload ({COLUMNS.partition(', ')[2]}) VALUES ({marks}) "
                "ON CONFLICT (owner, source) DO UPDATE SET digest = excluded.digest, size = excluded.size, "
                "media_type = excluded.media_type",
                values,
            )
            row = connection.execute(
                f"SELECT {COLUMNS} FROM upload WHERE owner = ? AND source = ?", (upload.owner, upload.source)
            ).fetchone()
        return Upload(*row), known is None

    def get(self, person: Person, digest: str) -> Upload:
        """An upload that a person may see, by the digest of what is kept or of what was sent.

        An administrator sees everybody's, and files that were imported on this machine. Raises
        `UnknownUpload`.
        """
        found = self._row(person.owner, digest)
        if found is None and person.may("admin"):
            found = self._row(None, digest) or self._imported(digest)
        if found is None or not self._there(found.digest):
            raise UnknownUpload(
                f"There is no upload '{digest[:12]}…'. It may have been deleted, or belong to somebody else; "
                "send the file again."
            )
        return found

    def path(self, upload: Upload) -> Path:
        """Where an upload's file is."""
        return self._path(upload.digest)

    def page(self, person: Person, limit: int, cursor: int | None) -> tuple[list[Upload], int | None]:
        """A person's own uploads, newest first, and where the next page begins."""
        rows = self._file.rows(
            f"SELECT {COLUMNS} FROM upload WHERE owner = ? AND number <= ? ORDER BY number DESC LIMIT ?",
            (person.owner, cursor or 2**62, limit + 1),
        )
        found = [Upload(*row) for row in rows]
        return found[:limit], found[limit].number if len(found) > limit else None

    def usage(self, owner: str) -> int:
        """Bytes of the files that an owner has here, each counted once."""
        row = self._file.row("SELECT bytes FROM disk WHERE owner = ?", (owner,))
        return int(row[0]) if row else 0

    def delete(self, person: Person, digest: str) -> Upload:
        """Forget a person's upload; the file goes when nobody else has it.

        Raises `UnknownUpload`, and `UploadInUse` while a job that is not over names it.
        """
        with self._lock:
            found = self.get(person, digest)
            others = self._file.row(
                "SELECT 1 FROM upload WHERE digest = ? AND owner <> ?", (found.digest, found.owner)
            )
            if others is None and (job := self._user(found)):
                raise UploadInUse(
                    f"Job '{job}' needs the upload '{found.name}' and is not over. "
                    "Cancel it, or wait for its end."
                )
            with self._file.writing() as connection:
                connection.execute(
                    "DELETE FROM upload WHERE owner = ? AND digest = ?", (found.owner, found.digest)
                )
            if others is None:
                self._path(found.digest).unlink(missing_ok=True)
        return found

    def grant(self, person: Person, digests: Collection[str], owner: str) -> None:
        """Give a person what an owner has of these digests, as if they had sent it themselves."""
        with self._lock:
            for digest in digests:
                found = self._row(owner, digest)
                if found is not None and self._row(person.owner, found.digest) is None:
                    theirs = replace(found, owner=person.owner, source=found.digest, created=time.time())
                    self._written(theirs)

    def may_use(self, person: Person, digests: Collection[str], document: str) -> None:
        """Hold a document to uploads that its owner has. Raises `DocumentError`, with node and input.

        `digests` are those it names, with or without `blake3:`, and `document` is its text.
        """
        lacking = {one.removeprefix(UPLOAD_PREFIX) for one in digests}
        lacking = {one for one in lacking if not self._may_use(person, one)}
        if lacking:
            raise DocumentError(list(_problems(json.loads(document), lacking)))

    def _may_use(self, person: Person, digest: str) -> bool:
        if person.may("admin"):
            return self._there(digest)
        found = self._row(person.owner, digest)
        return found is not None and found.digest == digest

    def _user(self, upload: Upload) -> str:
        """A job that is not over and names an upload, or ""."""
        page = self._queue.page(1, statuses=("queued", "running"), search=upload.reference)
        return page.jobs[0].id if page.jobs else ""

    def _row(self, owner: str | None, digest: str) -> Upload | None:
        whose = "" if owner is None else "owner = ? AND "
        row = self._file.row(
            f"SELECT {COLUMNS} FROM upload WHERE {whose}(digest = ? OR source = ?) "
            "ORDER BY digest = ? DESC, number LIMIT 1",
            (*(() if owner is None else (owner,)), digest, digest, digest),
        )
        return None if row is None else Upload(*row)

    def _imported(self, digest: str) -> Upload | None:
        """A file that a command on this machine imported, which belongs to nobody."""
        if not is_digest(digest) or not self._there(digest):
            return None
        path = self._path(digest)
        with path.open("rb") as file:
            media_type = sniff(file.read(HEAD))
        status = path.stat()
        return Upload(
            0, "", digest, digest, digest[:12], media_type, status.st_size, None, None, status.st_mtime
        )

    def _there(self, digest: str) -> bool:
        return self._path(digest).is_file()

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def uploads_named(*texts: str) -> frozenset[str]:
    """Every digest that texts of JSON name as `blake3:...`."""
    return frozenset(digest for text in texts for digest in _NAMED.findall(text))


def _problems(document: Any, lacking: Collection[str]) -> Iterator[Problem]:
    """A problem for each place at which a document names one of these digests, or one without a place."""
    places = {
        (*place, digest)
        for steps, digest in _references(document, ())
        if digest in lacking and (place := _place(steps)) is not None
    }
    for definition, node, name, digest in sorted(places) or [("", "", "", min(lacking))]:
        yield Problem(
            "unknown_upload",
            f"There is no upload '{digest[:12]}…' of yours.",
            node=node,
            input=name,
            hint="Send the file, and name what the answer calls its reference.",
            definition=definition,
        )


def _place(steps: tuple[str, ...]) -> tuple[str, str, str] | None:
    """Definition, node and input of a place in a document, or None where it is in no input."""
    definition = ""
    if steps[:1] == ("definitions",) and len(steps) > 1:
        definition, steps = steps[1], steps[2:]
    if len(steps) > 3 and steps[0] == "nodes" and steps[2] == "inputs":
        return definition, steps[1], steps[3]
    return None


def _references(value: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        digest = value.removeprefix(UPLOAD_PREFIX)
        if value.startswith(UPLOAD_PREFIX) and is_digest(digest):
            yield place, digest
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _references(one, (*place, str(key)))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _references(one, place)
