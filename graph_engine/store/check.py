"""The self-check: every row and every file of the cache against the others, and repair by dropping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from graph_engine.digest import digest_file, is_digest
from graph_engine.store.check_rows import check_memos, check_values
from graph_engine.store.content import ContentStore
from graph_engine.store.disk import recount
from graph_engine.store.lock import is_held, sweep_locks

Found: TypeAlias = Callable[[str, str], None]  # kind, example

_EXAMPLES = 3
# kind -> what is said of so many of them. The kinds in `_IN_ORDER` are told, and are nothing to repair.
KINDS = {
    "damaged_database": "the database is damaged, or was and has been set aside",
    "damaged_row": "rows of the database are damaged",
    "missing_file": "values have no file",
    "wrong_size": "values have a file of another size than they should",
    "wrong_digest": "values are not what their digest says",
    "unknown_type": "values are of a type that no installed pack has",
    "unknown_value": "values are of a type that nothing says",
    "file_without_row": "files belong to no value",
    "wrong_total": "the sum of all values is kept wrongly",
    "memo_without_artifact": "computations saved a file that is no longer there, and will run again",
    "leftover": "files and folders were left by processes that are gone",
    "memo_without_value": "computations have no value left; they were evicted, and their digests still serve",
    "pin_without_value": "pinned values are not here; they are kept once they are computed again",
    "damaged_artifact": "artifacts are not what their digest says; they are yours and are left alone",
    "damaged_upload": "uploads are not what their digest says; they are yours and are left alone",
}
_IN_ORDER = {"memo_without_value", "pin_without_value"}
_KEPT = {*_IN_ORDER, "damaged_artifact", "damaged_upload"}


@dataclass(frozen=True)
class Finding:
    """One kind of thing that was found: how many, and the first few."""

    kind: str
    count: int
    examples: tuple[str, ...]
    repaired: bool

    @property
    def in_order(self) -> bool:
        """Whether this is as it may be."""
        return self.kind in _IN_ORDER

    def __str__(self) -> str:
        more = ", ..." if self.count > len(self.examples) else ""
        done = " Repaired." if self.repaired else ""
        return f"{self.count} {self.kind}: {KINDS[self.kind]} ({', '.join(self.examples)}{more}).{done}"


@dataclass(frozen=True)
class CheckReport:
    """How many values and computations were looked at, and what was found."""

    values: int
    computations: int
    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong now."""
        return all(one.in_order or one.repaired for one in self.findings)


class _Findings:
    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.examples: dict[str, list[str]] = {}

    def __call__(self, kind: str, example: str) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        few = self.examples.setdefault(kind, [])
        if len(few) < _EXAMPLES:
            few.append(example)


def check_store(store: ContentStore, artifacts: Path, uploads: Path, *, repair: bool = False) -> CheckReport:
    """Look at everything in a store, and drop what is wrong if asked to. Other processes may go on meanwhile.

    A value is dropped, never changed. Artifacts and uploads are looked at only. Raises `DatabaseRefused`.
    """
    found = _Findings()
    _check_database(store, found, repair)
    _check_total(store, found, repair)
    values = check_values(store, found, repair)
    computations = check_memos(store, artifacts, found, repair)
    _check_leftovers(store, found, repair)
    if repair:
        store.disk.sweep()
        store.memo.forget_cached()
    for kind, folder in (("damaged_artifact", artifacts), ("damaged_upload", uploads)):
        _check_named_by_digest(folder, kind, found)
    findings = tuple(
        Finding(kind, found.counts[kind], tuple(found.examples[kind]), repair and kind not in _KEPT)
        for kind in KINDS
        if kind in found.counts
    )
    return CheckReport(values, computations, findings)


def _check_database(store: ContentStore, found: Found, repair: bool) -> None:
    rows = store.database.rows("PRAGMA integrity_check(1)")  # sets it aside where it can not even be checked
    if rows != [("ok",)]:
        found("damaged_database", str(rows[0][0]).strip().splitlines()[0])
        if repair:
            store.database.set_aside()
    for path in store.folder.glob("memo.sqlite.damaged*"):
        found("damaged_database", f"{path.name}, set aside")
        if repair:
            path.unlink(missing_ok=True)


def _check_total(store: ContentStore, found: Found, repair: bool) -> None:
    sql = "SELECT bytes, (SELECT coalesce(sum(size), 0) FROM blob) FROM total"
    row = store.database.row(sql)
    if row is None or row[0] != row[1]:
        found("wrong_total", "nothing is kept" if row is None else f"{row[0]} bytes instead of {row[1]}")
        if repair:
            store.database.write(recount)
    sql = "SELECT value FROM clock WHERE typeof(value) = 'real' AND abs(value) < 1e300"
    if store.database.row(sql) is None:
        found("damaged_row", "the clock of evictions")
        if repair:
            store.database.write(
                lambda connection: connection.execute("INSERT OR REPLACE INTO clock VALUES (1, 0)")
            )


def _check_leftovers(store: ContentStore, found: Found, repair: bool) -> None:
    """Files without rows, temporary folders, locks and workspaces of processes that are gone."""
    for path in store.disk.orphans(remove=repair):
        found("leftover" if path.suffix == ".tmp" else "file_without_row", store.disk.name(path))
    for path in store.disk.staging.leftovers():
        found("leftover", f"{path.parent.name}/{path.name}")
    for path in store.folder.glob("locks/*"):
        if path.exists() and not is_held(path) and path.exists():
            found("leftover", f"locks/{path.name}")
    for path in store.folder.glob("work/*"):
        if store.memo.get(path.name) is not None and not store.locks.is_held(path.name):
            found("leftover", f"work/{path.name}")
            if repair:
                store.leave_workspace(path.name)
    if repair:
        sweep_locks(store.folder / "locks")


def _check_named_by_digest(folder: Path, kind: str, found: Found) -> None:
    for path in sorted(folder.glob("[0-9a-f][0-9a-f]/*")):
        digest = path.name[:64]
        try:
            if is_digest(digest) and path.is_file() and digest_file(path) != digest:
                found(kind, f"{path.parent.name}/{path.name}")
        except OSError as error:
            found(kind, f"{path.parent.name}/{path.name} ({error.strerror})")
