"""The desk: a process that runs nothing and answers what only packs can, several questions at a time."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graph_engine import Artifact
from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.documents.document_io import loads_document
from graph_engine.files import Files
from graph_engine.workers import conversation
from graph_engine.workers.answers import SMALL
from graph_engine.workers.errors import AnswerLate, Busy, NoAnswer, WorkerEnded, WorkerUnusable
from graph_engine.workers.local import LocalWorkers
from graph_engine.workers.supervision import Supervision
from tests.graph_engine.conftest import document, link
from tests.graph_engine.workers.conftest import Works, gone, rough, until

GOOD = rough(
    {"n": ("number", {"value": 4}), "save": ("save_toy", {"value": link("n.integer")})},
    {"o": "n.integer"},
).as_json()
GOOD["interface"]["inputs"] = {"x": {"node": "n", "input": "value"}}
TEXT = json.dumps(GOOD)
DEADLY = rough({"m": ("rough:migrates_never", {})}, {"o": "m.integer"}).dumps()


@pytest.fixture
def works(open_works: Callable[..., Works]) -> Works:
    return open_works(Supervision(grace=30.0, backoff=0.05), desk=True)


class Gate:
    """A document about which a question is answered only when the gate is open."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "gate"
        self.text = rough(
            {"m": ("rough:waits_to_migrate", {"gate": str(self._file)})}, {"o": "m.integer"}
        ).dumps()

    @property
    def begun(self) -> int:
        """How often such a question was begun with."""
        begun = self._file.with_suffix(".begun")
        return len(begun.read_text()) if begun.exists() else 0

    def open(self) -> None:
        self._file.touch()


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


def desk_pid(works: Works) -> int:
    desk = works.workers.desk
    assert desk is not None
    return until(lambda: desk.state == "ready" and desk.pid, "the desk")


def test_the_desk_is_a_process_of_its_own_and_gets_no_jobs(works: Works) -> None:
    assert [worker.name for worker in works.workers.workers] == ["cpu"]
    assert works.workers.desk is not None
    assert works.workers.desk.name == "desk"
    assert desk_pid(works) != works.pid()
    job = works.submit(loads_document(TEXT))
    works.run()
    assert works.queue.get(job).status == "done"
    assert (works.data / "logs" / "worker-desk.log").exists()


def test_questions_are_answered_while_the_device_hangs_and_after_it_is_gone(works: Works) -> None:
    desk_pid(works)
    os.kill(works.pid(), signal.SIGSTOP)
    assert works.workers.check(TEXT) == []
    os.kill(works.workers.workers[0].pid or 0, signal.SIGKILL)
    assert works.workers.prepare(TEXT)["problems"] == []


def test_a_document_is_prepared_with_its_inputs(works: Works) -> None:
    found = works.workers.prepare(TEXT, inputs={"x": 5}, texts={"save.name": "7"}, wanted=["o"])
    assert (found["problems"], found["inputs"], found["uploads"]) == ([], {"x": 5}, [])
    document = loads_document(found["document"])
    assert document.nodes["n"].inputs == {"value": 5}
    assert document.nodes["save"].inputs["name"] == "7"
    assert document.lock.packs == {"toy": "1.0"}


def test_what_is_wrong_is_told_all_at_once_and_nothing_else(works: Works) -> None:
    found = works.workers.prepare(TEXT, inputs={"y": 1, "x": "four"}, wanted=["p"])
    assert [one["code"] for one in found["problems"]] == ["unknown_input", "unknown_wanted", "bad_value"]
    assert set(found) == {"problems"}
    assert [one["code"] for one in works.workers.prepare("no document")["problems"]] == ["not_json"]


def test_values_that_could_not_even_travel_are_problems(works: Works) -> None:
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    for value, code in ((deep, "too_deep"), (float("inf"), "not_a_number"), ("\ud800", "not_text")):
        assert [one["code"] for one in works.workers.prepare(TEXT, inputs={"x": value})["problems"]] == [code]
        assert [one["code"] for one in works.workers.plan(TEXT, inputs={"x": value})["problems"]] == [code]


def test_a_plan_has_inputs_and_a_sweep_and_gives_keys(works: Works) -> None:
    planned = works.workers.plan(TEXT, inputs={"x": 6})
    by_node = {step["node"]: step for step in planned["steps"]}
    assert by_node["n"]["status"] == "miss"
    assert len(by_node["n"]["key"]) == 64
    other = works.workers.plan(TEXT, inputs={"x": 7})
    assert other["steps"][0]["key"] != by_node["n"]["key"]
    swept = works.workers.plan(TEXT, sweep={"table": {"x": [1, 2]}})
    assert {"sweep[0]/n", "sweep[1]/n"} <= {step["node"] for step in swept["steps"]}
    assert [one["code"] for one in works.workers.plan(TEXT, inputs={"z": 1})["problems"]] == ["unknown_input"]


