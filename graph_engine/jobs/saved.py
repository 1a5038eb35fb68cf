"""What jobs have saved, over all of them: each artifact once, with the newest job that has it."""

from __future__ import annotations

from dataclasses import dataclass

from graph_engine.artifact import Artifact
from graph_engine.jobs.finding import Conditions
from graph_engine.sqlite import SqliteFile


@dataclass(frozen=True)
class Saved:
    """An artifact, the newest job that saved it, and when that job was submitted (seconds since 1970)."""

    artifact: Artifact
    job: str
    submitted: float


_SAID = """(
    artifact.name LIKE ? ESCAPE '\\' OR job.name LIKE ? ESCAPE '\\' OR EXISTS (
        SELECT 1 FROM json_tree(iif(json_valid(job.document), job.document, '{}'), '$.nodes') AS given
        WHERE given.type = 'text' AND given.path LIKE '%.inputs' AND given.value LIKE ? ESCAPE '\\'
    )
)"""


def saved_page(
    file: SqliteFile,
    limit: int,
    cursor: str | None = None,
    *,
    owner: str | None = None,
    media_type: str = "",
    job: str = "",
    search: str = "",
) -> tuple[list[Saved], str | None]:
    """A page of artifacts, those of the newest jobs first, and where the next page begins, None on the last.

    Of an owner's jobs, or of one job, where that is said. `media_type` is one or `image/*`; `search` is
    looked for in names, of files and of jobs, and in the texts that nodes of the job's document were given.
    """
    found = Conditions()
    newer = "newer.digest = artifact.digest AND newer.job > artifact.job"
    if owner is not None:
        found.add("job.owner = ?", owner)
        newer += " AND (SELECT owner FROM job WHERE number = newer.job) = job.owner"
    if job:
        found.add("job.id = ?", job)
    else:
        found.add(f"NOT EXISTS (SELECT 1 FROM artifact AS newer WHERE {newer})")
    if cursor is not None:
        number, _, digest = cursor.partition(".")
        found.add(
            "(artifact.job < ? OR (artifact.job = ? AND artifact.digest > ?))",
            int(number),
            int(number),
            digest,
        )
    if media_type:
        found.add(
            "artifact.media_type LIKE ? ESCAPE '\\'", _escaped(media_type.removesuffix("*"), media_type)
        )
    if search:
        found.add(_SAID, *["%" + _escaped(search, "*")] * 3)
    rows = file.rows(
        "SELECT artifact.digest, artifact.name, artifact.media_type, artifact.size, job.id, "
        "job.submitted, job.number "
        f"FROM artifact JOIN job ON job.number = artifact.job WHERE {found.sql} "
        "ORDER BY artifact.job DESC, artifact.digest LIMIT ?",
        [*found.parameters, limit + 1],
    )
    shown = [Saved(Artifact(*row[:4]), row[4], row[5]) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return shown, None if last is None else f"{last[6]}.{last[0]}"


def _escaped(text: str, open_ended: str) -> str:
    """A pattern for LIKE that means the text itself, and whatever comes after it where a star ends it."""
    plain = "".join(f"\\{one}" if one in "%_\\" else one for one in text)
    return plain + ("%" if open_ended.endswith("*") else "")
