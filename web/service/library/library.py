"""The library: workflows of people, with every version that there was. Nothing is lost but on purpose."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from graph_engine.documents.diff import Difference, diff
from graph_engine.documents.document import Document
from graph_engine.documents.document_io import loads_document, parse_document
from web.service.library.errors import UnknownWorkflow, WorkflowChanged, WorkflowDeleted
from web.service.library.file import LibraryFile
from web.service.library.workflow import (
    VERSION_COLUMNS,
    WORKFLOW_COLUMNS,
    Stored,
    Version,
    Workflow,
    folded,
    once_each,
    readable,
    searched_text,
    version_of,
    workflow_of,
)
from web.service.person import Person

ANY = "*"  # expected instead of a tag: whatever there is


@dataclass(frozen=True)
class Changes:
    """What is changed about a workflow; None leaves a thing as it is, a thumbnail "" takes it away."""

    name: str | None = None
    tags: Sequence[str] | None = None
    thumbnail: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class WorkflowPage:
    """Some workflows, the one changed last first; `cursor` is where the next page begins."""

    workflows: tuple[Workflow, ...]
    cursor: int | None


class Library:
    """Each person sees and changes what is theirs, an administrator everybody's.

    Whoever changes something says by its tag what they saw (`expected`), and gets `WorkflowChanged` where
    that is no longer what there is. Raises `UnknownWorkflow` for what is not there, or another's.
    """

    def __init__(self, file: LibraryFile) -> None:
        self._file = file

    def create(
        self,
        person: Person,
        document: Any,
        *,
        name: str | None = None,
        tags: Sequence[str] = (),
        note: str = "",
        thumbnail: str = "",
    ) -> Stored:
        """Keep a document, given as plain JSON, as a new workflow.

        Raises `DocumentError` for its form only.
        """
        parsed = parse_document(document)
        text, now = parsed.dumps(), time.time()
        version = version_of(parsed, text, 1, person.owner, now, note)
        name, tags = name or readable(parsed.name), once_each(tags)
        identity = f"wf-{secrets.token_hex(8)}"
        workflow = Workflow(identity, person.owner, name, tags, now, now, 1, 1, thumbnail, None)
        with self._file.writing() as connection:
            connection.execute(
                f"INSERT INTO workflow ({WORKFLOW_COLUMNS}, folded_tags, searched, change) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(identity, person.owner, name, _json(tags), now, now, 1, 1, thumbnail, None),
                    *(_json(map(folded, tags)), searched_text(name, tags, parsed.as_json())),
                    _count_change(connection),
                ),
            )
            _insert_version(connection, identity, version, text)
        return Stored(workflow, version, text)

    def get(self, person: Person, workflow: str) -> Workflow:
        """A workflow that a person may see."""
        row = self._file.row(f"SELECT {WORKFLOW_COLUMNS} FROM workflow WHERE id = ?", (workflow,))
        found = None if row is None else workflow_of(row)
        if found is None or not person.sees(found.owner):
            raise UnknownWorkflow(f"There is no workflow '{workflow}' in your library.")
        return found

    def read(self, person: Person, workflow: str, number: int | None = None) -> Stored:
        """A workflow with one of its versions; without a number, the current one."""
        return self._read(self.get(person, workflow), number)

    def page(
        self,
        person: Person,
        limit: int,
        cursor: int | None = None,
        *,
        owner: str | None = None,
        search: str = "",
        tags: Collection[str] = (),
        deleted: bool = False,
    ) -> WorkflowPage:
        """Workflows that a person may see, the one changed last first."""
        conditions = [f"deleted IS {'NOT ' if deleted else ''}NULL"]
        parameters: list[Any] = []
        for condition, value in (
            ("owner = ?", owner if person.may("admin") else person.owner),
            ("change < ?", cursor),
            ("instr(searched, ?)", folded(search) or None),
        ):
            if value is not None:
                conditions.append(condition)
                parameters.append(value)
        for tag in tags:
            conditions.append("EXISTS (SELECT 1 FROM json_each(folded_tags) AS one WHERE one.value = ?)")
            parameters.append(folded(tag))
        rows = self._file.rows(
            f"SELECT {WORKFLOW_COLUMNS}, change FROM workflow WHERE {' AND '.join(conditions)} "
            "ORDER BY change DESC LIMIT ?",
            [*parameters, limit + 1],
        )
        shown = rows[:limit]
        found = tuple(workflow_of(row[:-1]) for row in shown)
        return WorkflowPage(found, shown[-1][-1] if len(rows) > limit else None)

    def save(
        self, person: Person, workflow: str, expected: Collection[str], document: Any, note: str = ""
    ) -> Stored:
        """Make a document the next version; one that says what the current one does makes none.

        A workflow that is called as its document is goes on being so. Raises `DocumentError` for the
        document's form only.
        """
        parsed = parse_document(document)
        return self._save(person, workflow, expected, parsed, note)

    def go_back(self, person: Person, workflow: str, number: int, expected: Collection[str]) -> Stored:
        """Make an earlier version's document the current one, as a new version."""
        stored = self.read(person, workflow, number)
        note = f"As version {number}." if not stored.version.note else stored.version.note
        return self._save(person, workflow, expected, loads_document(stored.text), note)

    def change(self, person: Person, workflow: str, expected: Collection[str], changes: Changes) -> Workflow:
        """Change what a workflow is called, its tags, its picture, or the note of its current version."""
        with self._file.writing() as connection:
            before = self._expected(person, workflow, expected)
            stored = self._read(before, None)
            name = before.name if changes.name is None else changes.name
            tags = before.tags if changes.tags is None else once_each(changes.tags)
            thumbnail = before.thumbnail if changes.thumbnail is None else changes.thumbnail
            note = stored.version.note if changes.note is None else changes.note
            if (name, tags, thumbnail, note) == (
                *(before.name, before.tags, before.thumbnail, stored.version.note),
            ):
                return before
            connection.execute(
                "UPDATE version SET note = ? WHERE workflow = ? AND number = ?",
                (note, workflow, before.version),
            )
            _update(connection, before, before.version, name, tags, thumbnail, stored.document)
        return self.get(person, workflow)

    def delete(self, person: Person, workflow: str, *, forever: bool = False) -> None:
        """Put a workflow into the bin; with `forever`, delete it with all its versions and links."""
        before = self.get(person, workflow)
        if not forever and before.deleted is not None:
            return
        with self._file.writing() as connection:
            if forever:
                connection.execute("DELETE FROM workflow WHERE id = ?", (workflow,))
            else:
                _mark(connection, workflow, time.time())

    def restore(self, person: Person, workflow: str) -> Workflow:
        """Take a workflow out of the bin."""
        if self.get(person, workflow).deleted is not None:
            with self._file.writing() as connection:
                _mark(connection, workflow, None)
        return self.get(person, workflow)

    def versions(
        self, person: Person, workflow: str, limit: int, cursor: int | None = None
    ) -> tuple[list[Version], int | None]:
        """Versions, newest first, and where the next page begins."""
        self.get(person, workflow)
        rows = self._file.rows(
            f"SELECT {VERSION_COLUMNS} FROM version WHERE workflow = ? AND number < ? "
            "ORDER BY number DESC LIMIT ?",
            (workflow, cursor or 1 << 40, limit + 1),
        )
        shown = [Version(*row) for row in rows[:limit]]
        return shown, shown[-1].number if len(rows) > limit else None

    def diff(self, person: Person, workflow: str, before: int, after: int) -> list[Difference]:
        """What differs between two versions, in words."""
        old, new = (self.read(person, workflow, number) for number in (before, after))
        return diff(loads_document(old.text), loads_document(new.text))

    def usable(self, person: Person, workflow: str, number: int | None = None) -> Stored:
        """What may be run or shown to others. Raises `WorkflowDeleted` for what is in the bin."""
        stored = self.read(person, workflow, number)
        _refuse_deleted(stored.workflow)
        return stored

    def _save(
        self, person: Person, workflow: str, expected: Collection[str], document: Document, note: str
    ) -> Stored:
        text = document.dumps()
        raw = document.as_json()
        with self._file.writing() as connection:
            before = self._expected(person, workflow, expected)
            current = self._read(before, None)
            if current.text == text:
                return current
            number, now = before.version + 1, time.time()
            version = version_of(document, text, number, person.owner, now, note)
            follows = before.name == readable(current.version.name)
            name = readable(document.name) if follows else before.name
            _insert_version(connection, workflow, version, text)
            _update(connection, before, number, name, before.tags, before.thumbnail, raw)
        return Stored(self.get(person, workflow), version, text)

    def _read(self, workflow: Workflow, number: int | None) -> Stored:
        row = self._file.row(
            f"SELECT {VERSION_COLUMNS}, document FROM version WHERE workflow = ? AND number = ?",
            (workflow.id, number or workflow.version),
        )
        if row is None:
            raise UnknownWorkflow(
                f"The workflow '{workflow.id}' has no version {number}; "
                f"the current one is {workflow.version}."
            )
        return Stored(workflow, Version(*row[:-1]), row[-1])

    def _expected(self, person: Person, workflow: str, expected: Collection[str]) -> Workflow:
        """The workflow as it stands inside a transaction, if it is what was expected."""
        found = self.get(person, workflow)
        _refuse_deleted(found)
        if ANY not in expected and found.tag not in expected:
            raise WorkflowChanged(
                f"The workflow '{workflow}' was changed meanwhile; its version is {found.version}. "
                "Read it again, put the change into what there is now, and send that.",
                found.tag,
                found.version,
            )
        return found


