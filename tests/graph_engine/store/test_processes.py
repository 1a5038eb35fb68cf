"""Several processes in one data folder at once: no crash, no wrong value, the budget holds."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import toy_pack

from graph_engine import Catalogue
from graph_engine.store.check import check_store
from graph_engine.store.clearing import Scope
from graph_engine.store.content import ContentStore, Missing
from graph_engine.store.value_ref import ValueRef
from tests.graph_engine.conftest import RESOURCES, document, link

ROOT = Path(__file__).parents[3]
BUDGET = 80_000
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{RESOURCES}"}

WORKER = """
import random, sys
from pathlib import Path
import toy_pack
from graph_engine import Catalogue, Engine
from graph_engine.store.check import check_store
from graph_engine.store.clearing import Scope
from graph_engine.store.content import ContentStore, Missing
from graph_engine.store.memo import Memo

folder, seed, budget, turns = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
catalogue = Catalogue([toy_pack.pack])
random = random.Random(seed)

def blob(number):
    return toy_pack.Blob(bytearray([number]) * (500 + 300 * number))

for _ in range(3):
    store = ContentStore(folder, catalogue, memory_budget=3000, disk_budget=budget)
    for _ in range(turns):
        number = random.randrange(40)
        value = random.choice([blob(number), toy_pack.Point(number)])
        ref = store.refer(value)
        key = f"{number:064x}"
        what = random.random()
        if what < 0.45:
            store.put(ref, value, random.random())
            store.memo.put(key, "toy/make_blob", Memo({"value": ref}, (), 1.0))
        elif what < 0.9:
            memo = store.memo.get(key)
            if memo is not None:
                for ref in memo.outputs.values():
                    store.holds(ref)
                    try:
                        found = store.get(ref)
                    except Missing:
                        continue
                    assert found in (blob(number), toy_pack.Point(number)), (number, found)
        elif what < 0.93:
            store.clear(random.choice([Scope(), Scope(types=("toy/*",)), Scope(keys=frozenset([key]))]))
        elif what < 0.96:
            label = f"pin {seed}"
            store.pin([key], label)
            if any(pin.label == label for pin in store.pins.listing()):
                store.unpin(label)
        elif what < 0.98:
            report = check_store(store, folder / "a", folder / "u", repair=random.random() < 0.5)
            wrong = [one for one in report.findings if not one.in_order and one.kind != "leftover"]
            assert not wrong, wrong
        else:
            store.disk.sweep()
    assert store.trouble == "", store.trouble
    store.close()
"""


RUNNER = """
import random, sys
from pathlib import Path
import toy_pack
from graph_engine import Catalogue, Document, Engine
from graph_engine.settings import Settings

catalogue, random = Catalogue([toy_pack.pack]), random.Random(int(sys.argv[2]))
text = sys.stdin.read()
for _ in range(4):
    settings = Settings.given(data=Path(sys.argv[1]), device="cpu", disk_budget=20_000, memory_budget=4_000)
    with Engine(settings=settings, catalogue=catalogue) as engine:
        for _ in range(12):
            size = random.randrange(5_000, 9_000, 500)
            document = Document.model_validate_json(text.replace("123454321", str(size)))
            result = engine.run(document).raise_for_status()
            halves = [bytes(half.data) for half in result.outputs["halves"]]
            assert b"".join(halves) == (b"abc0" * size)[:size]
            assert result.outputs["size"] == size
            if random.random() < 0.1:
                engine.store.clear()
        assert engine.store.trouble == "", engine.store.trouble
