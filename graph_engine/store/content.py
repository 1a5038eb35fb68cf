"""The content store: values by digest, in memory and on disk."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from graph_engine.catalogue import Catalogue
from graph_engine.store.artifacts import ArtifactFolder
from graph_engine.store.database import Database
from graph_engine.store.disk import DiskTier, Missing
from graph_engine.store.memo import Memo, MemoTable
from graph_engine.store.memory import MemoryTier
from graph_engine.store.value_ref import ValueRef

__all__ = ["ContentStore", "Missing"]


class ContentStore:
    """Memo table and values of one data folder; several processes may share the folder."""

    def __init__(self, folder: Path, catalogue: Catalogue, memory_budget: int, disk_budget: int) -> None:
        self.folder = folder
        self._catalogue = catalogue
        self._database = Database(folder / "memo.sqlite")
        self.memo = MemoTable(self._database)
        self._memory = MemoryTier(memory_budget)
        self._disk = DiskTier(folder, self._database, disk_budget)

    def refer(self, value: Any) -> ValueRef:
        """The reference to a value's content. Raises `UnknownValueType`."""
        value_type = self._catalogue.value_type_of(value)
        return ValueRef(value_type.name, value_type.digest(value), value_type.codec.size(value))

    def put(self, ref: ValueRef, value: Any, seconds: float) -> None:
        """Store a value that took `seconds` to compute."""
        value_type = self._catalogue.value_type(ref.type)
        if not self._disk.holds(ref, value_type):
            self._disk.put(ref, value_type, value, seconds)
        self._memory.put(ref.digest, value, ref.size, seconds)

    def holds(self, ref: ValueRef) -> bool:
        """Whether the value is there, without loading it."""
        return ref.digest in self._memory or self._disk.holds(ref, self._catalogue.value_type(ref.type))

    def get(self, ref: ValueRef) -> Any:
        """The value; raises `Missing`."""
        if ref.digest in self._memory:
            return self._memory.get(ref.digest)
        value = self._disk.get(ref, self._catalogue.value_type(ref.type))
        self._memory.put(ref.digest, value, ref.size, 0.0)
        return value

    def complete(self, memo: Memo, artifacts: ArtifactFolder) -> bool:
        """Whether every artifact of a memo is still on disk."""
        return all(artifacts.holds(one) for one in memo.artifacts)

    def workspace(self, key: str) -> Path:
        """The folder of a computation that may be interrupted and go on later."""
        folder = self.folder / "work" / key
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def leave_workspace(self, key: str) -> None:
        """Remove a computation's folder after its success."""
        shutil.rmtree(self.folder / "work" / key, ignore_errors=True)

    def info(self) -> tuple[int, int]:
        """What can be computed again: (computations, bytes)."""
        return self.memo.count(), self._disk.measure()

    def clear(self) -> tuple[int, int]:
        """Remove everything that can be computed again: (computations, bytes)."""
        self._memory.clear()
        shutil.rmtree(self.folder / "work", ignore_errors=True)
        return self.memo.clear(), self._disk.clear()

    def memory_use(self) -> tuple[int, int]:
        """Bytes of values in memory, and how many there may be."""
        return self._memory.used, self._memory.budget

    def close(self) -> None:
        """Let go of memory and the database."""
        self.memo.prune()
        self._memory.clear()
        self._database.close()
