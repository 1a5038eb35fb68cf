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
    # Entries are numbered over all jobs too; what jobs saved has a table of its own.
    """
    ALTER TABLE job ADD COLUMN inputs TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE job ADD COLUMN workflow TEXT NOT NULL DEFAULT '';
    ALTER TABLE job ADD COLUMN workflow_version INTEGER;
    ALTER TABLE job ADD COLUMN webhook TEXT NOT NULL DEFAULT '';
    ALTER TABLE job ADD COLUMN device_seconds REAL NOT NULL DEFAULT 0;
    CREATE INDEX job_usage ON job (owner, status, finished, device_seconds);
    CREATE INDEX job_workflow ON job (workflow, number) WHERE workflow != '';
    ALTER TABLE event RENAME TO event_before;
    CREATE TABLE event (
        serial INTEGER PRIMARY KEY AUTOINCREMENT,
        job INTEGER NOT NULL REFERENCES job (number) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        time REAL NOT NULL,
        kind TEXT NOT NULL,
        data TEXT NOT NULL,
        UNIQUE (job, number)
    );
    INSERT INTO event (job, number, time, kind, data)
        SELECT job, number, time, kind, data FROM event_before ORDER BY job, number;
    DROP TABLE event_before;
    CREATE TABLE artifact (
        job INTEGER NOT NULL REFERENCES job (number) ON DELETE CASCADE,
        digest TEXT NOT NULL,
        name TEXT NOT NULL,
        media_type TEXT NOT NULL,
        size INTEGER NOT NULL,
        PRIMARY KEY (job, digest)
    ) WITHOUT ROWID;
    CREATE INDEX artifact_digest ON artifact (digest, job);
    INSERT OR IGNORE INTO artifact
        SELECT job.number, one.value ->> '$.digest', one.value ->> '$.name', one.value ->> '$.media_type',
            one.value ->> '$.size'
        FROM job, json_each(iif(json_valid(job.result), job.result, '{}'), '$.artifacts') AS one
        WHERE one.type = 'object';
    """,
    # What an owner's artifacts take is kept as a number: summing them takes a look at every job.
    """
    ALTER TABLE artifact ADD COLUMN owner TEXT NOT NULL DEFAULT '';
    UPDATE artifact SET owner = (SELECT owner FROM job WHERE job.number = artifact.job);
    CREATE INDEX artifact_owner ON artifact (owner, digest, size);
    CREATE TABLE disk (owner TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO disk SELECT owner, CAST(total(size) AS INTEGER)
        FROM (SELECT owner, max(size) AS size FROM artifact GROUP BY owner, digest) GROUP BY owner;
    CREATE TRIGGER artifact_kept AFTER INSERT ON artifact BEGIN
        INSERT OR IGNORE INTO disk VALUES (NEW.owner, 0);
        UPDATE disk SET bytes = bytes + max(0, NEW.size - coalesce((
            SELECT size FROM artifact WHERE owner = NEW.owner AND digest = NEW.digest AND job <> NEW.job
            ORDER BY size DESC LIMIT 1), 0)) WHERE owner = NEW.owner;
    END;
    CREATE TRIGGER artifact_forgotten AFTER DELETE ON artifact BEGIN
        UPDATE disk SET bytes = bytes - max(0, OLD.size - coalesce((
            SELECT size FROM artifact WHERE owner = OLD.owner AND digest = OLD.digest
            ORDER BY size DESC LIMIT 1), 0)) WHERE owner = OLD.owner;
    END;
    """,
)
"""`place` orders the jobs of one owner and priority; `ended_as` counts endings, so that no clock decides.

`serial` numbers the entries of all jobs, in the order they were written, and is never given twice.
`bytes` is the sum over an owner's digests, each once; a job's owner never changes, nor what it saved.
"""
