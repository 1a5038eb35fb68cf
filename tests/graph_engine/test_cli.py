"""The command line: exit statuses, messages that name place and way out, pictures that carry workflows."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph_engine.cli.main import main
from tests.graph_engine.conftest import RESOURCES, link

ROOT = Path(__file__).parents[2]


def doc(nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    written = {
        name: {"type": f"toy/{kind}", "version": 1, "inputs": inputs}
        for name, (kind, inputs) in nodes.items()
    }
    return {"latentgraph": 1, "name": "cli", "nodes": written, **more}


SAVE = doc(
    {
        "n": ("number", {"value": 4}),
        "show": ("show", {"value": link("n.integer")}),
        "save": ("save_toy", {"value": link("n.integer")}),
    },
    interface={
        "inputs": {"x": {"node": "n", "input": "value"}},
        "outputs": {"text": {"node": "show", "output": "text"}},
    },
)


class Cli:
    """Runs the command line in this process, on a data folder of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def __call__(self, verb: str, *arguments: str, document: Any = None) -> tuple[int, str, str]:
        given = list(arguments)
        if document is not None:
            file = self.folder / "doc.json"
            file.write_text(document if isinstance(document, str) else json.dumps(document))
            given.insert(0, str(file))
        if verb == "run":
            given += ["--out", str(self.folder / "out")]
        status = main([verb, *given, "--data", str(self.folder / "data")])
        captured = self._capsys.readouterr()
        assert "Traceback" not in captured.err
        return status, captured.out, captured.err


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.syspath_prepend(str(RESOURCES))  # where the toy pack's entry point is found
    return Cli(tmp_path, capsys)


DEEP = '{"latentgraph": 1, "nodes": {}, "layout": ' + "[" * 5000 + "]" * 5000 + "}"
BAD: list[tuple[str, Any, list[str]]] = [
    ("not JSON", "{", ["is not JSON", "line 1"]),
    ("no document", "[1]", ['"latentgraph": 1']),
    ("unknown node", doc({"n": ("numbr", {})}), ["'n'", "toy/numbr", "Did you mean 'toy/number'"]),
    ("missing input", doc({"n": ("add", {})}), ["'n'", "'a'", "is missing"]),
    ("extra input", doc({"n": ("number", {"vale": 1})}), ["'n'", "'vale'", "Did you mean 'value'"]),
    (
        "unknown pack",
        {"latentgraph": 1, "nodes": {"n": {"type": "acme/x"}}},
        ["'n'", "'acme' is not installed"],
    ),
    ("fraction", doc({"n": ("number", {"value": 1.5})}), ["a whole number is wanted, not 1.5"]),
    (
        "link to nowhere",
        doc({"n": ("add", {"a": link("m.integer")})}),
        ["'n'", "'a'", "'m'", "does not exist"],
    ),
    (
        "link to no output",
        doc({"m": ("number", {}), "n": ("add", {"a": link("m.x")})}),
        ["'n'", "'a'", "no output 'x'", "There is 'integer'"],
    ),
    (
        "wrong type",
        doc({"m": ("make_blob", {}), "n": ("add", {"a": link("m.blob")})}),
        ["'n'", "'a'", "wants whole number", "gives Blob"],
    ),
    (
        "cycle",
        doc({"a": ("add", {"a": link("b.integer")}), "b": ("add", {"a": link("a.integer")})}),
        ["a -> b -> a", "cycle", "Remove one"],
    ),
    ("out of range", doc({"n": ("add", {"a": 1, "b": 1001})}), ["'n'", "'b'", "1001", "at most 1000"]),
    (
        "path",
        doc({"n": ("read_text", {"path": "../../etc/passwd"})}),
        ["'n'", "'path'", "inside its own folder"],
    ),
    ("deep", DEEP, ["deeper than 64"]),
    ("huge", "[" + "0," * 9_000_000 + "0]", ["bytes", "allowed"]),
    ("nothing to run", doc({"n": ("number", {})}), ["Nothing in this document would run"]),
]


