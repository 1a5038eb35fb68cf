"""The store's tiers, budgets and files."""

from __future__ import annotations

import threading
import tracemalloc
from pathlib import Path

import pytest
import toy_pack

from graph_engine import Artifact, Catalogue, FileMissing
from graph_engine.artifact_folder import ArtifactFolder, readable_name
from graph_engine.files import Files
from graph_engine.store.content import ContentStore, Missing
from graph_engine.store.database import Database
from graph_engine.store.lock import computing
from graph_engine.store.memo import Memo, MemoTable
from graph_engine.store.memory import ENTRY_BYTES, MemoryTier
from graph_engine.store.value_ref import ValueRef


def blob(number: int, size: int = 1000) -> toy_pack.Blob:
    return toy_pack.Blob(bytearray([number]) * size)


def place(size: int) -> int:
    """The size of a value that takes `size` bytes with its entry."""
    return size - ENTRY_BYTES


def test_memory_evicts_what_is_cheapest_to_compute_again_for_its_size() -> None:
    tier = MemoryTier(3000)
    tier.put("cheap", 1, place(1000), seconds=0.1)
    tier.put("dear", 2, place(1000), seconds=9.0)
    tier.put("large", 3, place(2000), seconds=1.0)
    assert ("cheap" in tier, "dear" in tier, "large" in tier) == (False, True, True)
    assert tier.used == place(1000) + place(2000)


def test_memory_lets_old_values_age() -> None:
    tier = MemoryTier(2000)
    tier.put("once", 0, place(1000), seconds=3.0)
    for index in range(6):
        tier.put(f"new{index}", index, place(1000), seconds=1.0)
    assert "once" not in tier


def test_memory_does_not_hold_what_is_larger_than_its_budget() -> None:
    tier = MemoryTier(1000)
    tier.put("a", 1, 1001, seconds=1.0)
    assert "a" not in tier
    assert tier.used == 0


def test_small_values_take_no_more_memory_than_the_budget() -> None:
    tier = MemoryTier(1_000_000)
    tracemalloc.start()
    try:
        for number in range(20_000):
            tier.put(f"{number:064x}", f"value {number}", 12, seconds=1e-3)
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used < 1_100_000
    assert len(tier) > 1000


def test_disk_stays_within_its_budget_and_keeps_the_dear_ones(tmp_path: Path, catalogue: Catalogue) -> None:
    store = ContentStore(tmp_path, catalogue, memory_budget=0, disk_budget=10_000)
    refs = []
    for number in range(30):
        ref = store.refer(blob(number))
        store.put(ref, blob(number), seconds=100.0 if number == 3 else 1.0)
        refs.append(ref)
    files = list(tmp_path.rglob("*.blob"))
    assert sum(file.stat().st_size for file in files) <= 10_000
    assert store.holds(refs[3])
    assert store.get(refs[3]) == blob(3)
    assert not store.holds(refs[0])
    with pytest.raises(Missing):
        store.get(refs[0])
    store.close()


def test_a_value_survives_a_restart_and_small_values_need_no_file(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    values = [blob(1), 3, "text", [1, 2], toy_pack.Point(1, 2), None]
    store = ContentStore(tmp_path, catalogue, 1 << 20, 1 << 20)
    refs = [store.refer(value) for value in values]
    for ref, value in zip(refs, values, strict=True):
        store.put(ref, value, 1.0)
    store.close()
    again = ContentStore(tmp_path, catalogue, 1 << 20, 1 << 20)
    assert [again.get(ref) for ref in refs] == values
    assert len(list(tmp_path.rglob("*.json"))) == 0
    again.close()


def test_a_damaged_database_is_set_aside(tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / "memo.sqlite").write_bytes(b"this is no database, " * 1000)
    store = ContentStore(tmp_path, catalogue, 0, 1 << 20)
    assert store.memo.get("x") is None
    assert (tmp_path / "memo.sqlite.damaged").exists()
    store.close()


def test_memos_come_back(tmp_path: Path) -> None:
    database = Database(tmp_path / "memo.sqlite")
    table = MemoTable(database)
    memo = Memo({"out": ValueRef("int", "a" * 64, 8)}, (Artifact("b" * 64, "x.png", "image/png", 3),), 1.5)
    table.put("key", "toy/add", memo)
    assert table.get("key") == memo
    assert table.get("other") is None
    database.close()


def test_two_connections_write_at_once(tmp_path: Path) -> None:
    def write(first: int) -> None:
        database = Database(tmp_path / "memo.sqlite")
        for number in range(first, first + 50):
            MemoTable(database).put(str(number), "toy/add", Memo({}, (), 0.0))
        database.close()

    threads = [threading.Thread(target=write, args=(first,)) for first in (0, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database = Database(tmp_path / "memo.sqlite")
    assert MemoTable(database).count() == 100
    database.close()


def test_one_computation_is_locked_against_another(tmp_path: Path) -> None:
    order: list[str] = []
    inside = threading.Event()

    def second() -> None:
        inside.wait()
        with computing(tmp_path / "key", lambda: None):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with computing(tmp_path / "key", lambda: None):
        inside.set()
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert not (tmp_path / "key").exists()


def test_artifacts_are_kept_once_and_found_by_digest(tmp_path: Path) -> None:
    folder = ArtifactFolder(tmp_path)
    first, second = folder.save("a.txt", b"same", "text/plain"), folder.save("b.txt", b"same", "text/plain")
    assert first.digest == second.digest
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    assert folder.path(first).read_bytes() == b"same"


def test_an_artifact_reference_can_not_leave_the_folder(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        ArtifactFolder(tmp_path).path(Artifact("../../etc/passwd", "x", "text/plain", 1))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../x.png", "x.png"),
        ("a\\b:c?.png", "b_c_.png"),
        ("..", "artifact"),
        ("", "artifact"),
        ("cat\u202egnp.exe", "catgnp.exe"),
        ("cat\x7f\x85\n.png", "cat_.png"),
        ("half \ud83d.png", "half .png"),
        ("👩\u200d🚀 猫.png", "👩\u200d🚀 猫.png"),
    ],
)
def test_artifact_names_are_safe_file_names(given: str, name: str) -> None:
    assert readable_name(given) == name


def test_a_deleted_artifact_is_gone_and_can_be_deleted_again(tmp_path: Path) -> None:
    folder = ArtifactFolder(tmp_path)
    artifact = folder.save("note.txt", b"text", "text/plain")
    folder.delete(artifact)
    folder.delete(artifact)
    assert not folder.holds(artifact)
    with pytest.raises(FileMissing):
        folder.delete(Artifact("../../etc/passwd", "x", "text/plain", 1))


def test_uploads_are_found_by_digest_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    files = Files([], tmp_path / "uploads", upload_limit=10)
    reference = files.upload(tmp_path / "a.txt")
    assert files.open(reference).read_text() == "hello"
    for wrong in ("blake3:" + "0" * 64, "blake3:../../a.txt", "blake3:"):
        with pytest.raises(FileMissing):
            files.open(wrong)
