"""The command line over HTTP: the same verbs, done by a server."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graph_engine.jobs.job import Request
from graph_engine.jobs.queue import JobQueue
from tests.web.conftest import RESOURCES, Running, document, two_nodes
from tests.web.http import LIMIT
from tests.web.scripted import in_turn, refusal, scripted
from web.cli.log_lines import line_of
from web.cli.main import main
from web.client import Client

ROOT = Path(__file__).parents[2]


class Cli:
    """Runs the command line in this process, against a server."""

    def __init__(self, folder: Path, address: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.address, self._capsys = folder, address, capsys

    def __call__(self, verb: str, *arguments: str, document: Any = None) -> tuple[int, str, str]:
        given = list(arguments)
        if document is not None:
            file = self.folder / "graph.json"
            file.write_text(json.dumps(document))
            given.insert(0, str(file))
        status = main([verb, *given, "--server", self.address])
        captured = self._capsys.readouterr()
        assert "Traceback" not in captured.err
        return status, captured.out, captured.err


@pytest.fixture
def cli(shared_server: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(tmp_path, shared_server.http.address, capsys)


@pytest.fixture
def client(shared_server: Running) -> Iterator[Client]:
    with Client(shared_server.http.address) as client:
        yield client


def saving(value: int, name: str = "picture.toy") -> dict[str, Any]:
    return document(
        {"save": ("save_toy", {"value": value, "name": name})}, inputs={"value": "save.value"}
    ).as_json()


def test_submit_prints_the_id_and_says_how_it_is_run(cli: Cli, client: Client) -> None:
    options = ("--set", "value=5", "--priority", "4", "--only", "sum", "--keep-going", "--key", "cli-1")
    status, out, _ = cli("submit", *options, document=two_nodes())
    assert status == 0
    job = client.wait(out.strip(), LIMIT)
    assert (job.status, job.name, job.inputs) == ("done", "graph", {"value": 5})
    assert (job.priority, job.wanted, job.continue_on_error) == (4, ["sum"], True)
    assert cli("submit", *options, document=two_nodes())[1].strip() == job.id


def test_submit_and_wait_saves_what_was_made(cli: Cli, tmp_path: Path) -> None:
    out_folder = tmp_path / "out"
    status, out, err = cli("submit", "--wait", "--out", str(out_folder), document=saving(31))
    assert status == 0
    (path,) = [Path(line) for line in out.splitlines()]
    assert path.parent == out_folder
    assert path.read_bytes().startswith(b"TOY")
    assert "Ctrl-C leaves it there" in err
    assert "save: " in err


def test_submit_and_wait_prints_the_outputs_where_no_file_was_made(cli: Cli) -> None:
    assert cli("submit", "--wait", "--set", "value=68", document=two_nodes())[:2] == (0, "sum: 69\n")


def test_submit_and_wait_in_json_is_one_object_with_the_paths(cli: Cli, tmp_path: Path) -> None:
    status, out, _ = cli("submit", "--wait", "--json", "--out", str(tmp_path), document=saving(32))
    assert status == 0
    said = json.loads(out)
    assert said["status"] == "done"
    assert [Path(path).exists() for path in said["paths"]] == [True]


def test_a_failed_job_is_status_1_and_says_why(cli: Cli) -> None:
    failing = document({"f": ("fail", {"a": 1, "message": "so it is"})}, {"f": "f.integer"}).as_json()
    status, out, err = cli("submit", "--wait", document=failing)
    assert (status, out) == (1, "")
    assert "so it is" in err


def test_a_bad_document_is_status_2_with_every_fault_as_a_run_here_says_it(
    cli: Cli, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(RESOURCES))
    wrong = document({"a": ("number", {"value": "x"}), "b": ("numbr", {})}).as_json()
    status, _, err = cli("submit", document=wrong)
    assert status == 2
    assert main(["validate", str(tmp_path / "graph.json"), "--data", str(tmp_path / "data")]) == 2
    here = capsys.readouterr().err
    assert err == here
    assert "node 'a'" in err
    assert "node 'b'" in err


def test_faults_are_json_when_asked(cli: Cli) -> None:
    status, out, _ = cli("submit", "--json", document=document({"b": ("numbr", {})}).as_json())
    assert status == 2
    assert [one["node"] for one in json.loads(out)["problems"]] == ["b"]


def test_a_file_that_is_set_and_one_beside_the_document_are_sent(
    cli: Cli, client: Client, tmp_path: Path
) -> None:
    (tmp_path / "beside.txt").write_text("beside the document")
    (tmp_path / "given.txt").write_text("given at the shell")
    (tmp_path.parent / "outside.txt").write_text("nobody's business")
    graph = document(
        {
            "set": ("read_text", {"path": "nowhere.txt"}),
            "beside": ("read_text", {"path": "beside.txt"}),
            "named": ("number", {"value": 3}),
        },
        {"set": "set.text", "beside": "beside.text"},
        {"file": "set.path"},
    ).as_json()
    given = str(tmp_path / "given.txt")
    status, out, err = cli("submit", "--set", f"file={given}", document=graph)
    assert status == 0, err
    job = client.wait(out.strip(), LIMIT)
    assert job.status == "done", job.error
    nodes = client.document(job.id)["nodes"]
    assert nodes["set"]["inputs"]["path"] == client.upload(b"given at the shell").reference
    assert nodes["beside"]["inputs"]["path"] == client.upload(b"beside the document").reference


def test_a_file_outside_the_folder_is_never_sent(cli: Cli, tmp_path: Path, shared_server: Running) -> None:
    from blake3 import blake3

    folder = tmp_path / "graphs"
    folder.mkdir()
    secret = b"secret of another folder"
    (tmp_path / "secret.txt").write_bytes(secret)
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    for path in ("../secret.txt", str(tmp_path / "secret.txt"), "link.txt"):
        graph = document({"read": ("read_text", {"path": path})}, {"read": "read.text"}).as_json()
        (folder / "graph.json").write_text(json.dumps(graph))
        cli("submit", str(folder / "graph.json"))
    assert shared_server.http.get(f"/api/v1/uploads/{blake3(secret).hexdigest()}").status == 404


def test_texts_are_taken_as_typed_and_numbers_as_json(cli: Cli, client: Client, tmp_path: Path) -> None:
    (tmp_path / "value.txt").write_text("12")
    given = f"value={tmp_path / 'value.txt'}"
    job = cli("submit", "--set-file", given, "--set", "sum.b=30", document=two_nodes())[1].strip()
    inputs = client.document(job)["nodes"]
    assert (inputs["one"]["inputs"]["value"], inputs["sum"]["inputs"]["b"]) == (12, 30)


@pytest.mark.parametrize("values", ["1,2,3", "[1, 2, 3]"])
def test_a_sweep_is_one_job_with_all_values(cli: Cli, client: Client, values: str) -> None:
    status, out, err = cli("submit", "--sweep", f"value={values}", document=two_nodes())
    assert status == 0, err
    assert client.job(out.strip()).inputs == {"value": [1, 2, 3]}


def test_a_file_that_carries_a_workflow_is_sent_and_the_server_reads_it(
    cli: Cli, client: Client, tmp_path: Path
) -> None:
    path = cli("submit", "--wait", "--out", str(tmp_path), document=saving(33))[1].strip()
    status, out, err = cli("submit", path, "--set", "value=34")
    assert status == 0, err
    job = client.wait(out.strip(), LIMIT)
    assert (job.status, job.name, job.inputs) == ("done", "graph", {"value": 34})


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\nno picture", b"no workflow", b"{no JSON", b"{"])
def test_a_file_without_a_workflow_is_one_sentence(cli: Cli, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file.png").write_bytes(content)
    status, out, err = cli("submit", str(tmp_path / "file.png"))
    assert (status, out) == (2, "")
    assert err.strip()


def test_the_verbs_of_jobs_say_what_they_say_here(cli: Cli, client: Client, tmp_path: Path) -> None:
    client.pause_queue()
    try:
        one, two = (client.submit(saving(value)).id for value in (501, 502))
        assert cli("jobs", "pause", one)[1] == f"{one}  paused     \n"
        assert cli("jobs", "resume", one)[1] == f"{one}  queued     \n"
        assert cli("jobs", "move", two, "--before", one)[0] == 0
        assert cli("jobs", "move", two, "--priority", "8")[0] == 0
        assert cli("jobs", "cancel", one)[1].split()[1] == "cancelled"
        assert cli("jobs", "delete", one)[1] == f"{one}  deleted\n"
        _, out, err = cli("jobs", "list", "--status", "queued")
        assert two in out
        assert "The queue is paused" in err
    finally:
        assert cli("jobs", "resume")[1] == "The queue goes on.\n"
    client.wait(two, LIMIT)
    assert "picture.toy" in cli("jobs", "show", two)[1]
    shown = json.loads(cli("jobs", "show", two, "--json")[1])
    assert (shown["id"], shown["status"], shown["priority"]) == (two, "done", 8)
    events = [json.loads(line) for line in cli("jobs", "events", two)[1].splitlines()]
    assert [one["number"] for one in events] == list(range(1, len(events) + 1))
    saved = cli("jobs", "save", two, "--out", str(tmp_path / "saved"))[1]
    assert Path(saved.strip()).exists()
    assert json.loads(cli("jobs", "list", "--limit", "1", "--json")[1])["counts"]["done"] > 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("jobs", "show"), "Say which job"),
        (("jobs", "export", "a.zip"), "without --server"),
        (("jobs", "show", "job-0000000000000000"), "There is no job"),
        (("logs", "job-0000000000000000"), "There is no job"),
        (("submit", "nowhere.json"), "can not be read"),
    ],
)
def test_what_can_not_be_done_is_one_sentence(cli: Cli, arguments: tuple[str, ...], says: str) -> None:
    status, out, err = cli(*arguments)
    assert (status, out) == (2, "")
    assert says in err


def test_a_job_that_is_not_done_has_nothing_to_save(cli: Cli, client: Client) -> None:
    job = client.submit(document({"s": ("sleep", {"seconds": 60.0, "a": 5})}, {"s": "s.integer"}))
    status, _, err = cli("jobs", "save", job.id)
    client.cancel(job.id)
    assert status == 2
    assert "only a done one has something to save" in err


def test_logs_are_lines_for_people_and_follow_to_the_end(cli: Cli, client: Client) -> None:
    count = document(
        {"count": ("train", {"steps": 10, "seconds": 0.02, "after": 900})}, {"n": "count.integer"}
    )
    job = client.submit(count)
    status, out, _ = cli("logs", job.id, "-f")
    assert status == 0
    lines = [line.split("  ", 1)[1] for line in out.splitlines()]
    assert lines[0] == "job: queued"
    assert any(line.startswith("count: running, because ") for line in lines)
    assert any(line.startswith("count: done in ") for line in lines)
    assert lines[-1].startswith("job: done after ")
    assert cli("logs", job.id)[1] == out


def test_following_a_job_that_fails_is_status_1_with_the_whole_error(cli: Cli, client: Client) -> None:
    text = "long " * 1000
    failing = document({"f": ("fail", {"a": 2, "message": text})}, {"f": "f.integer"})
    status, out, _ = cli("logs", client.submit(failing).id, "-f")
    assert status == 1
    assert text.strip() in out


def test_logs_of_the_data_folder_here_are_the_same_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    queue = JobQueue(data / "jobs.sqlite")
    job = queue.submit(Request(json.dumps(two_nodes()), name="here"))
    timer = threading.Timer(0.5, lambda: queue.cancel(job.id))
    timer.start()
    assert main(["logs", job.id, "-f", "--data", str(data)]) == 130
    timer.join()
    queue.close()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ", 1)[1].partition(" after")[0] for line in lines] == [
        "job: queued",
        "job: cancelled",
    ]
    assert main(["logs", job.id, "--data", str(data)]) == 0


def test_a_kind_that_is_not_known_is_told_with_all_it_says() -> None:
    assert line_of("node_danced", {"node": "a", "steps": 3}, {}) == "node_danced: node=a, steps=3"


def test_no_server_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert main(["jobs", "--server", f"127.0.0.1:{port}"]) == 2
    err = capsys.readouterr().err
    assert "No server answers" in err
    assert "latentgraph serve" in err


def test_a_wrong_token_is_one_sentence_with_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("lg_file\n")
    with scripted(in_turn((401, refusal(401, "wrong_token")))) as server:
        assert main(["jobs", "--server", server.address, "--token-file", str(tmp_path / "token")]) == 2
        assert "--token-file" in capsys.readouterr().err
        monkeypatch.setenv("LATENTGRAPH_TOKEN", "lg_environment")
        assert main(["jobs", "--server", server.address]) == 2
        assert main(["jobs", "--server", server.address, "--token", "lg_flag"]) == 2
        sent = [head["Authorization"].removeprefix("Bearer lg_") for _, _, head in server.seen]
    assert sent == ["file", "environment", "flag"]


def test_a_server_of_another_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    async def handle(request: Any) -> Any:
        known = request.path == "/api/v1/server"
        answer = (200, {"version": "99.0", "limits": {}}) if known else (404, refusal(404, "not_found"))
        return await in_turn(answer)(request)

    with scripted(handle) as server:
        assert main(["jobs", "--server", server.address]) == 2
    assert "The server has version 99.0" in capsys.readouterr().err


def test_the_environment_names_a_server_unless_a_folder_is_named(
    shared_server: Running,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LATENTGRAPH_SERVER", shared_server.http.address)
    with Client(shared_server.http.address) as client:
        job = client.submit(two_nodes(77)).id
    assert main(["jobs", "show", job]) == 0
    assert main(["jobs", "show", job, "--data", str(tmp_path)]) == 2
    assert main(["jobs", "--data", str(tmp_path), "--server", "http://127.0.0.1:1"]) == 2
    assert "give one of them" in capsys.readouterr().err


def test_waiting_and_owners_are_matters_of_the_right_place(
    cli: Cli, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "takes the owner from the token" in cli("submit", "--owner", "me", document=two_nodes())[2]
    monkeypatch.syspath_prepend(str(RESOURCES))
    assert main(["submit", str(tmp_path / "graph.json"), "--wait", "--data", str(tmp_path / "data")]) == 2
    assert "name it with --server" in capsys.readouterr().err


def test_ctrl_c_leaves_the_job_and_says_how_to_go_on(serving: Callable[..., Running], tmp_path: Path) -> None:
    address = serving().http.address
    count = document({"count": ("train", {"steps": 100, "seconds": 0.05})}, {"n": "count.integer"})
    (tmp_path / "graph.json").write_text(json.dumps(count.as_json()))
    command = [
        "submit",
        str(tmp_path / "graph.json"),
        "--wait",
        "--server",
        address,
        "--out",
        str(tmp_path / "o"),
    ]
    code = f"""
import signal, sys
from web.cli.main import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # which may be ignored around the tests
sys.exit(main({command!r}))
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with Client(address) as client:
        begun = time.monotonic()
        while not any(job.status == "running" for job in client.jobs()):
            assert time.monotonic() - begun < LIMIT
            time.sleep(0.02)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LIMIT)
        assert process.returncode == 130, err
        assert "goes on without you" in err
        assert "Traceback" not in err
        (job,) = client.jobs()
        assert job.status == "running"
        client.cancel(job.id)


def test_no_pack_and_no_torch_is_imported(shared_server: Running, tmp_path: Path) -> None:
    (tmp_path / "graph.json").write_text(json.dumps(saving(900)))
    command = ["submit", str(tmp_path / "graph.json"), "--set", "value=901", "--wait"]
    command += ["--server", shared_server.http.address, "--out", str(tmp_path / "out")]
    code = (
        f"import sys; from web.cli.main import main; status = main({command!r})\n"
        "taken = {name for name in sys.modules if name.partition('.')[0] in "
        "('torch', 'nodes', 'latent_diffusion', 'toy_pack', 'PIL')}\n"
        "sys.exit(status or (f'imported: {taken}' if taken else 0))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=LIMIT, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "picture.toy").exists()
