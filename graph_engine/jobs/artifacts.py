"""What jobs saved, as rows: known as soon as it was announced, and found by its digest."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from graph_engine.artifact import Artifact

ARTIFACT_SAVED = "artifact_saved"  # the journal's entry when a node saved one


def keep_artifacts(connection: sqlite3.Connection, number: int, artifacts: Iterable[Artifact]) -> None:
    """Note that the job with that number saved these; one that is known is left as it is."""
    connection.executemany(
        "INSERT OR IGNORE INTO artifact (job, digest, name, media_type, size, owner) "
        "VALUES (?1, ?2, ?3, ?4, ?5, (SELECT owner FROM job WHERE number = ?1))",
        [(number, one.digest, one.name, one.media_type, one.size) for one in artifacts],
    )


def artifacts_in(result: Mapping[str, Any]) -> list[Artifact]:
    """The artifacts that a result names."""
    named = result.get("artifacts")
    return artifacts_of(named if isinstance(named, list | tuple) else ())


def artifacts_of(described: Iterable[Any]) -> list[Artifact]:
    """The artifacts that plain JSON describes; what describes none is passed over, as workers may say it."""
    found = []
    for one in described:
        if isinstance(one, Mapping):
            texts = [
                text for name in ("digest", "name", "media_type") if isinstance(text := one.get(name), str)
            ]
            size = one.get("size")
            if len(texts) == 3 and type(size) is int and 0 <= size < 2**63:
                digest, name, media_type = texts
                found.append(Artifact(digest, name, media_type, size))
    return found
