"""What is kept of webhooks: standing ones, secrets, and every delivery until some time after it was made."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from graph_engine.errors import EngineError
from graph_engine.sqlite import NewerVersion, SqliteFile
from web.service.webhooks.signing import new_secret

MOST_HOOKS = 50  # of one owner
ROTATION_SECONDS = 24 * 3600.0  # in which the secret before signs too
KEPT_SECONDS = 7 * 24 * 3600.0  # in which a delivery that is over can be looked at and tried again
FURTHEST_SECONDS = 2 * 24 * 3600.0  # a try that is due later than this was put off by a clock that was wrong

State: TypeAlias = Literal["waiting", "delivered", "dead"]

MIGRATIONS = (
    """
CREATE TABLE hook (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, url TEXT NOT NULL,
    events TEXT NOT NULL, trusted INTEGER NOT NULL, since INTEGER NOT NULL, created REAL NOT NULL
);
CREATE INDEX hook_owner ON hook (owner);
CREATE TABLE secret (
    holder TEXT PRIMARY KEY, secret TEXT NOT NULL, previous TEXT NOT NULL, replaced REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE trusted (owner TEXT NOT NULL, url TEXT NOT NULL, PRIMARY KEY (owner, url)) WITHOUT ROWID;
CREATE TABLE delivery (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL,
    hook TEXT NOT NULL, serial INTEGER NOT NULL, job TEXT NOT NULL, type TEXT NOT NULL, url TEXT NOT NULL,
    host TEXT NOT NULL, trusted INTEGER NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL,
    tries INTEGER NOT NULL, due REAL NOT NULL, status INTEGER, error TEXT NOT NULL, created REAL NOT NULL,
    ended REAL, UNIQUE (job, serial, hook)
);
CREATE INDEX delivery_due ON delivery (due) WHERE state = 'waiting';
CREATE INDEX delivery_owner ON delivery (owner, number);
CREATE INDEX delivery_ended ON delivery (ended) WHERE state != 'waiting';
CREATE TABLE position (id INTEGER PRIMARY KEY CHECK (id = 1), serial INTEGER NOT NULL);
""",
)


class WebhooksUnusable(EngineError):
    """The webhooks file can not be read or written, or comes from a newer version."""


class UnknownWebhook(EngineError):
    """There is no webhook, or no delivery, with this id."""


class TooManyWebhooks(EngineError):
    """An owner has as many webhooks as one may have."""


class DeliveryWaits(EngineError):
    """A delivery that is to be tried again is under way."""


@dataclass(frozen=True)
class Hook:
    """A standing webhook: `events` are the statuses of jobs that it is told of."""

    id: str
    owner: str
    url: str
    events: tuple[str, ...]
    trusted: bool
    created: float


@dataclass(frozen=True)
class NewDelivery:
    """What is to be told to an address; `hook` is empty for the webhook of one job."""

    owner: str
    hook: str
    serial: int
    job: str
    type: str
    url: str
    host: str
    trusted: bool
    body: str


@dataclass(frozen=True)
class Delivery(NewDelivery):
    """A delivery as it stands. `due` is when it is tried next; `status` and `error` are of the last try."""

    id: str
    number: int
    state: State
    tries: int
    due: float
    status: int | None
    error: str
    created: float
    ended: float | None


_COLUMNS = (
    "owner, hook, serial, job, type, url, host, trusted, body, "
    "id, number, state, tries, due, status, error, created, ended"
)


class WebhookStore:
    """Opens `webhooks.sqlite`, which only this user may read; `last` is the journal's last serial now."""

    def __init__(self, path: Path, last: int) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(0o600)
            self._file = SqliteFile(path, MIGRATIONS, durable=True, backup=True)
        except NewerVersion as error:
            raise WebhooksUnusable(
                f"The webhooks in '{path}' were written by a newer version of Latent Graph. Update it."
            ) from error
        except (sqlite3.Error, OSError) as error:
            raise WebhooksUnusable(
                f"The webhooks file '{path}' can not be used ({error}). Put a backup in its place, "
                "or move it away: standing webhooks and their secrets are then to be made again."
            ) from error
        with self._file.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO position VALUES (1, ?)", (last,))
            # A journal that is shorter than it was is another one, put back from a backup perhaps.
            connection.execute("UPDATE position SET serial = min(serial, ?)", (last,))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def position(self) -> int:
        """The serial up to which the journal was looked at."""
        row = self._file.row("SELECT serial FROM position")
        return int(row[0]) if row else 0

    def add_hook(self, owner: str, url: str, events: Collection[str], trusted: bool, since: int) -> Hook:
        """A new standing webhook, told of what comes after the serial `since`. Raises `TooManyWebhooks`."""
        hook = Hook(f"wh-{secrets.token_hex(8)}", owner, url, tuple(events), trusted, time.time())
        with self._file.writing() as connection:
            (count,) = connection.execute("SELECT count(*) FROM hook WHERE owner = ?", (owner,)).fetchone()
            if count >= MOST_HOOKS:
                raise TooManyWebhooks(f"There are {count} webhooks already; delete one that is not needed.")
            connection.execute(
                "INSERT INTO hook (id, owner, url, events, trusted, since, created) VALUES (?,?,?,?,?,?,?)",
                (hook.id, owner, url, json.dumps(hook.events), trusted, since, hook.created),
            )
        return hook

    def hooks(self, owner: str | None, since: int | None = None) -> list[Hook]:
        """An owner's webhooks, or everybody's; of those made by a serial, where one is given."""
        rows = self._file.rows(
            "SELECT id, owner, url, events, trusted, created FROM hook "
            "WHERE (?1 IS NULL OR owner = ?1) AND (?2 IS NULL OR since < ?2) ORDER BY number",
            (owner, since),
        )
        return [
            Hook(id, owner, url, tuple(json.loads(events)), bool(trusted), created)
            for id, owner, url, events, trusted, created in rows
        ]

    def delete_hook(self, hook: str) -> None:
        """Forget a webhook and its secret; what waits for it is not sent any more."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM hook WHERE id = ?", (hook,))
            connection.execute("DELETE FROM secret WHERE holder = ?", (hook,))
            connection.execute(
                "UPDATE delivery SET state = 'dead', error = 'The webhook was deleted.', ended = ? "
                "WHERE hook = ? AND state = 'waiting'",
                (time.time(), hook),
            )

    def secret(self, holder: str) -> str:
        """The secret of a standing webhook, or of an owner's jobs (`owner:NAME`), made on first use."""
        with self._file.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO secret VALUES (?, ?, '', 0)", (holder, new_secret()))
            row = connection.execute("SELECT secret FROM secret WHERE holder = ?", (holder,)).fetchone()
            return str(row[0])

    def replace_secret(self, holder: str) -> str:
        """A new secret; the one before signs too for a day, so that receivers can change in peace."""
        before, after = self.secret(holder), new_secret()
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE secret SET secret = ?, previous = ?, replaced = ? WHERE holder = ?",
                (after, before, time.time(), holder),
            )
        return after

    def signing_secrets(self, holder: str) -> list[str]:
        """All secrets that sign now, the newest first."""
        newest = self.secret(holder)
        row = self._file.row("SELECT previous, replaced FROM secret WHERE holder = ?", (holder,))
        if row and row[0] and time.time() - row[1] < ROTATION_SECONDS:
            return [newest, str(row[0])]
        return [newest]

    def trust(self, owner: str, url: str) -> None:
        """An administrator named this address: it may be on this network."""
        with self._file.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO trusted VALUES (?, ?)", (owner, url))

    def trusts(self, owner: str, url: str) -> bool:
        """Whether an administrator named this address."""
        return self._file.row("SELECT 1 FROM trusted WHERE owner = ? AND url = ?", (owner, url)) is not None

    def add(self, deliveries: Sequence[NewDelivery], position: int) -> None:
        """Keep what is to be delivered, and how far the journal was looked at, in one transaction.

        What was kept before, for the same fact and webhook, stays as it is.
        """
        now = time.time()
        rows = [{**asdict(one), "id": f"msg-{secrets.token_hex(16)}", "now": now} for one in deliveries]
        with self._file.writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO delivery (id, owner, hook, serial, job, type, url, host, trusted, "
                "body, state, tries, due, error, created) VALUES (:id, :owner, :hook, :serial, :job, :type, "
                ":url, :host, :trusted, :body, 'waiting', 0, :now, '', :now)",
                rows,
            )
            connection.execute("UPDATE position SET serial = max(serial, ?)", (position,))
            connection.execute(
                "DELETE FROM delivery WHERE state != 'waiting' AND ended < ?", (now - KEPT_SECONDS,)
            )

    def due(self) -> list[tuple[int, str, str]]:
        """Of each address the first delivery that is due, as (number, url, host), oldest first."""
        now = time.time()
        rows = self._file.rows(
            "SELECT min(number), url, host FROM delivery WHERE state = 'waiting' AND (due <= ? OR due > ?) "
            "GROUP BY url ORDER BY 1",
            (now, now + FURTHEST_SECONDS),
        )
        return [(int(number), str(url), str(host)) for number, url, host in rows]

    def next_due(self) -> float | None:
        """Seconds until another delivery is due than is now; None where none waits."""
        now = time.time()
        row = self._file.row("SELECT min(due) FROM delivery WHERE state = 'waiting' AND due > ?", (now,))
        return None if row is None or row[0] is None else float(row[0]) - now

    def numbered(self, number: int) -> Delivery | None:
        """A delivery by its number, if it still waits."""
        rows = self._file.rows(
            f"SELECT {_COLUMNS} FROM delivery WHERE number = ? AND state = 'waiting'", (number,)
        )
        return _delivery(rows[0]) if rows else None

    def delivery(self, id: str) -> Delivery:
        """A delivery. Raises `UnknownWebhook`."""
        rows = self._file.rows(f"SELECT {_COLUMNS} FROM delivery WHERE id = ?", (id,))
        if not rows:
            raise UnknownWebhook(f"There is no delivery '{id}'. Those that ended a week ago are forgotten.")
        return _delivery(rows[0])

    def deliveries(
        self, owner: str | None, limit: int, cursor: int | None, state: State | None, job: str | None
    ) -> list[Delivery]:
        """Deliveries, newest first, from below the number `cursor`."""
        rows = self._file.rows(
            f"SELECT {_COLUMNS} FROM delivery WHERE (?1 IS NULL OR owner = ?1) "
            "AND (?2 IS NULL OR number < ?2) AND (?3 IS NULL OR state = ?3) AND (?4 IS NULL OR job = ?4) "
            "ORDER BY number DESC LIMIT ?5",
            (owner, cursor, state, job, limit),
        )
        return [_delivery(row) for row in rows]

    def tried(
        self, number: int, state: State, status: int | None, error: str, again: float | None = None
    ) -> None:
        """What became of a try; `again`: seconds until the next."""
        now = time.time()
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE delivery SET state = ?, status = ?, error = ?, tries = tries + 1, due = ?, ended = ? "
                "WHERE number = ? AND state = 'waiting'",
                (state, status, error, now + (again or 0.0), None if state == "waiting" else now, number),
            )

    def again(self, id: str) -> None:
        """Let a delivery that is over begin anew, as the same message. Raises `DeliveryWaits`."""
        with self._file.writing() as connection:
            changed = connection.execute(
                "UPDATE delivery SET state = 'waiting', tries = 0, due = ?, ended = NULL "
                "WHERE id = ? AND state != 'waiting'",
                (time.time(), id),
            )
            if not changed.rowcount:
                raise DeliveryWaits(f"The delivery '{id}' is not over: it will be tried again by itself.")


def _delivery(row: tuple[Any, ...]) -> Delivery:
    owner, hook, serial, job, kind, url, host, trusted, body, *rest = row
    return Delivery(owner, hook, serial, job, kind, url, host, bool(trusted), body, *rest)