@pytest.mark.parametrize(("document", "says"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_document_is_status_2_and_one_clear_message(cli: Cli, document: Any, says: list[str]) -> None:
    status, out, err = cli("run", document=document)
    assert (status, out) == (2, "")
    assert err.startswith((str(cli.folder / "doc.json"), "Nothing"))
    for words in says:
        assert words in err
    assert not (cli.folder / "out").exists()


def test_bad_documents_are_json_when_asked(cli: Cli) -> None:
    status, out, _ = cli("run", "--json", document=doc({"n": ("add", {"b": 5000})}))
    problems = json.loads(out)["problems"]
    assert status == 2
    assert [(one["code"], one["node"], one["input"]) for one in problems] == [
        ("bad_value", "n", "b"),
        ("missing_input", "n", "a"),
    ]


def test_a_file_that_is_not_there_is_status_2(cli: Cli) -> None:
    status, _, err = cli("run", str(cli.folder / "gone.json"))
    assert status == 2
    assert "No such file" in err


def test_a_link_that_leaves_the_folder_is_a_failed_run(cli: Cli) -> None:
    (cli.folder / "link.txt").symlink_to("/etc/hostname")
    nodes = doc({"n": ("read_text", {"path": "link.txt"}), "s": ("save_text", {"text": link("n.text")})})
    status, out, err = cli("run", document=nodes)
    assert (status, out) == (1, "")
    assert "Node 'n'" in err
    assert "symbolic link" in err


def test_a_failed_run_is_status_1_names_the_node_and_leaves_nothing(cli: Cli) -> None:
    nodes = doc({"bad": ("fail", {"a": 1}), "s": ("save_toy", {"value": link("bad.integer")})})
    status, out, err = cli("run", document=nodes)
    assert (status, out) == (1, "")
    assert "Node 'bad' (toy/fail) failed: RuntimeError: the reason" in err
    log = next((cli.folder / "data" / "logs").iterdir())
    assert str(log) in err
    assert "Traceback" in log.read_text()
    assert not (cli.folder / "out").exists()


def test_run_prints_the_paths_and_a_second_run_computes_nothing(cli: Cli) -> None:
    status, out, _ = cli("run", document=SAVE)
    assert (status, out) == (0, f"{cli.folder / 'out' / 'picture.toy'}\n")
    status, again, err = cli("run", document=SAVE)
    assert (status, again) == (0, out)
    assert "running" not in err


def test_keep_going_runs_and_saves_what_does_not_depend_on_a_failure(cli: Cli) -> None:
    nodes = doc({"bad": ("fail", {"a": 1}), "s": ("save_toy", {"value": 3})})
    nodes["interface"] = {"outputs": {"x": {"node": "bad", "output": "integer"}}}
    assert cli("run", document=nodes)[:2] == (1, "")
    status, out, err = cli("run", "--keep-going", document=nodes)
    assert (status, out) == (1, f"{cli.folder / 'out' / 'picture.toy'}\n")
    assert "Node 'bad'" in err


def test_only_runs_to_a_node_or_output(cli: Cli) -> None:
    _, out, _ = cli("run", "--json", "--only", "text", document=SAVE)
    assert set(json.loads(out)["nodes"]) < set(SAVE["nodes"])


def test_a_sweep_runs_for_every_value(cli: Cli) -> None:
    _, out, _ = cli("run", "--json", "--sweep", "x=1,2,3", document=SAVE)
    assert json.loads(out)["outputs"] == {"text": ["1", "2", "3"]}
    _, again, _ = cli("run", "--json", "--sweep", "x=[2, 4]", document=SAVE)
    assert json.loads(again)["outputs"] == {"text": ["2", "4"]}
    status, _, err = cli("run", "--sweep", "y=1", document=SAVE)
    assert status == 2
    assert "no input 'y'" in err


def test_run_json_is_one_object_with_everything(cli: Cli) -> None:
    status, out, _ = cli("run", "--json", "--set", "x=9", document=SAVE)
    result = json.loads(out)
    assert (status, result["status"], result["outputs"]) == (0, "done", {"text": "9"})
    assert {name: one["status"] for name, one in result["nodes"].items()} == dict.fromkeys(
        SAVE["nodes"], "miss"
    )
    assert Path(result["artifacts"][0]["path"]).is_file()


def test_a_picture_carries_its_workflow_with_what_was_set(cli: Cli) -> None:
    _, out, _ = cli("run", "--set", "x=12", document=SAVE)
    status, shown, _ = cli("run", out.strip(), "--json")
    result = json.loads(shown)
    assert (status, result["outputs"]["text"]) == (0, "12")
    assert {one["status"] for one in result["nodes"].values()} == {"hit"}


def test_files_travel_with_the_picture_by_digest(cli: Cli) -> None:
    (cli.folder / "words.txt").write_text("from a file")
    nodes = doc(
        {
            "read": ("read_text", {"path": "words.txt"}),
            "blob": ("make_blob", {"text": link("read.text")}),
            "size": ("measure", {"blob": link("blob.blob")}),
            "save": ("save_toy", {"value": link("size.integer")}),
        }
    )
    _, out, _ = cli("run", document=nodes)
    (cli.folder / "words.txt").unlink()
    elsewhere = cli.folder / "elsewhere" / "moved.toy"
    elsewhere.parent.mkdir()
    Path(out.strip()).rename(elsewhere)
    assert b"blake3:" in elsewhere.read_bytes()
    status, out, _ = cli("run", str(elsewhere), "--json")
    assert status == 0
    assert {one["status"] for one in json.loads(out)["nodes"].values()} == {"hit"}


def test_a_file_given_by_set_is_imported(cli: Cli) -> None:
    (cli.folder / "sub").mkdir()
    (cli.folder / "sub" / "a.txt").write_text("given")
    nodes = doc(
        {"read": ("read_text", {}), "save": ("save_text", {"text": link("read.text")})},
        interface={"inputs": {"file": {"node": "read", "input": "path"}}},
    )
    status, out, _ = cli("run", "--set", f"file={cli.folder / 'sub' / 'a.txt'}", document=nodes)
    assert status == 0
    assert Path(out.strip()).read_text() == "given"
    status, _, err = cli("run", "--set", "file=/no/such/file", document=nodes)
    assert status == 2
    assert "/no/such/file" in err


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("y=1", "no input 'y'"),
        ("m.value=1", "no node 'm'"),
        ("x", "--set name=value"),
        ("x=many", "'n', input 'value'"),
        ("x=1.5", "1.5|fraction"),
    ],
)
def test_a_wrong_set_is_status_2(cli: Cli, option: str, says: str) -> None:
    status, _, err = cli("run", "--set", option, document=SAVE)
    assert status == 2
    assert any(words in err for words in says.split("|"))


