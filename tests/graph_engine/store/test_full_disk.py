"""A disk that takes no more: the run goes on, the value stays usable, and a person is told once."""

from __future__ import annotations

import errno
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
import toy_pack

from graph_engine import Catalogue, Codec, Engine, Pack, ValueType
from graph_engine.store import content
from graph_engine.store.content import ContentStore, Missing
from graph_engine.store.memo import Memo
from tests.graph_engine.conftest import RESOURCES, document, link

ROOT = Path(__file__).parents[3]
NODES = {
    "blob": ("make_blob", {"text": "abc", "size": 6000}),
    "measured": ("measure", {"blob": link("blob.blob")}),
    "n": ("add", {"a": link("measured.integer"), "b": 1}),
}
OUTPUTS = {"n": "n.integer", "blob": "blob.blob"}


def blob(number: int, size: int = 5000) -> toy_pack.Blob:
    return toy_pack.Blob(bytearray([number]) * size)


@pytest.fixture
def store(tmp_path: Path, catalogue: Catalogue) -> ContentStore:
    return ContentStore(tmp_path, catalogue, memory_budget=0, disk_budget=1 << 20)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_value_that_can_not_be_written_stays_usable_until_the_store_is_closed(
    store: ContentStore,
    number: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(*given: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    refs = [store.refer(blob(one)) for one in range(3)]
    for one, ref in enumerate(refs):
        store.put(ref, blob(one), 1.0)
    assert all(store.holds(ref) for ref in refs)
    assert [store.get(ref) for ref in refs] == [blob(0), blob(1), blob(2)]
    assert os.strerror(number) in store.trouble
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert list(store.disk.files()) == []
    store.close()
    assert len(store._held) == 0


def test_the_oldest_values_go_when_too_many_could_not_be_written(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", refuse)
    monkeypatch.setattr(content, "HELD_BYTES", 12_000)
    store = ContentStore(tmp_path, catalogue, memory_budget=0, disk_budget=1 << 20)
    refs = [store.refer(blob(one)) for one in range(5)]
    for one, ref in enumerate(refs):
        store.put(ref, blob(one), 1.0)
    assert [store.holds(ref) for ref in refs] == [False, False, False, True, True]
    with pytest.raises(Missing):
        store.get(refs[0])
    store.close()


def test_when_there_is_room_again_values_are_kept_again(
    store: ContentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    ref = store.refer(blob(1))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        store.put(ref, blob(1), 1.0)
    store.put(ref, blob(1), 1.0)
    assert len(list(store.disk.files())) == 1
    assert len(store._held) == 0
    store.close()


@pytest.mark.parametrize("pragma", ["query_only = ON", "max_page_count = 1"])
def test_a_database_that_takes_no_more_fails_no_run(engine: Engine, pragma: str) -> None:
    engine.store.database.row(f"PRAGMA {pragma}")
    engine.store.database.row("PRAGMA wal_checkpoint(TRUNCATE)")
    for size in (6000, 7000):
        nodes = NODES | {"blob": ("make_blob", {"text": "abc" * 500, "size": size})}
        result = engine.run(document(nodes, OUTPUTS, name="x" * 5000)).raise_for_status()
        assert result.outputs["n"] == size + 1
    if "query_only" in pragma:
        assert "readonly" in engine.store.trouble
        assert list(engine.store.disk.files()) == []
        toy_pack.calls.clear()
        engine.run(document(nodes, OUTPUTS)).raise_for_status()
        assert not toy_pack.calls  # known to this process all the same


def test_an_error_of_a_codec_is_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    class Odd:
        pass

    class OddCodec(Codec[Odd]):
        def dumps(self, value: Odd) -> bytes:
            return b"odd"

        def write(self, value: Odd, path: Path) -> None:
            raise ValueError("it can not be written")

        def read(self, path: Path) -> Odd:
            return Odd()

    catalogue = Catalogue([Pack("odd", "1", [], values=[ValueType("odd/odd", codec=OddCodec)])])
    store = ContentStore(tmp_path, catalogue, 0, 1 << 20)
    with pytest.raises(ValueError, match="it can not be written"):
        store.put(store.refer(Odd()), Odd(), 1.0)
    assert store.trouble == ""
    store.close()


def test_a_codec_may_say_in_its_own_words_that_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Odd:
        pass

    class OddCodec(Codec[Odd]):
        def dumps(self, value: Odd) -> bytes:
            return b"odd"

        def write(self, value: Odd, path: Path) -> None:
            raise ValueError("No space left on device (os error 28)")

        def read(self, path: Path) -> Odd:
            return Odd()

    catalogue = Catalogue([Pack("odd", "1", [], values=[ValueType("odd/odd", codec=OddCodec)])])
    store = ContentStore(tmp_path, catalogue, 0, 1 << 20)
    monkeypatch.setattr(store.disk.staging, "takes", lambda size: False)
    value = Odd()
    ref = store.refer(value)
    store.put(ref, value, 1.0)
    assert store.get(ref) is value
    assert "os error 28" in store.trouble
    store.close()


def test_a_workspace_that_can_not_be_made_is_a_temporary_one(
    store: ContentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (store.folder / "work").write_text("a file where the folder should be")
    folder = store.workspace("key")
    assert store.workspace("key") == folder
    (folder / "step").write_text("1")
    assert "can be made" in store.trouble
    store.leave_workspace("key")
    assert not folder.exists()
    again = store.workspace("key")
    store.close()
    assert not again.exists()


LIMITED = """
import resource, sys
from pathlib import Path
import toy_pack
from graph_engine import Catalogue, Document, Engine

def limit():
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))

if sys.argv[2] == "before":
    limit()
with Engine(Path(sys.argv[1]), catalogue=Catalogue([toy_pack.pack]), device="cpu") as engine:
    limit()
    document = Document.model_validate_json(sys.stdin.read())
    for _ in range(2):
        result = engine.run(document).raise_for_status()
        assert bytes(result.outputs["blob"].data) == (b"abc0" * 6000)[:6000]
        print(result.outputs["n"], sum(report.status == "hit" for report in result.nodes.values()))
    print(engine.store.trouble)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits of this kind")
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("limit", [0, 5000])
@pytest.mark.parametrize("used_before", [False, True])
def test_where_the_system_refuses_to_write_a_run_goes_on_and_says_so_once(
    tmp_path: Path, catalogue: Catalogue, when: str, limit: int, used_before: bool
) -> None:
    (tmp_path / "store").mkdir()
    if used_before:
        with Engine(tmp_path, catalogue=catalogue) as engine:
            engine.run(document({"n": ("number", {"value": 2})}, {"n": "n.integer"})).raise_for_status()
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path), when, str(limit)],
        input=document(NODES, OUTPUTS).dumps(),
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{RESOURCES}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    first, second, *trouble = done.stdout.splitlines()
    assert (first, second) == ("6001 0", "6001 3")
    assert trouble[0]
    assert done.stderr.count(trouble[0]) == 1
    with Engine(tmp_path, catalogue=catalogue) as engine:  # and nothing is wrong afterwards
        assert engine.run(document(NODES, OUTPUTS)).raise_for_status().outputs["n"] == 6001


def test_a_computation_is_remembered_in_this_process_only_where_the_database_refuses(
    store: ContentStore,
) -> None:
    store.database.row("PRAGMA query_only = ON")
    store.memo.put("key", "toy/add", Memo({}, (), 1.0))
    store.memo.remember_parts("document", {"n": ("key", {})})
    assert store.memo.get("key") == Memo({}, (), 1.0)
    assert store.memo.count() == 0
    store.close()
