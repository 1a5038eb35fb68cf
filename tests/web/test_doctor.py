"""The doctor: what it finds in folders that are new, in use, damaged, or hold what is left of crashes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graph_engine.jobs.job import Request
from graph_engine.jobs.queue import JobQueue
from tests.web.conftest import Running, two_nodes
from web.cli.main import main
from web.service import doctor
from web.service.doctor import Finding, Patient, as_json, examine
from web.service.settings import ServerSettings


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker is asked in the one test that is about it."""
    monkeypatch.setattr(
        Patient, "ask_worker", lambda self: self.worker.update(devices=["cpu"], packs={}, faults=[])
    )


def found(data: Path, *, fix: bool = False, **settings: Any) -> dict[str, Finding]:
    """What was found, by what it is about."""
    given = {"port": 0, **settings}
    return {one.about: one for one in examine(ServerSettings(data=data, **given), fix=fix)}


def problems(findings: dict[str, Finding]) -> set[str]:
    return {name for name, one in findings.items() if one.state == "problem"}


def test_a_folder_that_is_not_there_is_in_order_and_stays_away(tmp_path: Path) -> None:
    findings = found(tmp_path / "data")
    assert problems(findings) == set()
    assert not (tmp_path / "data").exists()


def test_a_folder_in_use_is_in_order(serving: Callable[..., Running], tmp_path: Path) -> None:
    server = serving()
    server.http.ended(server.http.post("/api/v1/jobs", {"document": two_nodes()}).ok(202)["id"])
    findings = found(tmp_path / "data", port=server.http.port)
    assert problems(findings) == set()
    assert "answers at" in findings["server"].text
    assert findings["jobs.sqlite"].text == "whole"
    assert findings["store/memo.sqlite"].text == "whole"


def test_a_damaged_database_is_a_problem_with_its_way_out(tmp_path: Path) -> None:
    JobQueue(tmp_path / "jobs.sqlite").close()
    data = (tmp_path / "jobs.sqlite").read_bytes()
    (tmp_path / "jobs.sqlite").write_bytes(data[:4096] + os.urandom(len(data) - 4096))
    (tmp_path / "people.sqlite").write_text("this is no database, and never was one")
    findings = found(tmp_path)
    assert problems(findings) == {"jobs.sqlite", "people.sqlite"}
    assert "backup" in findings["jobs.sqlite"].way_out


def test_a_folder_of_a_newer_version_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "latentgraph.json").write_text('{"layout": 99}')
    assert "Update it" in found(tmp_path)["layout"].text


def test_a_file_in_place_of_the_folder_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    assert "data folder" in problems(found(tmp_path / "data"))


