"""Files by size and time of their last change, to notice cheaply that one became another."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

CACHES = "__pycache__"

Watched: TypeAlias = dict[str, list[int]]
"""By path: size and time of the last change; an empty list for what is not there."""


def watch(paths: Iterable[str]) -> Watched:
    """The state of some files and folders now."""
    return {path: _state(path) for path in paths}


def python_files(folder: Path) -> Iterator[str]:
    """Every Python file below `folder`, and every folder: one changes when a file in it comes or goes."""
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != CACHES]
        yield parent
        yield from (os.path.join(parent, name) for name in files if name.endswith(".py"))


def all_files(folder: Path) -> Iterator[str]:
    """Every file below `folder` that is not hidden, in order; no folders, which change by being imported."""
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != CACHES and not name.startswith("."))
        yield from (os.path.join(parent, name) for name in sorted(files) if not name.startswith("."))


def _state(path: str) -> list[int]:
    try:
        state = os.stat(path)
    except OSError:
        return []
    folder = os.path.isdir(path)  # the size of a folder depends on its file system
    return [0 if folder else state.st_size, state.st_mtime_ns]