def _refuse_deleted(workflow: Workflow) -> None:
    if workflow.deleted is not None:
        raise WorkflowDeleted(f"The workflow '{workflow.id}' is in the bin; restore it first.")


def _insert_version(connection: sqlite3.Connection, workflow: str, version: Version, text: str) -> None:
    connection.execute(
        f"INSERT INTO version (workflow, document, {VERSION_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(workflow, text, version.number, version.name, version.digest, version.nodes),
            *(version.author, version.time, version.note),
        ),
    )


def _update(
    connection: sqlite3.Connection,
    before: Workflow,
    number: int,
    name: str,
    tags: Sequence[str],
    thumbnail: str,
    document: dict[str, Any],
) -> None:
    connection.execute(
        "UPDATE workflow SET name = ?, tags = ?, folded_tags = ?, searched = ?, updated = ?, version = ?, "
        "revision = ?, change = ?, thumbnail = ? WHERE id = ?",
        (
            *(name, _json(tags), _json(map(folded, tags)), searched_text(name, tags, document)),
            *(time.time(), number, before.revision + 1, _count_change(connection), thumbnail, before.id),
        ),
    )


def _mark(connection: sqlite3.Connection, workflow: str, deleted: float | None) -> None:
    connection.execute(
        "UPDATE workflow SET deleted = ?, revision = revision + 1, change = ? WHERE id = ?",
        (deleted, _count_change(connection), workflow),
    )


def _count_change(connection: sqlite3.Connection) -> int:
    row = connection.execute(
        "UPDATE counter SET value = value + 1 WHERE name = 'change' RETURNING value"
    ).fetchone()
    return int(row[0])


def _json(values: Any) -> str:
    return json.dumps(list(values), ensure_ascii=False)
