"""What the cache holds and takes, tier by tier and type by type."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from graph_engine.store.content import ContentStore

UNKNOWN_TYPE = "unknown"


@dataclass(frozen=True)
class Tier:
    """Values in one tier: bytes used and allowed, and how many values."""

    used: int
    budget: int
    values: int


@dataclass(frozen=True)
class Share:
    """What a type takes: how many (values, or computations), bytes on disk, seconds to compute them again."""

    name: str
    count: int
    bytes: int
    seconds: float


@dataclass(frozen=True)
class Folder:
    """A folder's files: how many, and their bytes."""

    files: int
    bytes: int


@dataclass(frozen=True)
class CacheReport:
    """`freeable` is what clearing would free: unpinned values and what interrupted computations left.

    `node_types` counts a value that several node types gave once for each. `artifacts` and `uploads` are
    the user's, and nothing here clears them.
    """

    memory: Tier
    disk: Tier
    computations: int
    pinned: Folder
    value_types: tuple[Share, ...]
    node_types: tuple[Share, ...]
    interrupted: Folder
    artifacts: Folder
    uploads: Folder
    freeable: int
    trouble: str

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON has it."""
        return asdict(self)


def cache_report(store: ContentStore, artifacts: Path, uploads: Path) -> CacheReport:
    """Measure a store and the user's folders beside it."""
    database = store.database
    blobs: dict[str, tuple[str, int, float]] = {
        digest: (kind or UNKNOWN_TYPE, size if isinstance(size, int) else 0, seconds)
        for _, digest, kind, size, seconds in database.pages(
            "blob", "rowid", "digest, type, size, seconds", -1
        )
    }
    node_types = _shares(
        (node_type, sum(blobs[one][1] for one in _digests(outputs) if one in blobs), seconds)
        for _, node_type, outputs, seconds in database.pages("memo", "key", "node_type, outputs, seconds", "")
    )
    pinned = Folder(*store.disk.pinned())
    used = sum(size for _, size, _ in blobs.values())
    interrupted = measure_folder(store.folder / "work")
    return CacheReport(
        memory=Tier(store.memory.used, store.memory.budget, len(store.memory)),
        disk=Tier(used, store.disk.budget, len(blobs)),
        computations=sum(one.count for one in node_types),
        pinned=pinned,
        value_types=_shares((kind, size, seconds) for kind, size, seconds in blobs.values()),
        node_types=node_types,
        interrupted=interrupted,
        artifacts=measure_folder(artifacts),
        uploads=measure_folder(uploads),
        freeable=used - pinned.bytes + interrupted.bytes,
        trouble=store.trouble or store.pins_too_large(),
    )


def measure_folder(folder: Path) -> Folder:
    """All files below a folder; what vanishes while it is measured does not count."""
    files = size = 0
    for path in folder.rglob("*") if folder.is_dir() else ():
        with suppress(OSError):
            if path.is_file():
                size += path.stat().st_size
                files += 1
    return Folder(files, size)


def _shares(rows: Iterable[tuple[str, int, float]]) -> tuple[Share, ...]:
    """The rows summed by name, those that take most first."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0.0])
    for name, size, seconds in rows:
        one = sums[name]
        one[0] += 1
        one[1] += size
        one[2] += seconds
    shares = [Share(name, int(count), int(size), seconds) for name, (count, size, seconds) in sums.items()]
    return tuple(sorted(shares, key=lambda one: (-one.bytes, -one.seconds, one.name)))


def _digests(outputs: str) -> set[str]:
    try:
        return {ref[1] for ref in json.loads(outputs).values()}
    except (ValueError, AttributeError, LookupError, TypeError):  # a damaged row; `check` finds it
        return set()