def test_text_is_taken_as_it_is_and_other_inputs_as_json(cli: Cli) -> None:
    nodes = doc({"s": ("save_text", {}), "t": ("total", {})})
    nodes["interface"] = {
        "inputs": {"text": {"node": "s", "input": "text"}},
        "outputs": {"sum": {"node": "t", "output": "integer"}},
    }
    status, out, _ = cli("run", "--set", "text=12", "--set", "t.numbers=[1, 2]", "--json", document=nodes)
    result = json.loads(out)
    assert (status, result["outputs"]) == (0, {"sum": 3})
    assert Path(result["artifacts"][0]["path"]).read_text() == "12"


def test_validate_plan_nodes_schema_and_cache(cli: Cli) -> None:
    assert cli("validate", document=SAVE)[0] == 0
    assert "will run because it has not run before" in cli("plan", document=SAVE)[1]
    cli("run", document=SAVE)
    assert cli("plan", document=SAVE)[1].count("cached") == 3
    assert "toy/add" in cli("nodes")[1]
    assert "Add two whole numbers." in cli("nodes", "toy/add")[1]
    described = json.loads(cli("nodes", "toy/add", "--json")[1])["nodes"][0]
    assert described["inputs"]["b"]["schema"] == {"type": "integer", "minimum": -1000, "maximum": 1000}
    assert cli("nodes", "toy/ad")[0] == 2
    assert "3 computations" in cli("cache", "info")[1]
    assert "Forgot 3" in cli("cache", "clear")[1]
    assert "will run" in cli("plan", document=SAVE)[1]


