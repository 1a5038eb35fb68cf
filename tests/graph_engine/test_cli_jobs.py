"""submit, jobs and work on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_engine.jobs.queue import JobQueue
from tests.graph_engine.conftest import RESOURCES, link
from tests.graph_engine.test_cli import SAVE, Cli, doc


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.syspath_prepend(str(RESOURCES))
    monkeypatch.chdir(tmp_path)
    return Cli(tmp_path, capsys)


def submit(cli: Cli, *more: str, document: object = SAVE) -> str:
    status, out, err = cli("submit", *more, document=document)
    assert (status, err) == (0, "")
    return out.strip()


def test_a_submitted_workflow_runs_later_with_the_inputs_it_was_given(cli: Cli) -> None:
    job = submit(cli, "--set", "x=7")
    status, out, _ = cli("jobs")
    assert status == 0
    assert out.split() == [job, "queued", "cli"]
    status, out, _ = cli("work")
    assert status == 0
    lines = out.splitlines()
    assert lines[0].split() == [job, "done", "cli"]
    picture = json.loads(Path(lines[1].strip()).read_bytes().removeprefix(b"TOY"))
    assert picture["nodes"]["n"]["inputs"] == {"value": 7}
    assert cli("work")[:2] == (0, "")
    status, out, _ = cli("jobs", "show", job)
    assert "n: miss, it has not run before" in out
    events = [json.loads(line)["kind"] for line in cli("jobs", "events", job)[1].splitlines()]
    assert events[:3] == ["job_status", "job_status", "run_started"]
    assert events[-2:] == ["run_finished", "job_status"]
    status, out, _ = cli("jobs", "save", job, "--out", str(cli.folder / "again"))
    assert Path(out.strip()).parent == cli.folder / "again"


def test_a_file_says_which_job_made_it_and_with_what(cli: Cli) -> None:
    document = doc(
        {
            "n": ("number", {"value": 1}),
            "b": ("make_blob", {"seed": 9}),
            "s": ("save_told", {"value": link("n.integer")}),
        }
    )
    document["interface"] = {"inputs": {"x": {"node": "n", "input": "value"}}, "outputs": {}}
    job = submit(cli, "--set", "x=7", document=document)
    made = Path(cli("work")[1].splitlines()[1].strip())
    about = json.loads(made.read_bytes())["about"]
    assert about["job"] == job
    assert about["inputs"] == {"x": 7}
    assert about["seeds"] == {"b.seed": 9}
    assert about["versions"] == {"toy": "1.0"}
    assert set(about["timings"]["nodes"]) == {"n", "s"}
    assert about["timings"]["submitted"] <= about["timings"]["started"] <= about["timings"]["finished"]
    saved = Path(cli("jobs", "save", job, "--out", str(cli.folder / "again"))[1].strip())
    assert saved.read_bytes() == made.read_bytes()


def test_a_file_beside_the_document_goes_with_the_job(cli: Cli) -> None:
    (cli.folder / "words.txt").write_text("first")
    document = doc({"r": ("read_text", {"path": "words.txt"}), "s": ("save_text", {"text": link("r.text")})})
    submit(cli, document=document)
    (cli.folder / "words.txt").unlink()
    status, out, _ = cli("work")
    assert status == 0
    assert Path(out.splitlines()[1].strip()).read_text() == "first"


def test_a_bad_document_is_not_taken(cli: Cli) -> None:
    status, _, err = cli("submit", document=doc({"n": ("numbr", {})}))
    assert status == 2
    assert "Did you mean 'toy/number'" in err
    assert cli("jobs")[2] == "no jobs.\n"


def test_a_failed_job_is_told_and_can_be_retried(cli: Cli) -> None:
    document = doc(
        {"n": ("number", {}), "f": ("fail", {"a": link("n.integer")})},
        interface={"outputs": {"o": {"node": "f", "output": "integer"}}},
    )
    job = submit(cli, document=document)
    status, out, err = cli("work")
    assert status == 1
    assert "failed" in out
    assert "the reason" in err
    assert "queued" in cli("jobs", "retry", job)[1]
    assert cli("jobs", "retry", job)[0] == 2


def test_steering(cli: Cli) -> None:
    first, second = submit(cli), submit(cli, "--set", "x=2")
    assert "paused" in cli("jobs", "pause", first)[1]
    assert "The queue is paused" in cli("jobs", "pause")[1]
    assert cli("work")[1] == ""
    assert "`latentgraph jobs resume`" in cli("jobs")[2]
    cli("jobs", "resume")
    assert cli("work")[1].split()[0] == second
    cli("jobs", "resume", first)
    cli("jobs", "move", first, "--priority", "3")
    assert "cancelled" in cli("jobs", "cancel", first)[1]
    assert "deleted" in cli("jobs", "delete", first)[1]
    status, _, err = cli("jobs", "show", first)
    assert status == 2
    assert f"There is no job '{first}'" in err
    status, _, err = cli("jobs", "cancel")
    assert status == 2
    assert "Say which job" in err


def test_the_outputs_of_a_job_are_shown(cli: Cli) -> None:
    document = doc(
        {"n": ("number", {"value": 12})}, interface={"outputs": {"o": {"node": "n", "output": "integer"}}}
    )
    job = submit(cli, document=document)
    assert cli("work")[1].splitlines()[1] == "  o: 12"
    assert "  output o: 12" in cli("jobs", "show", job)[1].splitlines()
    assert json.loads(cli("jobs", "show", job, "--json")[1])["result"]["outputs"] == {"o": 12}


def test_the_same_key_is_the_same_job(cli: Cli) -> None:
    assert submit(cli, "--key", "k") == submit(cli, "--key", "k")
    status, _, err = cli("submit", "--key", "k", "--set", "x=9", document=SAVE)
    assert status == 2
    assert "Use a new key" in err


def test_json_for_scripts(cli: Cli) -> None:
    job = json.loads(cli("submit", "--json", "--owner", "ann", document=SAVE)[1])
    assert (job["status"], job["owner"]) == ("queued", "ann")
    listed = json.loads(cli("jobs", "--json", "--of", "ann")[1])
    assert [one["id"] for one in listed["jobs"]] == [job["id"]]
    assert listed["counts"] == {"queued": 1}
    done = json.loads(cli("work", "--json")[1])
    assert done["status"] == "done"
    assert [Path(one).name for one in done["paths"]] == ["picture.toy"]


def test_a_queue_moves_to_another_data_folder(cli: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    (cli.folder / "words.txt").write_text("first")
    reading = doc({"r": ("read_text", {"path": "words.txt"}), "s": ("save_text", {"text": link("r.text")})})
    done = submit(cli)
    cli("work")
    waiting = submit(cli, document=reading)
    assert cli("jobs", "export", "queue.zip") == (0, "queue.zip: 2 jobs and 2 files.\n", "")
    there = Cli(cli.folder / "there", capsys)
    there.folder.mkdir()
    assert there("jobs", "import", "queue.zip") == (0, "queue.zip: added 2 jobs and 2 files.\n", "")
    assert there("jobs", "save", done, "--out", str(there.folder / "out"))[0] == 0
    assert (there.folder / "out" / "picture.toy").is_file()
    assert there("work")[1].split()[:2] == [waiting, "done"]
    status, _, err = there("jobs", "import", "queue.zip")
    assert status == 2
    assert f"Job '{waiting}' is here already, done" in err


def test_export_and_import_say_what_they_did_and_what_was_not_there(cli: Cli) -> None:
    submit(cli)
    cli("work")
    submit(cli)
    next((cli.folder / "data" / "artifacts").rglob("*.toy")).unlink()
    status, out, err = cli("jobs", "export", "done.zip", "--status", "done", "--json")
    assert (status, json.loads(out)) == (
        0,
        {"file": "done.zip", "jobs": 1, "files": 0, "missing": ["picture.toy"]},
    )
    assert "Warning: 'picture.toy' is no longer in" in err
    status, out, _ = cli("jobs", "import", "done.zip", "--json")
    assert (status, json.loads(out)) == (0, {"file": "done.zip", "jobs": 0, "known": 1, "files": 0})
    assert (
        cli("jobs", "import", "done.zip")[1] == "done.zip: added 0 jobs and 0 files; here already: 1 job.\n"
    )
    for action in ("export", "import"):
        status, _, err = cli("jobs", action)
        assert status == 2
        assert "Say which file" in err
    assert cli("jobs", "export", "done.zip")[0] == 2
    status, _, err = cli("jobs", "import", "doc.json")
    assert status == 2
    assert "'doc.json' can not be read as an archive of jobs" in err


def test_several_statuses_are_listed_at_once(cli: Cli) -> None:
    done = submit(cli)
    cli("work")
    cancelled, queued = submit(cli), submit(cli)
    cli("jobs", "cancel", cancelled)
    listed = cli("jobs", "--status", "done", "--status", "queued")[1]
    assert [line.split()[0] for line in listed.splitlines()] == [queued, done]


def test_a_damaged_jobs_file_is_left_for_the_person(cli: Cli) -> None:
    (cli.folder / "data").mkdir()
    (cli.folder / "data" / "jobs.sqlite").write_text("no database")
    status, _, err = cli("jobs")
    assert status == 2
    assert "Put a backup in its place" in err
    with pytest.raises(Exception, match="can not be used"):
        JobQueue(cli.folder / "data" / "jobs.sqlite")
