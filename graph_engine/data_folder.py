"""The data folder's layout: its version in `latentgraph.json`, and the steps from one version to the next.

Killed at any moment, the next opening ends as if nothing had happened: what a step touches is copied before,
and put back where the step did not end.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_engine.atomic import write_atomic
from graph_engine.errors import EngineError, FolderUnusable
from graph_engine.store.lock import is_held, taken

LAYOUT_FILE = "latentgraph.json"
LOCK_FILE = "layout.lock"
RUNNER_LOCK = "jobs.lock"  # held by the process that runs the jobs
BACKUPS = "backups"
_WAIT_SECONDS = 60.0  # for another process that migrates
_SIDE_FILES = ("-wal", "-shm", "-journal")  # of a SQLite file


class LayoutNewer(EngineError):
    """The data folder was laid out by a newer version of this program."""


class LayoutDamaged(EngineError):
    """`latentgraph.json` says nothing that can be understood, or a backup is gone."""


class MigrationFailed(EngineError):
    """A step to the next layout could not be done; what it touched is as it was."""


@dataclass(frozen=True)
class Step:
    """From one layout to the next: `apply` changes the folder, and only what `touches` names in it."""

    name: str
    touches: tuple[str, ...]
    apply: Callable[[Path], None]


STEPS: tuple[Step, ...] = ()
"""The step to version 2, to version 3, ...: version 1 is the layout without any."""


def open_data_folder(folder: Path, steps: Sequence[Step] = STEPS) -> int:
    """Bring a folder to the present layout, and give its version; one read where it is there already.

    Raises `LayoutNewer`, `LayoutDamaged`, `MigrationFailed`, and `FolderUnusable` where a step is due and the
    folder can not be written, or another process uses it.
    """
    present = len(steps) + 1
    state = _read(folder)
    if state is not None and state == {"layout": present}:
        return present
    version = _checked(folder, state, present)
    if version == present and "migrating" not in (state or {}):
        with suppress(OSError):  # what is implied need not be written: a read-only folder can be looked at
            _write(folder, {"layout": present})
        return present
    with _alone(folder):
        _migrate(folder, steps)
    return present


def check_writable(folder: Path) -> None:
    """Make the folder if need be. Raises `FolderUnusable` where nothing can be written in it."""
    probe = folder / f".{time.time_ns():x}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as error:
        raise FolderUnusable(
            f"The data folder '{folder}' can not be written ({error.strerror or error}). "
            "Make it writable, or give another with --data."
        ) from error


def layout_version(folder: Path, steps: Sequence[Step] = STEPS) -> int:
    """The version that a folder has. Raises `LayoutNewer` and `LayoutDamaged`."""
    return _checked(folder, _read(folder), len(steps) + 1)


def restore_backup(folder: Path, backup: str, steps: Sequence[Step] = STEPS) -> None:
    """Put back what a step touched, as `backups/BACKUP` has it, and the version from before the step.

    Raises `LayoutDamaged` where there is no such backup.
    """
    kept = folder / BACKUPS / backup
    version = _version_of(_read(kept), kept)
    with _alone(folder):
        _put_back(folder, kept, steps[version - 1])
        _write(folder, {"layout": version})


def _checked(folder: Path, state: dict[str, Any] | None, present: int) -> int:
    if state is None:
        return 1 if _in_use(folder) else present
    version = _version_of(state, folder)
    if version > present:
        raise LayoutNewer(
            f"The data folder '{folder}' has layout {version}; this version of Latent Graph knows {present}. "
            "Update it, or give another data folder with --data."
        )
    return version


def _in_use(folder: Path) -> bool:
    """Whether there is anything in it that could have been laid out by an older version."""
    try:
        return any(path.name not in (LOCK_FILE, "logs") for path in folder.iterdir())
    except OSError:
        return False


def _version_of(state: dict[str, Any] | None, folder: Path) -> int:
    version = state.get("layout") if state else None
    if type(version) is not int or version < 1:
        raise LayoutDamaged(
            f"'{folder / LAYOUT_FILE}' does not say which layout the folder has. "
            f"Put the one from the newest folder in '{BACKUPS}' in its place; where there is none, delete it."
        )
    return version


def _migrate(folder: Path, steps: Sequence[Step]) -> None:
    while True:
        state = _read(folder) or {"layout": _checked(folder, None, len(steps) + 1)}
        version = _checked(folder, state, len(steps) + 1)
        if version > len(steps):
            _write(folder, {"layout": version})
            return
        step = steps[version - 1]
        if (begun := state.get("migrating")) is None:
            begun = _back_up(folder, version, step)
            _write(folder, {"layout": version, "migrating": begun})
        else:
            _put_back(folder, folder / BACKUPS / str(begun), step)
        try:
            step.apply(folder)
        except Exception as error:
            _put_back(folder, folder / BACKUPS / str(begun), step)
            _write(folder, {"layout": version})
            raise MigrationFailed(
                f"The data folder '{folder}' could not be brought to layout {version + 1} "
                f"({step.name}: {error}). It is as it was; what was touched is also in '{BACKUPS}/{begun}'."
            ) from error
        _write(folder, {"layout": version + 1})


def _back_up(folder: Path, version: int, step: Step) -> str:
    """Copy what a step touches into a new folder among the backups; whole, or not there."""
    backups = folder / BACKUPS
    for left in backups.glob(".*.partial"):
        shutil.rmtree(left, ignore_errors=True)
    name = time.strftime(f"%Y%m%d-%H%M%S-v{version}")
    count = 1
    while (backups / name).exists():
        count += 1
        name = time.strftime(f"%Y%m%d-%H%M%S-v{version}-{count}")
    partial = backups / f".{name}.partial"
    partial.mkdir(parents=True)
    for touched in step.touches:
        _copy(folder / touched, partial / touched)
    _write(partial, {"layout": version})
    partial.rename(backups / name)
    return name


def _put_back(folder: Path, backup: Path, step: Step) -> None:
    if not (backup / LAYOUT_FILE).is_file():
        raise LayoutDamaged(
            f"The backup '{backup}' is not there, and the step '{step.name}' did not end. "
            "Put back a backup of the whole data folder."
        )
    for touched in step.touches:
        target = folder / touched
        _remove(target)
        _copy(backup / touched, target)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    elif source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".sqlite":  # with what its side files hold
            with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as writing:
                reading.backup(writing)
        else:
            shutil.copy2(source, target)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        for side in ("", *_SIDE_FILES):
            path.with_name(path.name + side).unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the one process that changes the layout, while none runs jobs in it."""
    check_writable(folder)
    if is_held(folder / RUNNER_LOCK):
        raise FolderUnusable(
            f"The data folder '{folder}' is to get another layout, and another process runs the jobs in it. "
            "End that one, then start again."
        )
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        with taken(folder / LOCK_FILE) as held:
            if held:
                yield
                return
        if time.monotonic() > deadline:
            raise FolderUnusable(
                f"Another process has been changing the layout of '{folder}' for {_WAIT_SECONDS:.0f} "
                "seconds. End it, then start again."
            )
        time.sleep(0.05)


def _read(folder: Path) -> dict[str, Any] | None:
    path = folder / LAYOUT_FILE
    try:
        raw = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        raw = None
    return raw if isinstance(raw, dict) else {}


def _write(folder: Path, state: dict[str, Any]) -> None:
    write_atomic(folder / LAYOUT_FILE, (json.dumps(state) + "\n").encode())
