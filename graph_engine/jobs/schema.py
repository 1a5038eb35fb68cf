"""The tables of jobs.sqlite: one script a version. A script that was released is never changed again."""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE job (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
        name TEXT NOT NULL,
        owner TEXT NOT NULL,
        priority INTEGER NOT NULL,
        place REAL NOT NULL,
        paused INTEGER NOT NULL DEFAULT 0,
        cancel_asked INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        crashes INTEGER NOT NULL DEFAULT 0,
        passed INTEGER NOT NULL DEFAULT 0,
        worker TEXT NOT NULL DEFAULT '',
        submitted REAL NOT NULL,
        started REAL,
        finished REAL,
        ended_as INTEGER,
        document TEXT NOT NULL,
        wanted TEXT,
        idempotency_key TEXT,
        request TEXT NOT NULL,
        required_models TEXT NOT NULL,
        result TEXT NOT NULL DEFAULT '{}',
        error TEXT NOT NULL DEFAULT '',
        events INTEGER NOT NULL DEFAULT 0
    );
    CREATE UNIQUE INDEX job_idempotency ON job (owner, idempotency_key) WHERE idempotency_key IS NOT NULL;
    CREATE INDEX job_waiting ON job (priority DESC, owner, place) WHERE status = 'queued' AND paused = 0;
    CREATE INDEX job_place ON job (place);
    CREATE INDEX job_status ON job (status, number);
    CREATE INDEX job_owner ON job (owner, number);
    CREATE INDEX job_ended ON job (ended_as) WHERE ended_as IS NOT NULL;
    CREATE TABLE event (
        job INTEGER NOT NULL REFERENCES job (number) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        time REAL NOT NULL,
        kind TEXT NOT NULL,
        data TEXT NOT NULL,
        PRIMARY KEY (job, number)
    ) WITHOUT ROWID;
    CREATE TABLE owner (name TEXT PRIMARY KEY, served INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO counter VALUES ('paused', 0);
    INSERT INTO counter VALUES ('served', 0);
    INSERT INTO counter VALUES ('ended', 0);
    """,
    """
    ALTER TABLE job ADD COLUMN continue_on_error INTEGER NOT NULL DEFAULT 0;
    """,
)
"""`place` orders the jobs of one owner and priority; `ended_as` counts endings, so that no clock decides."""