def test_what_is_muted_is_told_by_plan_and_run(cli: Cli) -> None:
    nodes = {
        "one": ("number", {"value": 1}),
        "sum": ("add", {"a": link("one.integer")}),
        "more": ("add", {"a": link("sum.integer"), "b": 5}),
    }
    outputs = {name: {"node": name, "output": "integer"} for name in ("one", "more")}
    raw = doc(nodes, interface={"outputs": outputs})
    raw["nodes"]["sum"]["mode"] = "mute"
    _, out, _ = cli("plan", document=raw)
    assert [" ".join(line.split()) for line in out.splitlines()[1:]] == [
        "sum toy/add muted",
        "more toy/add muted because 'sum' is muted",
    ]
    status, out, err = cli("run", document=raw)
    assert (status, out) == (0, "one: 1\n")
    assert "The output 'more' is left out, because 'sum' is muted." in err
    raw["nodes"]["one"]["mode"] = "mute"
    status, _, err = cli("run", document=raw)
    assert status == 2
    assert "'one' is muted" in err


def test_an_error_of_our_own_is_one_sentence_and_a_log(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: Any) -> Any:
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr("graph_engine.engine.compile_document", broken)
    status, _, err = cli("run", document=SAVE)
    assert status == 1
    assert "ZeroDivisionError: deep inside" in err
    assert "ZeroDivisionError" in next((cli.folder / "data" / "logs").iterdir()).read_text()


def test_what_a_node_prints_does_not_reach_stdout(cli: Cli) -> None:
    status, out, err = cli(
        "run", "--json", document=doc({"c": ("chatter", {}), "s": ("save_text", {"text": link("c.text")})})
    )
    assert (status, json.loads(out)["status"]) == (0, "done")
    assert "chatter" in err


def test_an_output_folder_that_can_not_be_written_is_said(cli: Cli) -> None:
    (cli.folder / "out").write_text("a file")
    status, _, err = cli("run", document=SAVE)
    assert status == 2
    assert "--out" in err
    assert "running" not in err


def test_a_file_that_is_not_there_is_named_with_node_input_and_the_nearest_name(cli: Cli) -> None:
    (cli.folder / "words.txt").write_text("x")
    for path, says in (
        ("word.txt", "Did you mean 'words.txt'?"),
        ("", "No file is named"),
        ("far.bin", "Put it there"),
        ("n" * 2000, "too long"),
    ):
        nodes = doc({"n": ("read_text", {"path": path}), "s": ("save_text", {"text": link("n.text")})})
        status, _, err = cli("run", document=nodes)
        assert status == 1
        assert "Node 'n' (toy/read_text)" in err
        assert "path=" in err
        assert says in err


def test_closed_output_shows_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "doc.json").write_text(json.dumps(SAVE))
    path = os.pathsep.join([str(ROOT), str(RESOURCES)])
    run = f"{sys.executable} -m graph_engine run doc.json --data data"
    for command, status in ((f"{run} 2>&-", 0), (f"{run} >&-", 0), (f"{run} --json 2>&1 | head -c 1", 0)):
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, (command, done)
        assert "Traceback" not in done.stderr
        assert "Exception ignored" not in done.stderr


def test_a_data_folder_that_can_not_be_used_is_said(cli: Cli) -> None:
    (cli.folder / "data").write_text("a file")
    status, _, err = cli("run", document=SAVE)
    assert status == 2
    assert "--data" in err


