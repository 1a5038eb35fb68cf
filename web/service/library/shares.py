"""Links that show a workflow to whoever has them: signed, expiring, revocable, counted."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from graph_engine.files import UPLOAD_PREFIX, is_upload
from web.service.library.errors import ShareEnded, UnknownShare
from web.service.library.file import LibraryFile
from web.service.library.library import Library
from web.service.library.signing import is_signed, signature
from web.service.library.workflow import Stored, texts_in
from web.service.person import Person, Scope

LINK = re.compile(r"(sh-[0-9a-f]{16})-([A-Za-z0-9_-]{43})")
DAY = 86_400
KEPT_SECONDS = 60.0  # how far the time that is kept may be behind

Grant = Callable[[Person, Collection[str], str], None]
"""Lets a person use what an owner has of some uploads, given by digest."""


@dataclass(frozen=True)
class Share:
    """A link; `version` None shows whichever is the current one, `expires` is in whole seconds."""

    id: str
    workflow: str
    version: int | None
    created: float
    expires: int
    revoked: float | None
    opened: int
    link: str = field(repr=False, default="")
    state: Literal["open", "expired", "revoked"] = "open"


@dataclass(frozen=True)
class Shared:
    """What a link shows."""

    share: Share
    stored: Stored


_COLUMNS = "id, workflow, version, created, expires, revoked, opened"


class Shares:
    """Judges links by a time that never goes back: the clock's, or the latest one that was seen here.

    So a link that was seen expired stays so, also after a restart with a clock that is behind.
    """

    def __init__(
        self,
        file: LibraryFile,
        library: Library,
        key: bytes,
        grant: Grant,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._file, self._library, self._key = file, library, key
        self._grant, self._clock = grant, clock

    def create(self, person: Person, workflow: str, days: int, version: int | None) -> Share:
        """Make a link that ends after so many days."""
        self._library.usable(person, workflow, version)
        now = self._now()
        identity = f"sh-{secrets.token_hex(8)}"
        row = (identity, workflow, version, now, int(now) + days * DAY, None, 0)
        with self._file.writing() as connection:
            connection.execute(f"INSERT INTO share ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return self._share(row, now)

    def list(self, person: Person, workflow: str) -> list[Share]:
        """The links of a workflow, newest first."""
        self._library.get(person, workflow)
        rows = self._file.rows(
            f"SELECT {_COLUMNS} FROM share WHERE workflow = ? ORDER BY number DESC", (workflow,)
        )
        now = self._now()
        return [self._share(row, now) for row in rows]

    def revoke(self, person: Person, workflow: str, share: str) -> None:
        """End a link for good. Raises `UnknownShare`."""
        self._library.get(person, workflow)
        with self._file.writing() as connection:
            changed = connection.execute(
                "UPDATE share SET revoked = coalesce(revoked, ?) WHERE id = ? AND workflow = ?",
                (self._now(), share, workflow),
            ).rowcount
        if not changed:
            raise UnknownShare(f"The workflow '{workflow}' has no link '{share}'.")

    def open(self, link: str, *, count: bool = False) -> Shared:
        """What a link shows, counted where that is wanted. Raises `UnknownShare` or `ShareEnded`."""
        found = LINK.fullmatch(link)
        row = found and self._file.row(f"SELECT {_COLUMNS} FROM share WHERE id = ?", (found[1],))
        if not found or not row or not is_signed(self._key, found[2], *_facts(row)):
            raise UnknownShare("There is no such link here. It may not be whole: copy all of it again.")
        now = self._now()
        share = self._share(row, now)
        if share.state == "expired":
            self._keep(now, at_once=True)
            raise ShareEnded("This link has expired. Ask whoever sent it for a new one.")
        if share.state == "revoked":
            raise ShareEnded("This link was revoked. Ask whoever sent it for a new one.")
        stored = self._library.read(_OF_THE_SHARE, share.workflow, share.version)
        if stored.workflow.deleted is not None:
            raise ShareEnded("The workflow that this link led to was deleted.")
        if count:
            with self._file.writing() as connection:
                connection.execute("UPDATE share SET opened = opened + 1 WHERE id = ?", (share.id,))
        self._keep(now)
        return Shared(share, stored)

    def copy(self, person: Person, link: str, name: str | None, tags: Sequence[str]) -> Stored:
        """Copy what a link shows into a person's own library, with the uploads that it names."""
        source = self.open(link).stored
        named = [one.removeprefix(UPLOAD_PREFIX) for one in texts_in(source.document) if is_upload(one)]
        self._grant(person, named, source.workflow.owner)
        return self._library.create(
            person,
            source.document,
            name=name or source.workflow.name,
            tags=tags or source.workflow.tags,
            note=f"A copy of version {source.version.number} of '{source.workflow.name}'.",
            thumbnail=source.workflow.thumbnail,
        )

    def _share(self, row: Sequence[Any], now: float) -> Share:
        share = Share(*row)
        state: Literal["open", "expired", "revoked"] = "open"
        if share.revoked is not None:
            state = "revoked"
        elif now >= share.expires:
            state = "expired"
        link = f"{share.id}-{signature(self._key, *_facts(row))}"
        return replace(share, link=link, state=state)

    def _now(self) -> float:
        return max(self._clock(), self._latest())

    def _latest(self) -> float:
        row = self._file.row("SELECT value FROM counter WHERE name = 'latest'")
        return float(row[0]) if row else 0.0

    def _keep(self, now: float, *, at_once: bool = False) -> None:
        """Remember how late it is."""
        if now > self._latest() + (0 if at_once else KEPT_SECONDS):
            with self._file.writing() as connection:
                connection.execute("UPDATE counter SET value = max(value, ?) WHERE name = 'latest'", (now,))


def _facts(row: Sequence[Any]) -> tuple[object, ...]:
    """What a signature is over: which link, to what, until when."""
    identity, workflow, version, _, expires, *_ = row
    return identity, workflow, "current" if version is None else version, expires


_READ: frozenset[Scope] = frozenset({"admin"})
_OF_THE_SHARE = Person("", _READ)
"""Whoever has a right link may read what it leads to, whosever that is."""
