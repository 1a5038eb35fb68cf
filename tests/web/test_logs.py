"""The log: lines that nobody can forge, without secrets, written by nobody who waits."""

from __future__ import annotations

import io
import json
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from tests.web.conftest import Running, two_nodes
from tests.web.http import LIMIT
from web.service import logs
from web.service.logs import JsonLines, TextLines, logging_to, told

log = logging.getLogger("tests.logs")


def record(message: str, **fields: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "n", "levelname": "INFO", "levelno": 20, "msg": message})
    made.fields = fields
    return made


@given(message=st.text(), name=st.text(), value=st.text())
def test_a_record_is_one_line_whatever_is_in_it(message: str, name: str, value: str) -> None:
    for one in (TextLines(), JsonLines()):
        line = one.format(record(message, field=value, other=[name]))
        assert len(line.splitlines()) == 1
        assert line.isprintable()


@given(st.text(max_size=500))
def test_json_lines_give_back_what_was_said(text: str) -> None:
    line = json.loads(JsonLines().format(record("it happened", owner=text)))
    if "lg_" not in text and "whsec_" not in text:
        assert line["owner"] == text
    assert (line["level"], line["message"]) == ("info", "it happened")


def test_a_traceback_can_not_begin_a_line_of_its_own() -> None:
    made = record("it failed")
    made.exc_text = "RuntimeError: x\n2026-01-01T00:00:00.000Z info    forged"
    first, *rest = TextLines().format(made).split("\n")
    assert "it failed" in first
    assert rest
    assert all(line.startswith("    | ") for line in rest)


def test_tokens_and_secrets_are_cut_off() -> None:
    said = "lg_abc123_topsecret and whsec_AAAA+/=="
    for one in (TextLines(), JsonLines()):
        line = one.format(record(said, token=said))
        assert "topsecret" not in line
        assert "AAAA" not in line
        assert "lg_abc123_..." in line


class Prompt(BaseModel):
    text: int


def test_what_an_error_quotes_of_a_document_stays_out() -> None:
    prompt = " ".join(["a portrait of my", "neighbour"])
    try:
        Prompt.model_validate({"text": prompt})
    except ValueError as error:
        said = told(error)
    assert prompt not in said
    assert "test_logs.py" in said
    assert said.endswith("ValidationError")


def test_what_an_error_says_of_the_machine_is_kept_with_its_cause() -> None:
    secret = "-".join(["a", "secret"])
    try:
        try:
            raise KeyError(secret)
        except KeyError as inner:
            raise OSError(28, "No space left on device") from inner
    except OSError as error:
        said = told(error)
    assert "No space left on device" in said
    assert "KeyError" in said
    assert secret not in said


def test_lines_go_to_the_file_and_to_stderr(tmp_path: Path) -> None:
    shown = io.StringIO()
    with logging_to(tmp_path / "logs", "json", "info", stream=shown):
        log.info("one %s", "thing", extra={"fields": {"job": "job-1"}})
        log.debug("too small to tell")
    (line,) = (tmp_path / "logs" / logs.FILE).read_text().splitlines()
    assert json.loads(line)["job"] == "job-1"
    assert json.loads(line)["message"] == "one thing"
    assert shown.getvalue() == line + "\n"
    log.warning("after the end")
    assert "after the end" not in shown.getvalue()


def test_the_file_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 2000)
    with logging_to(tmp_path, "text", "info", stream=io.StringIO()):
        for number in range(200):
            log.info("line %d", number)
    files = sorted(tmp_path.iterdir())
    assert len(files) == logs.FILES
    assert all(one.stat().st_size <= 2000 for one in files)
    assert "line 199" in (tmp_path / logs.FILE).read_text()


def test_a_disk_that_is_slow_holds_nobody_up_and_what_is_lost_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stuck(io.StringIO):
        free = threading.Event()

        def write(self, text: str) -> int:
            self.free.wait()
            return super().write(text)

    monkeypatch.setattr(logs, "WAITING", 10)
    shown = Stuck()
    with logging_to(tmp_path, "text", "info", stream=shown):
        for number in range(100):
            log.info("line %d", number)  # would wait for ever
        shown.free.set()
        while "lines are missing here" not in shown.getvalue():
            log.info("more")
    assert "line 99" not in shown.getvalue()


def test_a_folder_that_can_not_be_written_is_said_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("no folder")
    shown = io.StringIO()
    with logging_to(tmp_path / "logs", "text", "info", stream=shown):
        log.info("still here")
    assert "There will be no log" in shown.getvalue()
    assert "still here" in shown.getvalue()


def test_a_request_is_one_line_with_the_id_that_the_client_saw(
    serving: Callable[..., Running], tmp_path: Path
) -> None:
    server = serving()
    with logging_to(tmp_path / "logs", "json", "info", stream=io.StringIO()):
        made = server.http.post("/api/v1/jobs", {"document": two_nodes(123454321)})
        server.http.ended(made.ok(202)["id"])
        missing = server.http.get("/api/v1/jobs/job-0000000000000000")
        server.http.get("/nowhere%0A/at-all?lg_a_b")
        begun = time.monotonic()
        while '"status": "done"' not in (tmp_path / "logs" / logs.FILE).read_text():
            assert time.monotonic() - begun < LIMIT
            time.sleep(0.01)
    lines = [json.loads(one) for one in (tmp_path / "logs" / logs.FILE).read_text().splitlines()]
    requests = {one["request"]: one for one in lines if "request" in one}
    submitted = requests[made.headers["X-Request-Id"]]
    assert (submitted["operation"], submitted["status"], submitted["level"]) == ("submit_job", 202, "info")
    assert submitted["job"] == made.json["id"]
    refused = requests[missing.headers["X-Request-Id"]]
    assert (refused["operation"], refused["status"], refused["code"]) == ("read_job", 404, "unknown_job")
    assert {one["status"] for one in lines if one.get("job") == made.json["id"]} >= {"running", "done"}
    assert "123454321" not in (tmp_path / "logs" / logs.FILE).read_text()


def test_an_error_of_ours_is_in_the_log_under_the_id_that_the_client_saw(
    serving: Callable[..., Running], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serving()

    def broken(*_: object) -> object:
        raise RuntimeError("of ours")

    monkeypatch.setattr(server.service.jobs, "get", broken)
    with logging_to(tmp_path / "logs", "json", "info", stream=io.StringIO()):
        answer = server.http.get("/api/v1/jobs/job-0000000000000000")
    problem = answer.refused(500, "internal")
    lines = [json.loads(one) for one in (tmp_path / "logs" / logs.FILE).read_text().splitlines()]
    (failed,) = [one for one in lines if one["level"] == "error"]
    assert failed["request"] == problem["instance"] == answer.headers["X-Request-Id"]
    assert "of ours" in failed["error"]
