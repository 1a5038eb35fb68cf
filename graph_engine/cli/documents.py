"""The verbs that keep documents: lock one to what it is made with, bring some to present versions."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from graph_engine.checking.locking import LockDifference, lock_gaps
from graph_engine.checking.migrate import migrated
from graph_engine.documents.diff import diff
from graph_engine.documents.document import Document
from graph_engine.documents.document_file import DocumentUnwritable, save_document
from graph_engine.documents.document_io import load_document
from graph_engine.engine import Engine
from graph_engine.errors import EngineError
from graph_engine.packs.catalogue import Catalogue


def add_options(lock_parser: argparse.ArgumentParser, migrate_parser: argparse.ArgumentParser) -> None:
    """Declare the options of the two verbs."""
    lock_parser.add_argument("file", type=Path, metavar="FILE", help="a workflow")
    migrate_parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="workflows")
    for one in (lock_parser, migrate_parser):
        one.add_argument(
            "--check", action="store_true", help="write nothing; exit 1 if something would change"
        )


def lock(arguments: argparse.Namespace, engine: Engine) -> int:
    """Write into a document which packs and models it is made with, or with --check say what differs."""
    document = _read(arguments.file, engine.catalogue, write=not arguments.check)
    after = document if arguments.check else engine.locked(document)
    open_ends = _open_ends(after, engine)
    if after is not document:
        save_document(after, arguments.file)
    if arguments.json:
        said = {"lock": after.lock.model_dump(mode="json"), "differences": [asdict(one) for one in open_ends]}
        _print_json({"file": str(arguments.file), "written": after is not document, **said})
    elif arguments.check:
        for one in open_ends:
            print(one)
        if not open_ends:
            print(f"{arguments.file}: everything here is as its lock says.")
    else:
        for change in diff(document, after):
            print(change)
        if after is document:
            print(f"{arguments.file}: its lock says what is here already.")
        for one in open_ends:
            print(f"Warning: {one}", file=sys.stderr)
    return int(bool(open_ends) and arguments.check)


def migrate(arguments: argparse.Namespace) -> int:
    """Bring documents to present versions in place, or with --check say what would change."""
    catalogue = Catalogue.discover()
    files = [_brought(path, catalogue, write=not arguments.check) for path in arguments.files]
    if arguments.json:
        _print_json({"files": [asdict(one) for one in files]})
    else:
        for one in files:
            for line in one.lines():
                print(line)
            for problem in one.problems:
                print(f"{one.file}: {problem}", file=sys.stderr)
    if any(one.unreadable for one in files):
        return 2
    return int(any(one.problems or (arguments.check and one.changes) for one in files))


@dataclass(frozen=True)
class _File:
    """What was done to one file, and what could not be."""

    file: str
    changes: list[str]
    problems: list[str]
    written: bool = False
    unreadable: bool = False

    def lines(self) -> list[str]:
        said = [f"{self.file}: {change}" for change in self.changes]
        return said or ([] if self.problems else [f"{self.file}: is at present versions."])


def _brought(path: Path, catalogue: Catalogue, *, write: bool) -> _File:
    changes: list[str] = []
    try:
        document = _read(path, catalogue, write=write, changes=changes)
    except EngineError as error:  # the other files are brought all the same
        return _File(str(path), [], [str(error)], unreadable=True)
    opened = migrated(document, catalogue)
    changes += map(str, opened.changes)
    problems = [str(problem) for problem in opened.problems]
    if changes and write:
        try:
            save_document(opened.document, path)
        except DocumentUnwritable as error:
            return _File(str(path), [], [str(error)], unreadable=True)
    return _File(str(path), changes, problems, written=bool(changes) and write)


def _read(path: Path, catalogue: Catalogue, *, write: bool, changes: list[str] | None = None) -> Document:
    """The document as its file has it, at the present format; not migrated."""
    if write and path.suffix.lower() != ".json" and any(catalogue.importers(path.suffix.lower())):
        raise DocumentUnwritable(
            f"'{path}' is a picture, which says what it was made with and stays as it is. "
            "Save its workflow as a .json file, and name that."
        )
    return load_document(path, catalogue.importers, tell=changes.append if changes is not None else None)


def _open_ends(document: Document, engine: Engine) -> list[LockDifference]:
    """Everything in which the document's lock is not what is here."""
    return [
        *engine.lock_differences(document),
        *lock_gaps(document, engine.catalogue, engine.run_for_names()),
    ]


def _print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