def test_the_interface_is_described(works: Works) -> None:
    found = works.workers.interface(TEXT, ["save.name"])
    assert found["inputs"]["x"]["schema"]["type"] == "integer"
    assert found["inputs"]["save.name"]["default"] == "picture.toy"
    assert found["outputs"]["o"]["artifact"] is False
    assert found["problems"] == []


def test_choices_and_measures_are_answered(works: Works) -> None:
    found = works.workers.choices("toy/basket", "fruit", "red", limit=1)
    assert found == {
        "problems": [],
        "choices": [{"value": "apple", "title": "Apple", "details": {"colour": "red"}, "picture": ""}],
        "more": True,
    }
    assert works.workers.choices("toy/baskt", "fruit")["problems"][0]["code"] == "unknown_node"
    text = document({"label": ("label", {"text": "panda", "size": 4})}).dumps()
    measure = works.workers.measure(text, "label", "text")["measure"]
    assert measure == {
        "count": 5, "limit": 4, "unit": "letters", "problems": ["'a' does not fit."], "approximate": False
    }  # fmt: skip
    assert works.workers.measure(text, "label", "text", "ab")["measure"]["count"] == 2
    assert works.workers.measure(text, "label", "text", None)["problems"][0]["code"] == "bad_value"
    assert works.workers.measure("no document", "label", "text")["problems"][0]["code"] == "not_json"


def uploaded(works: Works, content: bytes) -> str:
    file = works.data / "given"
    file.write_bytes(content)
    return Files((), works.data / "uploads").upload(file)


def test_a_document_is_read_out_of_a_file(works: Works) -> None:
    ask = works.workers
    assert loads_document(ask.read(uploaded(works, TEXT.encode()), ".json")["document"]).nodes
    picture = ask.read(uploaded(works, b"TOY" + TEXT.encode()), ".toy")
    assert (picture["problems"], picture["changes"]) == ([], [])
    assert json.loads(picture["document"]) == GOOD
    for content, suffix, code in (
        (b"pixels", ".toy", "no_workflow"),
        (b"TOY{", ".toy", "no_workflow"),
        (b"\xff", ".json", "not_json"),
        (b"pixels", "/../..", "not_json"),
    ):
        found = ask.read(uploaded(works, content), suffix)
        assert [one["code"] for one in found["problems"]] == [code]
        assert found["document"] == ""
    for missing in ("blake3:" + "0" * 64, "../../etc/passwd", ""):
        assert [one["code"] for one in ask.read(missing, ".json")["problems"]] == ["file_missing"]


def test_a_file_is_exported_with_the_document_and_its_metadata_read_again(works: Works) -> None:
    kept = ArtifactFolder(works.data / "artifacts")
    stored = kept.save("a.toy", b"picture", "image/toy")
    data = works.workers.export(stored, TEXT, {"job": "job-1"})
    assert json.loads(data.removeprefix(b"TOY")) == GOOD
    assert works.workers.metadata(kept.save("b.toy", data, "image/toy"))["document"] == GOOD
    assert works.workers.metadata(uploaded(works, data), ".toy")["document"] == GOOD
    assert works.workers.metadata(stored) == {"problems": [], "document": None, "about": None}
    with pytest.raises(NoAnswer, match="no longer on disk"):
        works.workers.metadata(Artifact("0" * 64, "gone.toy", "image/toy", 3))


def test_a_short_question_does_not_wait_behind_long_ones(works: Works, gate: Gate) -> None:
    with ThreadPoolExecutor(8) as pool:
        late = [pool.submit(works.workers.check, gate.text + " " * SMALL) for _ in range(8)]
        until(lambda: gate.begun == 3, "long questions")
        assert works.workers.check(TEXT) == []
        assert gate.begun == 3
        gate.open()
        assert [one.result() for one in late] == [[]] * 8


def test_an_answer_that_is_late_is_not_waited_for_and_the_desk_goes_on(works: Works, gate: Gate) -> None:
    pid = desk_pid(works)
    with pytest.raises(AnswerLate, match=r"did not answer within 0\.3 s"):
        works.workers.check(gate.text, timeout=0.3)
    assert works.workers.check(TEXT) == []
    gate.open()
    assert desk_pid(works) == pid


