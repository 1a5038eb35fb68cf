"""lock and migrate on the command line, and what run, plan, validate and submit say of a lock."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from stub_packs import write_stub_pack

from graph_engine.digest import digest_content
from graph_engine.documents.document_io import loads_document
from graph_engine.jobs.queue import JobQueue
from tests.graph_engine.conftest import RESOURCES, link
from tests.graph_engine.test_cli import SAVE, Cli, doc

WEIGH = doc(
    {"w": ("weigh", {"name": "small"}), "save": ("save_toy", {"value": link("w.integer")})},
    interface={
        "inputs": {"model": {"node": "w", "input": "name"}},
        "outputs": {"size": {"node": "w", "output": "integer"}},
    },
)
OLD_PACK = """
from graph_engine import Migration, Pack, node

@node(version=2, migrate={1: Migration(inputs={"by": "factor"})})
def scale(value: int = 1, factor: int = 2) -> int:
    return value * factor

@node(version=2, migrate=lambda inputs: 1 / 0)
def broken(value: int = 1) -> int:
    return value

pack = Pack("older", "2.0", [scale, broken], renamed={"multiply": "scale"})
"""
OLD = {
    "latentgraph": 1,
    "nodes": {"m": {"type": "older/multiply", "version": 1, "inputs": {"value": 3, "by": 4}}},
    "stranger": "kept",
}
PRESENT = {
    "latentgraph": 1,
    "nodes": {"m": {"type": "older/scale", "version": 2, "inputs": {"value": 3, "factor": 4}}},
    "stranger": "kept",
}


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.syspath_prepend(str(RESOURCES))
    packs = tmp_path / "packs"
    packs.mkdir()
    write_stub_pack(packs, "older", version="2.0", body=OLD_PACK)
    monkeypatch.syspath_prepend(str(packs))
    monkeypatch.chdir(tmp_path)
    put(tmp_path, b"four")
    return Cli(tmp_path, capsys)


def put(folder: Path, data: bytes) -> str:
    (folder / "small.model").write_bytes(data)
    return f"blake3:{digest_content(data)}"


def write(cli: Cli, raw: Any, name: str = "one.json") -> Path:
    path = cli.folder / name
    path.write_text(raw if isinstance(raw, str) else json.dumps(raw))
    return path


def locked_file(cli: Cli, raw: Any = WEIGH) -> Path:
    path = write(cli, raw)
    assert cli("lock", str(path))[0] == 0
    return path


def test_lock_writes_what_is_here_and_says_so_once(cli: Cli) -> None:
    path = write(cli, WEIGH)
    status, out, err = cli("lock", str(path))
    assert (status, err) == (0, "")
    assert "toy" in out
    assert "small" in out
    assert json.loads(path.read_text()) == WEIGH | {
        "lock": {"packs": {"toy": "1.0"}, "models": {"small": put(cli.folder, b"four")}}
    }
    before = path.read_bytes()
    status, out, err = cli("lock", str(path))
    assert (status, out, err) == (0, f"{path}: its lock says what is here already.\n", "")
    assert path.read_bytes() == before


def test_lock_check_writes_nothing_and_its_status_says_whether_something_differs(cli: Cli) -> None:
    path = write(cli, WEIGH)
    before = path.read_bytes()
    status, out, _ = cli("lock", str(path), "--check")
    assert status == 1
    assert out.splitlines() == [
        "The lock says nothing of the pack 'toy'.",
        "The lock says nothing of the model 'small'.",
    ]
    assert path.read_bytes() == before
    cli("lock", str(path))
    assert cli("lock", str(path), "--check")[:2] == (0, f"{path}: everything here is as its lock says.\n")
    put(cli.folder, b"another")
    status, out, _ = cli("lock", str(path), "--check")
    assert status == 1
    assert out.startswith("The model 'small' is another one here (blake3:")


def test_lock_warns_of_what_it_could_not_find_and_writes_the_rest(cli: Cli) -> None:
    (cli.folder / "small.model").unlink()
    path = write(cli, WEIGH)
    status, _, err = cli("lock", str(path))
    assert status == 0
    assert "Warning: The lock says nothing of the model 'small'. It is missing here." in err
    assert json.loads(path.read_text())["lock"] == {"packs": {"toy": "1.0"}, "models": {}}


def test_lock_in_json(cli: Cli) -> None:
    path = write(cli, WEIGH)
    checked = json.loads(cli("lock", str(path), "--check", "--json")[1])
    assert checked["written"] is False
    assert [one["code"] for one in checked["differences"]] == ["not_locked", "not_locked"]
    written = json.loads(cli("lock", str(path), "--json")[1])
    assert written["written"] is True
    assert written["lock"] == json.loads(path.read_text())["lock"]
    assert written["differences"] == []


def test_lock_does_not_migrate_what_it_locks(cli: Cli) -> None:
    path = locked_file(cli, OLD)
    assert json.loads(path.read_text()) == OLD | {"lock": {"packs": {"older": "2.0"}, "models": {}}}


def test_a_picture_stays_as_it_is(cli: Cli) -> None:
    _, out, _ = cli("run", document=SAVE)
    picture = Path(out.strip())
    before = picture.read_bytes()
    for verb in ("lock", "migrate"):
        status, _, err = cli(verb, str(picture))
        assert status == 2
        assert "stays as it is" in err
    assert cli("lock", str(picture), "--check")[0] == 0
    assert picture.read_bytes() == before


@pytest.mark.parametrize("verb", ["run", "validate", "plan", "submit"])
def test_what_differs_from_the_lock_is_a_warning_and_never_a_refusal(cli: Cli, verb: str) -> None:
    path = locked_file(cli)
    status, _, err = cli(verb, str(path))
    assert (status, "Warning" in err) == (0, False)
    raw = json.loads(path.read_text())
    raw["lock"]["packs"]["toy"] = "0.1"
    path.write_text(json.dumps(raw))
    put(cli.folder, b"another")
    status, _, err = cli(verb, str(path))
    assert status == 0
    assert "Warning: The document was made with toy 0.1, here is 1.0." in err
    assert "Warning: The model 'small' is another one here" in err


@pytest.mark.parametrize("verb", ["run", "submit"])
def test_strict_lock_refuses_and_nothing_runs(cli: Cli, verb: str) -> None:
    path = locked_file(cli)
    assert cli(verb, str(path), "--strict-lock")[0] == 0
    put(cli.folder, b"another")
    status, out, err = cli(verb, str(path), "--strict-lock", "--json")
    assert status == 2
    assert "The model 'small' is another one here" in err
    assert [one["code"] for one in json.loads(out)["problems"]] == ["lock_differs"]


def test_a_model_that_was_set_anew_is_not_compared_with_the_old_one(cli: Cli) -> None:
    path = locked_file(cli)
    (cli.folder / "large.model").write_bytes(b"larger")
    (cli.folder / "small.model").unlink()
    status, _, err = cli("plan", str(path), "--set", "model=large")
    assert (status, "Warning" in err) == (0, False)


def test_a_picture_carries_what_it_was_made_with(cli: Cli) -> None:
    reference = put(cli.folder, b"four")
    _, out, _ = cli("run", document=WEIGH)
    picture = json.loads(Path(out.strip()).read_bytes().removeprefix(b"TOY"))
    assert picture["lock"] == {"packs": {"toy": "1.0"}, "models": {"small": reference}}


def test_a_job_keeps_the_lock_and_asks_for_its_models(cli: Cli) -> None:
    reference = put(cli.folder, b"four")
    job = json.loads(cli("submit", "--json", document=WEIGH)[1])
    assert job["required_models"] == [reference]
    queue = JobQueue(cli.folder / "data" / "jobs.sqlite")
    assert loads_document(queue.document(job["id"])).lock.models == {"small": reference}
    queue.close()


def test_a_picture_of_a_job_carries_what_its_run_was_made_with(cli: Cli) -> None:
    job = cli("submit", document=WEIGH)[1].strip()
    reference = put(cli.folder, b"another")
    (cli.folder / "data" / "models").mkdir()
    (cli.folder / "small.model").rename(cli.folder / "data" / "models" / "small.model")
    made = cli("work")[1].splitlines()[1].strip()
    (cli.folder / "data" / "models" / "small.model").write_bytes(b"a third")
    saved = cli("jobs", "save", job, "--out", "again")[1].strip()
    for picture in (made, saved):
        carried = json.loads(Path(picture).read_bytes().removeprefix(b"TOY"))
        assert carried["lock"]["models"] == {"small": reference}


def test_another_lock_under_the_same_key_is_the_same_job(cli: Cli) -> None:
    first = cli("submit", "--key", "k", document=WEIGH)[1]
    put(cli.folder, b"another")
    assert cli("submit", "--key", "k", document=WEIGH)[1] == first


def test_migrate_writes_present_versions_and_says_what_it_did(cli: Cli) -> None:
    path = write(cli, OLD)
    status, out, err = cli("migrate", str(path))
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        f"{path}: Node 'm': its type 'older/multiply' is now 'older/scale'.",
        f"{path}: Node 'm': 'older/scale' was brought from version 1 to version 2.",
    ]
    assert json.loads(path.read_text()) == PRESENT
    before = path.read_bytes()
    assert cli("migrate", str(path))[:2] == (0, f"{path}: is at present versions.\n")
    assert path.read_bytes() == before
    assert list(cli.folder.glob("*.tmp")) == []


def test_migrate_check_writes_nothing(cli: Cli) -> None:
    path = write(cli, OLD)
    before = path.read_bytes()
    status, out, _ = cli("migrate", str(path), "--check")
    assert status == 1
    assert "was brought from version 1 to version 2" in out
    assert path.read_bytes() == before
    assert cli("migrate", str(write(cli, PRESENT)), "--check")[0] == 0


def test_a_file_that_can_not_be_brought_does_not_hold_back_the_others(cli: Cli) -> None:
    bad, old = write(cli, "{", "bad.json"), write(cli, OLD, "old.json")
    status, _, err = cli("migrate", str(bad), str(cli.folder / "gone.json"), str(old))
    assert status == 2
    assert f"{bad}: " in err
    assert "is not JSON" in err
    assert "No such file" in err
    assert json.loads(old.read_text()) == PRESENT
    assert bad.read_text() == "{"


def test_a_node_whose_migration_fails_is_said_and_the_rest_is_written(cli: Cli) -> None:
    raw = {"latentgraph": 1, "nodes": {**OLD["nodes"], "b": {"type": "older/broken", "version": 1}}}
    path = write(cli, raw)
    status, out, err = cli("migrate", str(path))
    assert status == 1
    assert "Node 'm'" in out
    assert "ZeroDivisionError" in err
    after = json.loads(path.read_text())["nodes"]
    assert after["b"] == {"type": "older/broken", "version": 1}
    assert after["m"] == PRESENT["nodes"]["m"]


def test_migrate_in_json(cli: Cli) -> None:
    good, bad = write(cli, OLD, "good.json"), write(cli, "[]", "bad.json")
    status, out, _ = cli("migrate", str(good), str(bad), "--json")
    first, second = json.loads(out)["files"]
    assert status == 2
    assert (first["file"], first["written"], len(first["changes"])) == (str(good), True, 2)
    assert (second["unreadable"], second["written"]) == (True, False)
