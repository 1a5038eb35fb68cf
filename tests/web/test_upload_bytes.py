"""Whatever becomes of uploads, the bytes of an owner are those of the files, each counted once."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from graph_engine.sqlite import SqliteFile
from web.service.uploads import MIGRATIONS

KEEP = (
    "INSERT INTO upload (owner, source, digest, name, media_type, size, created) "
    "VALUES (?, ?, ?, '', '', ?, 0) "
    "ON CONFLICT (owner, source) DO UPDATE SET digest = excluded.digest, size = excluded.size"
)
OWNERS = ("", "ann")
DIGESTS = ("d1", "d2")
KEPT = st.tuples(
    st.sampled_from(OWNERS), st.sampled_from(["s1", "s2", "s3"]), st.sampled_from(DIGESTS), st.integers(0, 9)
)
DELETED = st.tuples(st.sampled_from(OWNERS), st.sampled_from(DIGESTS))


def expected(connection: sqlite3.Connection) -> dict[str, int]:
    found: dict[tuple[str, str], int] = {}
    for owner, digest, size in connection.execute("SELECT owner, digest, size FROM upload"):
        found[owner, digest] = max(size, found.get((owner, digest), 0))
    return {owner: sum(size for key, size in found.items() if key[0] == owner) for owner in OWNERS}


def counted(connection: sqlite3.Connection) -> dict[str, int]:
    return dict.fromkeys(OWNERS, 0) | dict(connection.execute("SELECT owner, bytes FROM disk"))


@settings(deadline=None)
@given(st.lists(KEPT, max_size=6), st.lists(KEPT | DELETED, max_size=20))
def test_each_file_is_counted_once_whenever_it_came(
    before: list[tuple[str, str, str, int]], after: list[tuple[str, str, str, int] | tuple[str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "uploads.sqlite"
        with closing(SqliteFile(path, MIGRATIONS[:1])) as old, old.writing() as connection:
            connection.executemany(KEEP, before)
        with closing(SqliteFile(path, MIGRATIONS)) as file, file.writing() as connection:
            assert counted(connection) == expected(connection)
            for one in after:
                delete = "DELETE FROM upload WHERE owner = ? AND digest = ?"
                connection.execute(KEEP if len(one) == 4 else delete, one)
                assert counted(connection) == expected(connection)
