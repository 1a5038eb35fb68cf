"""The audit log: every change with who made it, in order, without secrets, within bounds."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.conftest import Running, two_nodes
from tests.web.people import as_person, token
from web.service.people import audit
from web.service.people.audit import AuditLog, backwards


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    opened = AuditLog(tmp_path / "logs" / "audit.jsonl", size=2000)
    yield opened
    opened.close()


def numbers(page: tuple[list[dict[str, Any]], int | None]) -> list[int]:
    return [entry["number"] for entry in page[0]]


def test_pages_go_from_the_newest_to_the_oldest_over_all_files(log: AuditLog) -> None:
    for index in range(40):
        log.note({"operation": "made", "of": {"index": str(index)}})
        log.flush()
    found, cursor = [], None
    while True:
        entries, cursor = log.page(7, cursor)
        found += entries
        if cursor is None:
            break
    assert [one["number"] for one in found] == list(range(40, 0, -1))
    assert [one["of"]["index"] for one in found] == [str(index) for index in range(39, -1, -1)]


def test_old_files_go_and_the_newest_stay_whole(log: AuditLog, tmp_path: Path) -> None:
    for index in range(200):
        log.note({"operation": "made", "of": {"index": str(index)}})
        if index % 5 == 0:
            log.flush()
    found = numbers(log.page(1000))
    assert found == list(range(200, 200 - len(found), -1))
    files = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert files == ["audit.1.jsonl", "audit.2.jsonl", "audit.3.jsonl", "audit.jsonl"]
    assert all(path.stat().st_size <= 2000 for path in (tmp_path / "logs").iterdir())


def test_numbers_go_on_after_a_restart_and_half_a_line_spoils_none(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    for index in range(3):
        log = AuditLog(path)
        log.note({"operation": "made", "of": {"index": str(index)}})
        log.close()
        with path.open("ab") as file:
            file.write(b'{"number": 99, "operat')
    log = AuditLog(path)
    assert numbers(log.page(10)) == [3, 2, 1]
    log.close()


def test_lines_from_many_threads_are_all_there_once(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    threads = [
        threading.Thread(target=lambda: [log.note({"operation": "made"}) for _ in range(100)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers(log.page(1000)) == list(range(800, 0, -1))
    log.close()


def test_a_disk_that_is_full_stops_nobody_and_the_gap_is_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "logs"
    path.write_bytes(b"")  # a file where the folder should be: nothing can be written
    log = AuditLog(path / "audit.jsonl")
    for _ in range(5):
        log.note({"operation": "made"})
        log.flush()
    assert caplog.text.count("can not be written") == 1
    path.unlink()
    log.note({"operation": "last"})
    entries, _ = log.page(10)
    log.close()
    assert [entry["operation"] for entry in entries] == ["last", "audit_gap"]
    assert entries[1]["lost"] == 5


def test_a_line_that_was_half_written_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "audit.jsonl"
    log = AuditLog(path)
    log.note({"operation": "first"})
    log.flush()
    real = Path.open

    class Full:
        def __init__(self, file: Any) -> None:
            self._file = file

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None:
            self._file.close()

        def __getattr__(self, name: str) -> Any:
            return getattr(self._file, name)

        def write(self, data: bytes) -> int:
            if len(data) < 20:
                raise OSError(28, "No space left on device")
            return int(self._file.write(data[: len(data) // 2]))

    def opened(self: Path, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        file = real(self, mode, *arguments, **options)
        return Full(file) if "a" in mode else file

    monkeypatch.setattr(Path, "open", opened)
    log.note({"operation": "second"})
    log.flush()
    monkeypatch.setattr(Path, "open", real)
    log.note({"operation": "third"})
    log.close()
    kept = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(one["number"], one["operation"]) for one in kept] == [
        (1, "first"),
        (2, "audit_gap"),
        (3, "third"),
    ]


def test_a_disk_that_hangs_holds_only_so_many_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "MAX_WAITING", 10)
    log = AuditLog(tmp_path / "audit.jsonl")
    hangs, goes_on = threading.Event(), threading.Event()
    real = log._write

    def slow(entries: list[dict[str, Any]]) -> None:
        hangs.set()
        goes_on.wait(60)
        real(entries)

    monkeypatch.setattr(log, "_write", slow)
    log.note({"operation": "first"})
    hangs.wait(60)
    for _ in range(25):
        log.note({"operation": "made"})
    goes_on.set()
    entries, _ = log.page(100)
    log.close()
    assert [entry.get("lost") for entry in entries if entry["operation"] == "audit_gap"] == [15]
    assert sum(entry["operation"] == "made" for entry in entries) == 10


@given(
    st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line), max_size=30), st.integers(1, 8)
)
def test_a_file_read_backwards_has_the_same_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], block: int
) -> None:
    path = tmp_path_factory.mktemp("lines") / "file"
    path.write_bytes(b"\n".join(lines))
    before, audit._BLOCK = audit._BLOCK, block
    try:
        assert list(backwards(path))[::-1] == (lines or [b""])
    finally:
        audit._BLOCK = before


def test_each_change_is_logged_with_who_what_and_outcome_and_nothing_secret(
    serving: Callable[..., Running],
) -> None:
    server = serving()
    text = token(server, "root", "admin")
    ada = as_person(server, "ada", "view", "run")
    root = server.http.with_headers(Authorization=f"Bearer {text}")
    job = ada.post("/api/v1/jobs", {"document": two_nodes(31337)}).ok(202)["id"]
    ada.ended(job)
    ada.post("/api/v1/plan", {"document": two_nodes()}).ok()
    ada.delete(f"/api/v1/jobs/{job}")
    ada.post("/api/v1/queue", {"paused": True}).refused(403)
    made = root.post("/api/v1/tokens", {"owner": "eve", "scopes": ["view"]}).ok(201)
    server.http.post("/api/v1/session", {"token": made["token"]}).ok()
    entries = root.get("/api/v1/audit").ok()["entries"]
    told = [(one["operation"], one["owner"], one["outcome"]) for one in reversed(entries)]
    assert told == [
        ("submit_job", "ada", 202),
        ("delete_job", "ada", 204),
        ("steer_queue", "ada", 403),
        ("create_token", "root", 201),
        ("begin_session", "eve", 200),
    ]
    assert entries[-1]["made"] == f"/api/v1/jobs/{job}"
    assert entries[-2]["of"] == {"job": job}
    assert {one["address"] for one in entries} == {"127.0.0.1"}
    kept = (server.settings.data / "logs" / "audit.jsonl").read_text()
    for secret in (text, made["token"], "31337"):
        assert secret.rpartition("_")[2] not in kept
    page = root.get("/api/v1/audit?limit=2").ok()
    assert root.get(f"/api/v1/audit?limit=2&cursor={page['cursor']}").ok()["entries"] == entries[2:4]
    ada.get("/api/v1/audit").refused(403, "missing_scope")
