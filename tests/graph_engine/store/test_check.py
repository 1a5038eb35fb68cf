"""The self-check: each kind of damage is found by its name, and repaired by dropping what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import toy_pack

from graph_engine import Artifact, Catalogue, Engine
from graph_engine.store.check import KINDS, CheckReport, check_store
from tests.graph_engine.conftest import document, link

NODES = {
    "n": ("number", {"value": 4}),
    "blob": ("make_blob", {"text": "abc", "size": 6000}),
    "measured": ("measure", {"blob": link("blob.blob")}),
    "note": ("save_text", {"text": "kept"}),
    "words": ("same", {"thing": "long enough for a place of its own " * 9}),
}
OUTPUTS = {"words": "words.value", "n": "n.integer", "measured": "measured.integer", "blob": "blob.blob"}
Harm = Callable[[Engine], object]


def check(engine: Engine, repair: bool = False) -> CheckReport:
    return check_store(engine.store, engine.artifacts.folder, engine.files.uploads, repair=repair)


def kinds(report: CheckReport) -> dict[str, int]:
    return {one.kind: one.count for one in report.findings}


def sql(statement: str) -> Harm:
    return lambda engine: engine.store.database.write(lambda connection: connection.execute(statement))


def file_of_the_blob(engine: Engine) -> Path:
    return next(iter(engine.store.disk.files()))


def write(name: str, data: str) -> Harm:
    def act(engine: Engine) -> None:
        path = engine.store.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data)

    return act


def leave_a_finished_workspace(engine: Engine) -> None:
    ((key,),) = engine.store.database.rows("SELECT key FROM memo WHERE node_type = 'toy/number'")
    (engine.store.workspace(key) / "step").write_text("3")


def leave_a_temporary_folder(engine: Engine) -> None:
    write("incoming/0123456789abcdef/x.blob", "half")(engine)
    write("locks/incoming-0123456789abcdef", "")(engine)


HARMS: list[tuple[str, str, Harm]] = [
    ("file deleted", "missing_file", lambda engine: file_of_the_blob(engine).unlink()),
    ("byte flipped", "wrong_digest", lambda engine: file_of_the_blob(engine).write_bytes(b"X" * 6000)),
    ("truncated", "wrong_digest", lambda engine: file_of_the_blob(engine).write_bytes(b"abc")),
    ("small value changed", "wrong_digest", sql("UPDATE blob SET data = x'35' WHERE type = 'str'")),
    ("size wrong", "wrong_size", sql("UPDATE blob SET size = 1, digest = digest WHERE type = 'toy/blob'")),
    ("type unknown", "unknown_type", sql("UPDATE blob SET type = 'gone/thing' WHERE type = 'toy/blob'")),
    ("digest not one", "damaged_row", sql("UPDATE blob SET digest = 'x' WHERE type = 'toy/blob'")),
    ("name of a file", "damaged_row", sql("UPDATE blob SET file = '../../x' WHERE type = 'toy/blob'")),
    ("size is text", "damaged_row", sql("UPDATE blob SET size = 'large' WHERE type = 'toy/blob'")),
    ("memo changed", "damaged_row", sql("UPDATE memo SET seconds = 99 WHERE node_type = 'toy/number'")),
    ("reason changed", "damaged_row", sql("UPDATE last_key SET parts = '{' WHERE node = 'n'")),
    ("clock gone", "damaged_row", sql("DELETE FROM clock")),
    ("sum wrong", "wrong_total", sql("UPDATE total SET bytes = bytes + 5")),
    ("sum gone", "wrong_total", sql("DELETE FROM total")),
    ("file of nobody", "file_without_row", write(f"ab/ab{'0' * 62}.blob", "nobody's")),
    ("old temporary file", "leftover", write("ab/.0123456789abcdef.tmp", "half")),
    ("temporary folder", "leftover", leave_a_temporary_folder),
    ("lock file", "leftover", write(f"locks/{'0' * 64}", "")),
    ("workspace", "leftover", leave_a_finished_workspace),
    ("set aside", "damaged_database", write("memo.sqlite.damaged", "x")),
]


@pytest.fixture
def used(engine: Engine) -> Engine:
    engine.run(document(NODES, OUTPUTS)).raise_for_status()
    return engine


def test_a_healthy_store_has_nothing_wrong(used: Engine) -> None:
    report = check(used)
    assert (report.healthy, kinds(report)) == (True, {})
    assert (report.values, report.computations) == (2, 5)  # small ones are in their memos


@pytest.mark.parametrize(("kind", "harm"), [one[1:] for one in HARMS], ids=[one[0] for one in HARMS])
def test_each_kind_of_damage_is_found_repaired_and_computed_again(
    used: Engine, kind: str, harm: Harm
) -> None:
    harm(used)
    report = check(used)
    assert kind in kinds(report)
    assert not report.healthy
    assert not any(one.repaired for one in report.findings)
    assert check(used, repair=True).healthy
    after = check(used)
    assert after.healthy, after.findings
    used.store.memory.clear()
    result = used.run(document(NODES, OUTPUTS)).raise_for_status()
    assert result.outputs["measured"] == 6000
    assert result.outputs["blob"] == toy_pack.Blob(bytearray((b"abc0" * 6000)[:6000]))
    assert check(used).findings == ()


def test_a_repair_drops_nothing_that_is_right(used: Engine) -> None:
    harm: Harm = sql("UPDATE blob SET data = x'35' WHERE type = 'str'")
    harm(used)
    check(used, repair=True)
    used.store.memory.clear()
    toy_pack.calls.clear()
    used.run(document(NODES, OUTPUTS)).raise_for_status()
    assert set(toy_pack.calls) == {"same"}


def test_evicted_values_and_lost_pins_are_told_and_are_in_order(used: Engine) -> None:
    blob = used.store.disk
    used.store.pin([step.key for step in used.plan(document(NODES, OUTPUTS))], "mine")
    used.store.database.write(
        lambda connection: blob.delete(
            connection, [row[0] for row in connection.execute("SELECT digest FROM blob").fetchall()]
        )
    )
    report = check(used, repair=True)
    assert report.healthy
    assert kinds(report) == {"memo_without_value": 2, "pin_without_value": 2}
    assert not any(one.repaired for one in report.findings)


def test_a_computation_whose_artifact_is_gone_is_dropped(used: Engine) -> None:
    for path in used.artifacts.folder.glob("*/*"):
        path.unlink()
    assert kinds(check(used, repair=True)) == {"memo_without_artifact": 1}
    assert check(used).findings == ()


def test_artifacts_and_uploads_are_reported_and_never_touched(used: Engine, tmp_path: Path) -> None:
    (tmp_path / "given.txt").write_text("hello")
    upload = used.files.open(used.files.upload(tmp_path / "given.txt"))
    artifact = used.artifacts.path(used.artifacts.save("mine.txt", b"mine", "text/plain"))
    upload.write_text("jello")
    artifact.write_bytes(b"mina")
    report = check(used, repair=True)
    assert kinds(report) == {"damaged_artifact": 1, "damaged_upload": 1}
    assert not report.healthy
    assert (upload.read_text(), artifact.read_bytes()) == ("jello", b"mina")
    assert isinstance(used.artifacts.save("mine.txt", b"other", "text/plain"), Artifact)


def test_locks_and_folders_in_use_are_left_alone(used: Engine) -> None:
    from graph_engine.store.lock import computing

    with (
        computing(used.store.folder / "locks" / "key", lambda: None),
        used.store.disk.staging.file(".blob") as temporary,
    ):
        temporary.write_bytes(b"half")
        assert check(used, repair=True).findings == ()
        assert temporary.exists()
        assert (used.store.folder / "locks" / "key").exists()


@pytest.mark.parametrize("everywhere", [False, True])
def test_a_damaged_database_is_named(tmp_path: Path, catalogue: Catalogue, everywhere: bool) -> None:
    with Engine(tmp_path, catalogue=catalogue) as engine:
        engine.run(document(NODES, OUTPUTS)).raise_for_status()
        page = engine.store.database.row("SELECT rootpage FROM sqlite_schema WHERE name = 'pin_key'")
    path = tmp_path / "store" / "memo.sqlite"
    data = bytearray(path.read_bytes())
    assert page is not None
    for number in range(1, len(data) // 4096) if everywhere else [page[0] - 1]:
        data[number * 4096 : number * 4096 + 8] = b"\xff" * 8
    path.write_bytes(data)
    with Engine(tmp_path, catalogue=catalogue) as engine:
        assert "damaged_database" in kinds(check(engine))
        assert check(engine, repair=True).healthy
        assert check(engine).findings == ()
        assert engine.run(document(NODES, OUTPUTS)).raise_for_status().outputs["n"] == 4


def test_every_kind_has_its_words_and_a_finding_says_them(used: Engine) -> None:
    for number in range(5):
        write(f"ab/ab{number:062}.blob", "nobody's")(used)
    (finding,) = check(used, repair=True).findings
    assert len(finding.examples) == 3
    assert str(finding).startswith(f"5 file_without_row: {KINDS['file_without_row']} (ab/ab000")
    assert str(finding).endswith(", ...). Repaired.")
