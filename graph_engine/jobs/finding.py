"""Finding jobs: the conditions of a page, and its rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from graph_engine.jobs.job import JobStatus, Page
from graph_engine.jobs.rows import COLUMNS, job_of
from graph_engine.sqlite import SqliteFile

# Of an input that is no text, its JSON is looked in; what is no JSON, such as NaN, is not looked in.
_IN_INPUT = """EXISTS (SELECT 1 FROM json_each(iif(json_valid(job.inputs), job.inputs, '{}')) AS one
    WHERE one.key = ? AND instr(folded(
    CASE WHEN one.type IN ('true', 'false', 'null') THEN one.type ELSE one.value END), folded(?)))"""


class Conditions:
    """Conditions that all must hold, and their parameters."""

    def __init__(self) -> None:
        self._sql: list[str] = ["1"]
        self.parameters: list[Any] = []

    def add(self, sql: str, *parameters: Any) -> None:
        """One more."""
        self._sql.append(sql)
        self.parameters += parameters

    @property
    def sql(self) -> str:
        """What stands after WHERE."""
        return " AND ".join(self._sql)


def page_of(
    file: SqliteFile,
    limit: int,
    *,
    cursor: int | None,
    status: JobStatus | None,
    statuses: Collection[JobStatus],
    owner: str | None,
    search: str,
    inputs: Mapping[str, str],
    model: str,
    artifact: str,
    workflow: str,
) -> Page:
    """A page of jobs, see `JobQueue.page`."""
    found = Conditions()
    if cursor is not None:
        found.add("number < ?", cursor)
    if status is not None:
        found.add("status = ?", status)
    if statuses:
        found.add(f"status IN ({', '.join('?' * len(statuses))})", *statuses)
    if owner is not None:
        found.add("owner = ?", owner)
    if workflow:
        found.add("workflow = ? AND workflow != ''", workflow)
    if artifact:
        found.add("number IN (SELECT job FROM artifact WHERE digest = ?)", artifact)
    if model:
        found.add("EXISTS (SELECT 1 FROM json_each(required_models) WHERE value = ?)", model)
    for name, text in inputs.items():
        found.add(_IN_INPUT, name, text)
    if search:
        pattern = "%" + "".join(f"\\{c}" if c in "%_\\" else c for c in search) + "%"
        found.add(
            "(id LIKE ? ESCAPE '\\' OR name LIKE ? ESCAPE '\\' OR document LIKE ? ESCAPE '\\')",
            *[pattern] * 3,
        )
    rows = file.rows(
        f"SELECT {COLUMNS}, number FROM job WHERE {found.sql} ORDER BY number DESC LIMIT ?",
        [*found.parameters, limit + 1],
    )
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(tuple(job_of(row[:-1]) for row in shown), shown[-1][-1] if more else None)
