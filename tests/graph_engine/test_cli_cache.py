"""The verbs of the cache on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_engine.cli.main import main
from tests.graph_engine.conftest import RESOURCES, link
from tests.graph_engine.test_cli import SAVE, Cli, doc

LARGE = doc(
    {
        "blob": ("make_blob", {"text": "abc", "size": 6000}),
        "measured": ("measure", {"blob": link("blob.blob")}),
        "twice": ("add", {"a": link("measured.integer"), "b": 1}),
    },
    interface={
        "inputs": {"text": {"node": "blob", "input": "text"}},
        "outputs": {
            "n": {"node": "twice", "output": "integer"},
            "m": {"node": "measured", "output": "integer"},
        },
    },
)


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.syspath_prepend(str(RESOURCES))
    monkeypatch.chdir(tmp_path)
    return Cli(tmp_path, capsys)


def run(cli: Cli, document: object = LARGE, *more: str) -> str:
    status, _, err = cli("run", *more, document=document)
    assert status == 0, err
    return str(cli.folder / "doc.json")


def test_info_says_what_there_is_for_people_and_as_json(cli: Cli) -> None:
    run(cli)
    status, out, err = cli("cache", "info")
    assert (status, err) == (0, "")
    for text in (
        "3 computations",
        "toy/blob: 1 values, 6,000 bytes",
        "toy/make_blob: 1 computations",
        "pinned: 0",
    ):
        assert text in out
    report = json.loads(cli("cache", "info", "--json")[1])
    assert report["disk"]["values"] == 1  # small ones are in their memos
    assert report["freeable"] == report["disk"]["used"]
    assert report["data"] == str(cli.folder / "data")


def test_a_pinned_workflow_survives_clear_until_it_is_unpinned(cli: Cli) -> None:
    file = run(cli)
    status, out, err = cli("cache", "pin", file)
    assert (status, err) == (0, "")
    assert "Pinned 3 nodes of 3 as 'cli': 3 computations, 1 values" in out
    assert cli("cache", "pins")[1].startswith("cli  3 computations, 1 values, ")
    status, out, _ = cli("cache", "clear")
    assert out.splitlines() == [
        "Forgot 0 computations and 0 bytes of values.",
        "Kept 3 that are pinned; --pinned forgets them too.",
    ]
    assert cli("plan", document=LARGE)[1].count("cached") == 3
    assert "Unpinned 'cli'" in cli("cache", "unpin", "cli")[1]
    assert "Forgot 3" in cli("cache", "clear")[1]
    assert cli("cache", "pins")[1:] == ("", "Nothing is pinned.\n")


def test_only_the_named_nodes_or_outputs_are_pinned(cli: Cli) -> None:
    file = run(cli)
    out = cli("cache", "pin", file, "--only", "blob", "--label", "dear")[1]
    assert "Pinned 1 nodes of 1 as 'dear': 1 computations, 1 values, 6,000 bytes" in out
    assert (
        "Pinned 1 nodes of 1 as 'dear': 2 computations"
        in cli("cache", "pin", file, "--only", "m", "--label", "dear")[1]
    )
    report = json.loads(cli("cache", "pins", "--json")[1])
    assert [(pin["label"], pin["values"]) for pin in report["pins"]] == [("dear", 1)]
    assert "Kept 2" in cli("cache", "clear")[1]
    assert "Forgot 2" in cli("cache", "clear", "--pinned")[1]


def test_what_was_not_computed_is_told(cli: Cli) -> None:
    file = run(cli)
    out = cli("cache", "pin", file, "--set", "text=other", "--only", "m", "--only", "blob")[1]
    assert "Nothing was pinned" in out
    assert "'blob' is not pinned: it has not been computed." in out
    assert "'measured' is not pinned: nodes before it have not been computed." in out
    report = json.loads(cli("cache", "pin", file, "--set", "text=other", "--json")[1])
    assert report["pin"] is None
    assert set(report["not_pinned"]) == {"blob", "measured", "twice"}


def test_a_node_that_always_runs_has_nothing_to_pin(cli: Cli) -> None:
    document = doc({"t": ("tick", {})}, interface={"outputs": {"n": {"node": "t", "output": "integer"}}})
    file = run(cli, document)
    assert "'t' is not pinned: it always runs." in cli("cache", "pin", file)[1]


def test_an_unknown_label_is_one_sentence(cli: Cli) -> None:
    file = run(cli)
    cli("cache", "pin", file, "--label", "summer")
    status, _, err = cli("cache", "unpin", "sumer")
    assert (status, err) == (2, "There is no pin 'sumer'. Did you mean 'summer'?\n")


def test_a_bad_name_to_pin_is_refused(cli: Cli) -> None:
    file = run(cli)
    status, out, err = cli("cache", "pin", file, "--only", "blub")
    assert (status, out) == (2, "")
    assert "blub" in err


def test_pins_beyond_the_budget_are_told_with_figures(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    file = run(cli)
    monkeypatch.setenv("LATENTGRAPH_DISK_BUDGET", "5000")
    status, _, err = cli("cache", "pin", file)
    assert status == 0
    assert "pinned values take 6,0" in err
    assert "of the 5,000 bytes" in err
    assert "pinned values take" in cli("cache", "pins")[2]
    assert "pinned values take" in cli("cache", "info")[2]
    assert cli("run", document=LARGE)[0] == 0


def test_a_type_or_a_file_can_be_forgotten(cli: Cli) -> None:
    run(cli, SAVE)
    file = run(cli)
    assert "Forgot 1 computations and 6,000" in cli("cache", "clear", "--type", "toy/make_blob")[1]
    assert "Forgot 0" in cli("cache", "clear", "--type", "other/*")[1]
    run(cli)
    out = cli("cache", "clear", "--file", file)[1]
    assert "Forgot 3 computations" in out
    out = cli("cache", "clear", "--file", file)[1]
    assert "Not known before a run, and so not looked for: measured, twice." in out
    assert cli("plan", document=SAVE)[1].count("cached") == 3
    assert "Forgot 3" in cli("cache", "clear", "--type", "toy/number", "--type", "toy/s*")[1]


def test_what_is_older_than_some_days_can_be_forgotten(cli: Cli) -> None:
    run(cli)
    assert "Forgot 0" in cli("cache", "clear", "--older-than", "1")[1]
    report = json.loads(cli("cache", "clear", "--older-than", "0", "--json")[1])
    assert report["computations"] == 3
    for wrong in ("-1", "nan", "soon"):
        with pytest.raises(SystemExit) as stop:
            cli("cache", "clear", "--older-than", wrong)
        assert stop.value.code == 2


def test_check_finds_and_repairs(cli: Cli) -> None:
    run(cli)
    status, out, _ = cli("cache", "check")
    assert (status, out) == (0, "Looked at 1 values and 3 computations: all is well.\n")
    (file,) = (cli.folder / "data" / "store").glob("*/*.blob")
    file.write_bytes(b"X" * 6000)
    status, out, _ = cli("cache", "check")
    assert status == 1
    assert "1 wrong_digest: values are not what their digest says" in out
    assert "--repair" in out
    report = json.loads(cli("cache", "check", "--json")[1])
    assert (report["healthy"], report["findings"][0]["kind"]) == (False, "wrong_digest")
    status, out, _ = cli("cache", "check", "--repair")
    assert (status, "Repaired." in out) == (0, True)
    assert cli("cache", "check")[0] == 0
    asked = {"b": {"node": "blob", "output": "blob"}}
    edited = {**LARGE, "interface": {"outputs": asked}}
    assert "will run because its stored value was evicted" in cli("plan", document=edited)[1]


def test_the_data_folder_may_be_named_before_or_after_the_verb(
    cli: Cli, capsys: pytest.CaptureFixture[str]
) -> None:
    run(cli)
    assert main(["cache", "--data", str(cli.folder / "data"), "--json", "info"]) == 0
    assert json.loads(capsys.readouterr().out)["computations"] == 3


def test_where_the_disk_is_full_the_cache_says_what_to_do(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    run(cli)
    always = property(lambda self: True, lambda self, value: None)
    monkeypatch.setattr("graph_engine.store.database.Database.in_memory", always, raising=False)
    status, _, err = cli("cache", "clear")
    assert status == 2
    assert "make room" in err