def asked(works: Works) -> int:
    desk = works.workers.desk
    assert desk is not None
    assert desk._conversation is not None
    return len(desk._conversation._asked)


def test_questions_that_nobody_waits_for_are_not_worked_out(works: Works, gate: Gate) -> None:
    desk_pid(works)

    def give_up(_: int) -> None:
        with pytest.raises(AnswerLate):
            works.workers.check(gate.text, timeout=0.3)

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(give_up, range(40)))
    assert asked(works) == 40
    gate.open()
    until(lambda: asked(works) == 0, "all answers")
    assert gate.begun < 20


def test_too_many_questions_are_refused_and_room_is_made_again(
    works: Works, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "MOST_ASKED", 3)
    desk_pid(works)
    with ThreadPoolExecutor(3) as pool:
        slow = [pool.submit(works.workers.check, gate.text) for _ in range(3)]
        until(lambda: asked(works) == 3, "three questions")
        with pytest.raises(Busy, match="has 3 questions waiting"):
            works.workers.check(TEXT)
        gate.open()
        assert [one.result() for one in slow] == [[]] * 3
    assert works.workers.check(TEXT) == []


def test_a_question_is_asked_again_when_the_desk_is_killed_under_it(works: Works, gate: Gate) -> None:
    pid = desk_pid(works)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(works.workers.check, gate.text)
        until(lambda: gate.begun == 1, "the question")
        os.kill(pid, signal.SIGKILL)
        gate.open()
        assert slow.result() == []
    desk = works.workers.desk
    assert desk is not None
    assert (desk.state, desk.restarts) == ("ready", 1)
    assert "killed by signal 9" in desk.error
    assert desk_pid(works) != pid


def test_a_question_that_ends_the_desk_each_time_is_given_up(works: Works) -> None:
    with pytest.raises(WorkerEnded, match="ended"):
        works.workers.check(DEADLY)
    assert works.workers.check(TEXT) == []


def test_what_a_question_is_too_large_for_is_said_and_forgotten(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk_pid(works)
    monkeypatch.setattr("graph_engine.workers.frames.MAX_PAYLOAD", 1000)
    monkeypatch.setattr(conversation, "MOST_ASKED", 1)
    for _ in range(3):
        with pytest.raises(Exception, match="1,000 are allowed"):
            works.workers.check("x" * 2000)


def test_a_question_of_a_later_version_is_refused_and_the_desk_goes_on(works: Works) -> None:
    with pytest.raises(NoAnswer, match="does not know the question 'from_the_future'"):
        works.workers._ask("from_the_future", TEXT, {}, 60)
    assert works.workers.check(TEXT) == []


def test_a_desk_that_can_not_be_started_says_why(open_works: Callable[..., Works], tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho this python is broken >&2\nexit 3\n")
    broken.chmod(0o755)
    works = open_works(Supervision(starts=2, backoff=0.01), desk=True, python=str(broken))
    with pytest.raises(WorkerUnusable, match=r"The worker 'desk' can not be started(.|\n)*python is broken"):
        works.workers.check(TEXT)
    desk = works.workers.desk
    assert desk is not None
    assert (desk.state, desk.restarts) == ("unusable", 1)
    assert "this python is broken" in desk.error


def test_who_asks_before_the_desk_is_ready_waits_no_longer_than_was_said(
    open_works: Callable[..., Works], tmp_path: Path
) -> None:
    slow = tmp_path / "python"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    works = open_works(Supervision(grace=0.5), desk=True, python=str(slow))
    assert works.workers.desk is not None
    assert works.workers.desk.state == "starting"
    with pytest.raises(AnswerLate, match=r"not ready to be asked within 0\.2 s"):
        works.workers.check(TEXT, timeout=0.2)


def test_closing_ends_the_desk_and_whoever_waits_is_told(works: Works, gate: Gate) -> None:
    pid = desk_pid(works)
    raised: list[Exception] = []

    def ask(workers: LocalWorkers) -> None:
        try:
            workers.check(gate.text)
        except WorkerEnded as error:
            raised.append(error)

    waiting = threading.Thread(target=ask, args=(works.workers,))
    waiting.start()
    until(lambda: gate.begun == 1, "the question")
    works.workers.close()
    waiting.join(60)
    assert len(raised) == 1
    assert gone(pid)
    assert works.workers.desk is not None
    assert (works.workers.desk.state, works.workers.desk.restarts) == ("closed", 0)
    with pytest.raises(WorkerEnded, match="is closed"):
        works.workers.check(TEXT)