"""
HALVES = document(
    {
        "blob": ("make_blob", {"text": "abc", "size": 123454321}),
        "size": ("measure", {"blob": link("blob.blob")}),
        "halves": ("split", {"blob": link("blob.blob")}),
    },
    {"halves": "halves.blobs", "size": "size.integer"},
)


def start(folder: Path, seed: int, turns: int = 150) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(folder), str(seed), str(BUDGET), str(turns)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def bytes_of_values(folder: Path) -> int:
    size = 0
    for path in folder.glob("[0-9a-f][0-9a-f]/*"):
        try:
            size += path.stat().st_size
        except FileNotFoundError:  # evicted meanwhile
            continue
    return size


def test_processes_that_write_read_evict_clear_pin_and_check_do_not_harm_each_other(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    workers = [start(tmp_path, seed) for seed in range(4)]
    for worker in workers:
        _, errors = worker.communicate()
        assert (worker.returncode, errors) == (0, "")
    assert bytes_of_values(tmp_path) <= BUDGET
    store = ContentStore(tmp_path, catalogue, 0, BUDGET)
    report = check_store(store, tmp_path / "a", tmp_path / "u")
    assert report.healthy, report.findings
    assert list((tmp_path / "locks").iterdir()) == []
    assert list((tmp_path / "incoming").iterdir()) == []
    store.close()


def test_processes_that_run_workflows_with_a_small_budget_get_the_right_values(tmp_path: Path) -> None:
    runners = []
    for seed in range(3):
        command = [sys.executable, "-c", RUNNER, str(tmp_path), str(seed)]
        runners.append(
            subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        )
    for runner in runners:
        assert runner.stdin is not None
        runner.stdin.write(HALVES.dumps().encode())
        runner.stdin.close()
    for runner in runners:
        assert runner.stderr is not None
        assert (runner.stderr.read(), runner.wait()) == (b"", 0)
        runner.stderr.close()
    assert bytes_of_values(tmp_path / "store") <= 20_000
    assert list((tmp_path / "store" / "locks").iterdir()) == []


def test_a_process_that_is_killed_leaves_nothing_to_repair_but_leftovers(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    for seed in range(4):
        worker = start(tmp_path, seed, turns=100_000)
        deadline = threading.Event()
        while bytes_of_values(tmp_path) < 20_000 and worker.poll() is None:
            deadline.wait(0.01)
        worker.kill()
        worker.communicate()
    store = ContentStore(tmp_path, catalogue, 0, BUDGET)
    kinds = {one.kind for one in check_store(store, tmp_path / "a", tmp_path / "u").findings}
    assert kinds <= {
        "leftover",
        "file_without_row",
        "missing_file",
        "memo_without_value",
        "pin_without_value",
    }
    check_store(store, tmp_path / "a", tmp_path / "u", repair=True)
    assert check_store(store, tmp_path / "a", tmp_path / "u").healthy
    assert list((tmp_path / "incoming").iterdir()) == []
    store.close()


@pytest.fixture
def stores(tmp_path: Path, catalogue: Catalogue) -> tuple[ContentStore, ContentStore]:
    """Two, as two processes have them: each with a connection of its own."""
    return ContentStore(tmp_path, catalogue, 0, BUDGET), ContentStore(tmp_path, catalogue, 0, BUDGET)


def value(number: int, size: int = 5000) -> toy_pack.Blob:
    return toy_pack.Blob(bytearray([number]) * size)


def put(store: ContentStore, number: int, size: int = 5000, seconds: float = 1.0) -> ValueRef:
    ref = store.refer(value(number, size))
    store.put(ref, value(number, size), seconds)
    return ref


def test_a_value_that_is_evicted_between_holds_and_get_is_missing(
    stores: tuple[ContentStore, ContentStore],
) -> None:
    mine, other = stores
    ref = put(mine, 1, seconds=0.0)
    assert mine.holds(ref)
    for number in range(2, 40):
        put(other, number, seconds=5.0)
    with pytest.raises(Missing):
        mine.get(ref)
    for store in stores:
        store.close()


def test_all_processes_agree_on_what_is_used(stores: tuple[ContentStore, ContentStore]) -> None:
    for number in range(60):
        put(stores[number % 2], number)
        assert bytes_of_values(stores[0].folder) <= BUDGET
    total = stores[0].database.row("SELECT bytes FROM total")
    assert total == (stores[0].disk.measure(),) == (stores[1].disk.measure(),)
    assert total == (bytes_of_values(stores[0].folder),)
    for store in stores:
        store.close()


def test_a_value_that_another_process_put_anew_is_not_taken_for_the_damaged_one(
    stores: tuple[ContentStore, ContentStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = stores
    ref = put(mine, 1)
    value_type = mine.value_type(ref.type)
    path = mine.disk.path(ref.digest, value_type)
    path.write_bytes(b"damaged")
    read = value_type.codec.read

    def slowly(file: Path) -> object:
        found = read(file)
        other.clear()
        put(other, 1)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(value_type.codec, "read", slowly)
        with pytest.raises(Missing):
            mine.get(ref)
    assert mine.get(ref) == value(1)
    for store in stores:
        store.close()


def test_a_file_without_a_row_is_not_mistaken_for_a_stored_value(
    stores: tuple[ContentStore, ContentStore],
) -> None:
    mine, _ = stores
    ref = put(mine, 1)
    mine.database.write(lambda connection: connection.execute("DELETE FROM blob"))
    put(mine, 1)
    mine.disk.sweep()
    assert mine.get(ref) == value(1)
    for store in stores:
        store.close()


def test_a_row_whose_name_is_no_value_of_ours_leads_to_no_file(
    stores: tuple[ContentStore, ContentStore],
) -> None:
    mine, _ = stores
    ref = put(mine, 1)
    outside = mine.folder.parent / "precious.txt"
    outside.write_text("kept")
    sql = "UPDATE blob SET file = '../precious.txt'"
    mine.database.write(lambda connection: connection.execute(sql))
    mine.clear(Scope(pinned=True))
    assert outside.read_text() == "kept"
    assert not mine.holds(ref)
    for store in stores:
        store.close()
    outside.unlink()


def test_threads_share_a_store(tmp_path: Path, catalogue: Catalogue) -> None:
    store = ContentStore(tmp_path, catalogue, memory_budget=12_000, disk_budget=BUDGET)
    wrong: list[object] = []

    def work(first: int) -> None:
        for turn in range(60):
            number = (first + turn) % 20
            ref = put(store, number)
            try:
                if store.get(ref) != value(number):
                    wrong.append(number)
            except Missing:
                continue
            except Exception as error:
                wrong.append(error)

    threads = [threading.Thread(target=work, args=(5 * number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert store.memory.used <= 12_000
    store.close()