def test_wrong_settings_are_said(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATENTGRAPH_DISK_BUDGET", "plenty")
    status, _, err = cli("run", document=SAVE)
    assert status == 2
    assert "disk_budget" in err


def start(folder: Path, document: dict[str, Any], *more: str) -> subprocess.Popen[str]:
    file = folder / "doc.json"
    file.write_text(json.dumps(document))
    command = [sys.executable, "-m", "graph_engine", "run", str(file), "--data", str(folder / "data"), *more]
    path = os.pathsep.join([str(ROOT), str(RESOURCES)])
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        cwd=folder,
    )


TRAIN = doc(
    {
        "n": ("number", {"value": 1}),
        "blob": ("make_blob", {}),
        "size": ("measure", {"blob": link("blob.blob")}),
        "train": ("train", {"steps": 150, "seconds": 0.02, "after": link("size.integer")}),
    },
    interface={"outputs": {"steps": {"node": "train", "output": "integer"}}},
)


def interrupt(folder: Path, stop: Callable[[subprocess.Popen[str]], None]) -> subprocess.Popen[str]:
    """Start training, and stop it once its second checkpoint is written."""
    process = start(folder, TRAIN)
    while True:
        checkpoints = list((folder / "data" / "store" / "work").glob("*/step"))
        if checkpoints and checkpoints[0].read_text() not in ("", "1"):
            break
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    stop(process)
    process.wait(30)
    return process


def goes_on(folder: Path) -> None:
    process = start(folder, TRAIN, "--json")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    result = json.loads(out)
    assert result["nodes"]["blob"]["status"] == "hit"
    assert result["nodes"]["size"]["status"] == "hit"
    assert result["outputs"]["steps"] < 150


def test_ctrl_c_stops_within_a_step_and_the_next_run_goes_on(tmp_path: Path) -> None:
    process = interrupt(tmp_path, lambda running: running.send_signal(signal.SIGINT))
    out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert "goes on from there" in err
    assert "Traceback" not in err
    goes_on(tmp_path)


def test_kill_9_leaves_the_store_sound_and_the_next_run_goes_on(tmp_path: Path) -> None:
    process = interrupt(tmp_path, lambda running: running.kill())
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    goes_on(tmp_path)


def test_two_processes_on_one_data_folder_compute_once(tmp_path: Path) -> None:
    slow = doc(
        {"train": ("train", {"steps": 30, "seconds": 0.02})},
        interface={"outputs": {"steps": {"node": "train", "output": "integer"}}},
    )
    both = [start(tmp_path, slow, "--json") for _ in range(2)]
    results = [json.loads(process.communicate(timeout=60)[0]) for process in both]
    assert [result["outputs"]["steps"] for result in results] == [30, 30]
    assert sorted(result["nodes"]["train"]["status"] for result in results) == ["hit", "miss"]


def test_python_m_graph_engine_prints_the_schema() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "graph_engine", "schema"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    published = (ROOT / "docs" / "schemas" / "workflow-1.json").read_text()
    assert done.stdout == published


def test_diff_says_what_differs_and_names_a_file_that_can_not_be_read(cli: Cli, tmp_path: Path) -> None:
    after = json.loads(json.dumps(SAVE))
    after["nodes"]["n"]["inputs"]["value"] = 5
    for name, one in (("before", SAVE), ("after", after)):
        (tmp_path / f"{name}.json").write_text(json.dumps(one))
    before, after_file = str(tmp_path / "before.json"), str(tmp_path / "after.json")
    assert cli("diff", before, after_file)[:2] == (0, "Node 'n', input 'value': 4 became 5.\n")
    assert cli("diff", before, before)[:2] == (0, "The documents say the same.\n")
    status, out, _ = cli("diff", before, after_file, "--json")
    assert status == 0
    (told,) = json.loads(out)["differences"]
    assert (told["code"], told["node"], told["before"], told["after"]) == ("input", "n", "4", "5")
    (tmp_path / "broken.json").write_text("{")
    status, out, error = cli("diff", before, str(tmp_path / "broken.json"))
    assert (status, out) == (2, "")
    assert "broken.json" in error
    assert "is not JSON" in error
    assert cli("diff", str(tmp_path / "gone.json"), before)[0] == 2
