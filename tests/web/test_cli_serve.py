"""Starting without a verb: the address is said, and the editor opens where somebody sits in front of it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph_engine.cli.commands import Commands
from tests.web.process import Process
from web.cli import serve
from web.cli.main import main

PROGRAM = (sys.executable, "-c", "import sys; from web.cli.main import main; sys.exit(main())")

Start = Callable[..., Process]


@pytest.fixture
def browser(tmp_path: Path) -> Path:
    """What stands for the browser: the addresses that it was told lie in the file `opened` beside it."""
    program = tmp_path / "browser"
    program.write_text(
        f'#!/bin/sh\necho "$1" >> "{tmp_path}/opened.part"\nmv "{tmp_path}/opened.part" "{tmp_path}/opened"\n'
    )
    program.chmod(0o755)
    return program


@pytest.fixture
def start(tmp_path: Path, browser: Path) -> Iterator[Start]:
    """Starts the program at a terminal, or without one, and ends it."""
    controller, terminal = os.openpty()
    started: list[Process] = []

    def begin(*verb: str, at_terminal: bool = True, **environment: str) -> Process:
        environment = {"DISPLAY": ":0", "SSH_CONNECTION": "", "BROWSER": str(browser), **environment}
        given = {"stdin": terminal} if at_terminal else {}
        started.append(
            Process(tmp_path / "data", "--port", "0", program=(*PROGRAM, *verb), **given, **environment)
        )
        return started[-1]

    yield begin
    for one in started:
        one.process.kill()
        one.ended()
    os.close(controller)
    os.close(terminal)


def test_without_a_verb_the_editor_opens_at_the_address_that_was_said(start: Start, tmp_path: Path) -> None:
    server = start()
    address = server.http.address
    server.until((tmp_path / "opened").exists)
    assert (tmp_path / "opened").read_text() == f"{address}\n"


def test_without_a_terminal_no_browser_opens(start: Start, tmp_path: Path) -> None:
    server = start(at_terminal=False)
    assert server.http.get("/healthz").status == 200
    server.signal(signal.SIGTERM)
    assert server.ended() == 0
    assert not (tmp_path / "opened").exists()


def test_serve_opens_only_when_it_is_told_to(start: Start, tmp_path: Path) -> None:
    server = start("serve", "--open", at_terminal=False)
    server.until((tmp_path / "opened").exists)
    parse = Commands("latentgraph", "")
    serve.extend(parse)
    assert parse.parser.parse_args(["serve"]).open is False


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({}, False),
        ({"DISPLAY": ":10", "SSH_CONNECTION": "10.0.0.1 50000 10.0.0.2 22"}, False),
    ],
)
def test_a_browser_is_in_front_of_the_person_where_there_is_a_display_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], wanted: bool
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    controller, terminal = os.openpty()
    with os.fdopen(controller), os.fdopen(terminal) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        assert serve.can_open() is wanted


def test_help_says_what_happens_without_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    assert "Without a command it serves" in " ".join(capsys.readouterr().out.split())