def test_a_folder_that_is_read_only_is_looked_at_all_the_same(
    serving: Callable[..., Running], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serving()
    server.http.ended(server.http.post("/api/v1/jobs", {"document": two_nodes()}).ok(202)["id"])
    server.close()

    def refuse(self: Path, *_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    for name in ("touch", "mkdir", "unlink", "write_bytes", "write_text"):
        monkeypatch.setattr(Path, name, refuse)
    findings = found(tmp_path / "data")
    assert problems(findings) == {"data folder"}
    assert "Read-only file system" in findings["data folder"].text
    assert findings["jobs.sqlite"].text == "whole"


def test_leftovers_are_named_and_removed_only_when_asked_to(tmp_path: Path) -> None:
    left = [tmp_path / "artifacts" / "ab" / ".0123.tmp", tmp_path / "catalogue.json.77.partial"]
    fresh = tmp_path / "uploads" / "cd" / ".4567.tmp"
    for path in (*left, fresh):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("half")
    for path in left:
        os.utime(path, (time.time() - 7200,) * 2)
    assert found(tmp_path)["leftovers"].state == "warning"
    assert all(path.exists() for path in left)
    assert found(tmp_path, fix=True)["leftovers"].state == "ok"
    assert not any(path.exists() for path in left)
    assert fresh.exists()  # somebody may still be writing


def test_artifacts_that_are_gone_are_named(tmp_path: Path) -> None:
    queue = JobQueue(tmp_path / "jobs.sqlite")
    job = queue.submit(Request(document="{}"))
    queue.claim("cpu")
    saved = {"digest": "ab" * 32, "name": "cat.png", "media_type": "image/png", "size": 3}
    queue.finish(job.id, "done", {"artifacts": [saved]}, "")
    queue.close()
    assert "'cat.png'" in found(tmp_path)["artifacts"].text


def test_waiting_jobs_without_their_files_are_a_problem(tmp_path: Path) -> None:
    def text(name: str, locked: str) -> str:
        return json.dumps(
            {
                "nodes": {"a": {"inputs": {"path": f"blake3:{name}"}}},
                "lock": {"models": {"m": f"blake3:{locked}"}},
            }
        )

    there, gone, model = "ab" * 32, "cd" * 32, "ef" * 32
    path = tmp_path / "uploads" / there[:2] / there
    path.parent.mkdir(parents=True)
    path.write_text("x")
    queue = JobQueue(tmp_path / "jobs.sqlite")
    queue.submit(Request(document=text(there, model)))
    assert found(tmp_path)["uploads"].state == "ok"
    job = queue.submit(Request(document=text(gone, model)))
    queue.close()
    assert job.id in found(tmp_path)["uploads"].text


def test_a_file_from_the_future_is_named(tmp_path: Path) -> None:
    (tmp_path / "catalogue.json").write_text("{}")
    os.utime(tmp_path / "catalogue.json", (time.time() + 86400,) * 2)
    assert "catalogue.json" in found(tmp_path)["clock"].text


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as one:
        yield one.getsockname()[1]


def test_a_port_that_another_program_has_is_a_problem_that_names_it(
    tmp_path: Path, taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "PATIENCE", 0.2)
    said = found(tmp_path, port=taken_port)["server"]
    assert said.state == "problem"
    assert f"(process {os.getpid()})" in said.text or not Path("/proc/net/tcp").exists()


def test_listening_beyond_this_machine_without_a_token_is_a_problem(tmp_path: Path) -> None:
    assert "tokens create" in found(tmp_path, host="0.0.0.0")["tokens"].way_out


def test_settings_are_told_with_where_they_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATENTGRAPH_CPU_SLOTS", "3")
    said = found(tmp_path)["settings"].text
    assert "cpu_slots=3 (environment)" in said
    assert "port=0 (flag)" in said
    assert "json_limit" not in said


def test_a_check_that_fails_itself_is_a_problem_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _broken(patient: Patient) -> Iterator[Finding]:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr(doctor, "CHECKS", (_broken, *doctor.CHECKS))
    findings = found(tmp_path)
    assert problems(findings) == {"broken"}
    assert "models" in findings


def test_it_prints_sentences_or_json_and_its_status_says_whether_there_is_a_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--data", str(tmp_path), "--port", "0"]) == 0
    assert "Everything is in order." in capsys.readouterr().err
    (tmp_path / "people.sqlite").write_text("this is no database, and never was one")
    assert main(["doctor", "--data", str(tmp_path), "--port", "0", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["status"] == "problem"
    assert {one["state"] for one in said["findings"]} == {"ok", "problem"}
    assert as_json([]) == {"status": "ok", "findings": []}


def test_a_real_one_asks_a_worker_and_imports_neither_torch_nor_a_pack(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from web.service.doctor import examine\n"
        "from web.service.settings import ServerSettings\n"
        f"found = examine(ServerSettings(data={str(tmp_path)!r}, device='cpu', port=0))\n"
        "print([one.text for one in found if one.about == 'workers'])\n"
        "sys.exit(bool({'torch', 'toy_pack', 'nodes', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "ready on cpu" in done.stdout
    assert list(tmp_path.iterdir()) == []
