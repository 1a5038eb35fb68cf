"""The content store: values by digest, in memory and on disk."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.declaration.value_type import ValueType
from graph_engine.errors import EngineError, FolderUnusable, UnknownValueType
from graph_engine.packs.catalogue import Catalogue
from graph_engine.store.clearing import EVERYTHING, Cleared, Scope, clear
from graph_engine.store.database import Database, DatabaseRefused
from graph_engine.store.disk import INLINE_BYTES, DiskTier, Missing
from graph_engine.store.key_lock import KeyLocks
from graph_engine.store.lock import sweep_locks
from graph_engine.store.memo import Memo, MemoTable
from graph_engine.store.memory import MemoryTier
from graph_engine.store.pins import Pin, Pins
from graph_engine.store.trouble import Trouble
from graph_engine.store.value_ref import ValueRef

__all__ = ["ContentStore", "Missing"]

TEXT_BYTES = 200  # of a value that its reference holds itself
HELD_BYTES = 1 << 30  # of values that the disk does not take; the memory budget, if that is larger


class ContentStore:
    """Memo table and values of one data folder; several processes may share the folder, threads an instance.

    What can not be stored, since the disk is full or the folder read-only, fails nothing: it stays in memory,
    and `trouble` says so in a sentence.
    """

    def __init__(self, folder: Path, catalogue: Catalogue, memory_budget: int, disk_budget: int) -> None:
        self.folder = folder
        self._trouble = Trouble()
        self._catalogue = catalogue
        self.database = Database(folder / "memo.sqlite")
        if self.database.in_memory:
            self._trouble.note(
                f"The cache in '{folder}' can not be opened ({self.database.why}), so that nothing is read "
                "from it or kept. Make room on the disk, or give another folder with --data."
            )
        self.memo = MemoTable(self.database, self._trouble)
        self.pins = Pins(self.database, folder)
        self.memory = MemoryTier(memory_budget)
        self.locks = KeyLocks(folder)
        self.disk = DiskTier(folder, self.database, disk_budget)
        self._held = MemoryTier(max(HELD_BYTES, memory_budget))  # what the disk did not take
        self._workspaces: dict[str, Path] = {}  # those outside the folder

    @property
    def trouble(self) -> str:
        """The first thing that kept a value from being stored, for a person; empty if nothing did."""
        return self._trouble.text

    def refer(self, value: Any) -> ValueRef:
        """The reference to a value's content. Raises `UnknownValueType`."""
        value_type = self._catalogue.value_type_of(value)
        codec = value_type.codec
        if not codec.inline:
            return ValueRef(value_type.name, value_type.digest(value), codec.size(value))
        data = codec.dumps(value)
        text = data.decode() if len(data) <= TEXT_BYTES else ""
        return ValueRef(value_type.name, value_type.digest_of(value, data), len(data), text)

    def value_type(self, name: str) -> ValueType:
        """The value type of a name. Raises `UnknownValueType`."""
        return self._catalogue.value_type(name)

    def put(self, ref: ValueRef, value: Any, seconds: float) -> None:
        """Store a value that took `seconds` to compute. An OSError becomes `trouble`; others are raised."""
        if ref.text:
            return
        value_type = self.value_type(ref.type)
        try:
            if not self.disk.has(ref, value_type):
                stored = self.disk.put(ref, value_type, value, seconds)
                if not stored and ref.size <= self.disk.budget:
                    self._trouble.note(self.pins_too_large() or self._no_room(ref))
            self._held.drop(ref.digest)
        except OSError as error:
            self._trouble.note(
                f"A value of {ref.size:,} bytes can not be kept in '{self.folder}' ({error}). The run goes "
                "on, and what is not kept will be computed again. Make room on the disk, or give another "
                "folder with --data."
            )
            self._held.put(ref.digest, value, ref.size, 0.0)
        self.memory.put(ref.digest, value, ref.size, seconds)

    def record(
        self,
        values: Mapping[ValueRef, Any],
        seconds: float,
        memos: Sequence[tuple[str, Memo]],
        node_type: str,
    ) -> None:
        """Store what a computation gave, then its memos by key; small values in one transaction with them."""

        if all(ref.text for ref in values):  # nothing but rows of the memo table
            self.memo.put_all(node_type, memos)
            return

        def all_of_it(_: object = None) -> None:
            for ref, value in values.items():
                self.put(ref, value, seconds)
            self.memo.put_all(node_type, memos)

        if all(ref.size <= INLINE_BYTES for ref in values):
            try:
                self.database.write(all_of_it)
                return
            except DatabaseRefused:  # one by one, each says what could not be kept
                pass
        all_of_it()

    def holds(self, ref: ValueRef) -> bool:
        """Whether the value is there, without loading it."""
        if ref.text or ref.digest in self.memory or ref.digest in self._held:
            return True
        value_type = self._value_type(ref)
        return value_type is not None and self.disk.holds(ref, value_type)

    def get(self, ref: ValueRef) -> Any:
        """The value; raises `Missing`."""
        if ref.text:
            return self._read(ref)
        with suppress(KeyError):
            return self.memory.get(ref.digest)
        with suppress(KeyError):
            return self._held.get(ref.digest)
        value_type = self._value_type(ref)
        if value_type is None:
            raise Missing(ref.digest)
        value = self.disk.get(ref, value_type)
        self.memory.put(ref.digest, value, ref.size, 0.0)
        return value

    def _read(self, ref: ValueRef) -> Any:
        value_type = self._value_type(ref)
        try:
            value = None if value_type is None else value_type.codec.loads(ref.text.encode())
            if value_type is not None and value_type.digest(value) == ref.digest:
                return value
        except Exception as error:  # whatever a codec raises on a damaged text
            raise Missing(ref.digest) from error
        raise Missing(ref.digest)

    def complete(self, memo: Memo, artifacts: ArtifactFolder) -> bool:
        """Whether every artifact of a memo is still on disk."""
        return all(artifacts.holds(one) for one in memo.artifacts)

    def workspace(self, key: str) -> Path:
        """The folder of a computation that may be interrupted and go on later.

        Where none can be made in the store, it is a temporary one, and only this run can go on in it.
        """
        folder = self._workspaces.get(key, self.folder / "work" / key)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._trouble.note(
                f"A node that is interrupted will begin anew: no folder for it can be made ({error})."
            )
            folder = self._workspaces[key] = Path(tempfile.mkdtemp(prefix="latentgraph-"))
        return folder

    def leave_workspace(self, key: str) -> None:
        """Remove a computation's folder after its success."""
        shutil.rmtree(self._workspaces.pop(key, self.folder / "work" / key), ignore_errors=True)

    def pin(self, keys_or_digests: Iterable[str], label: str) -> list[str]:
        """Keep values from eviction under `label`: those of computations (keys), or single ones (digests).

        They are added to what the label has. Gives the keys and digests, each once, of which a value is not
        on disk.
        """
        self.need_database()
        absent: dict[str, None] = {}
        wanted: list[tuple[str, str]] = []
        for name in dict.fromkeys(keys_or_digests):
            memo = self.memo.get(name)
            if memo is None:
                wanted.append(("", name))
            else:
                stored = [ref.digest for ref in memo.outputs.values() if not ref.text]
                wanted += [(name, digest) for digest in stored] or [(name, "")]
        try:
            for key, digest in self.pins.add(label, wanted):
                absent[key or digest] = None
        except DatabaseRefused as error:
            raise self._unusable(error) from error
        return list(absent)

    def unpin(self, label: str) -> Pin:
        """Let what is pinned under a label be evicted again; gives what it was. Raises `UnknownPin`."""
        try:
            return self.pins.remove(label)
        except DatabaseRefused as error:
            raise self._unusable(error) from error

    def pins_too_large(self) -> str:
        """A sentence if pinned values alone take nine tenths of the disk's budget or more, else nothing."""
        count, size = self.disk.pinned()
        if not size or size < self.disk.budget * 9 // 10:
            return ""
        return (
            f"{count} pinned values take {size:,} of the {self.disk.budget:,} bytes that the cache may have "
            "on disk, so that little or nothing else can be kept. Unpin some (`latentgraph cache pins` lists "
            "them) or give the cache more with `disk_budget`."
        )

    def info(self) -> tuple[int, int]:
        """What can be computed again: (computations, bytes)."""
        return self.memo.count(), self.disk.measure()

    def clear(self, scope: Scope = EVERYTHING) -> Cleared:
        """Forget the computations in a scope, and values that no other computation refers to."""
        self.need_database()
        try:
            cleared = clear(self.database, self.disk, self.locks, scope)
        except DatabaseRefused as error:
            raise self._unusable(error) from error
        self.memo.forget_cached()
        self.memory.keep_only(cleared.left)
        self._held.keep_only(cleared.left)
        return cleared

    def need_database(self) -> None:
        """Raise `FolderUnusable` where the database could not be opened: on a full or read-only disk."""
        if self.database.in_memory:
            raise FolderUnusable(
                f"The cache in '{self.folder}' can not be opened ({self.database.why}). If the disk is full, "
                "make room for a megabyte; or delete that folder while nothing runs, and only time is lost."
            )

    def memory_use(self) -> tuple[int, int]:
        """Bytes of values in memory, and how many there may be."""
        return self.memory.used, self.memory.budget

    def close(self) -> None:
        """Let go of memory and the database, and sweep what killed processes left."""
        self.memo.prune()
        self.memory.clear()
        self._held.clear()
        self.disk.close()
        self.locks.close()
        sweep_locks(self.folder / "locks")
        for folder in self._workspaces.values():
            shutil.rmtree(folder, ignore_errors=True)
        self.database.close()

    def _value_type(self, ref: ValueRef) -> ValueType | None:
        try:
            return self.value_type(ref.type)
        except UnknownValueType:  # its pack was removed
            return None

    def _no_room(self, ref: ValueRef) -> str:
        return f"A value of {ref.size:,} bytes has no room in the cache's {self.disk.budget:,} bytes on disk."

    def _unusable(self, error: Exception) -> EngineError:
        return FolderUnusable(f"The cache in '{self.folder}' can not be changed: {error}.")
