"""What the terminal shows."""

from __future__ import annotations

import contextlib
import io
import os
import sys

import pytest

from graph_engine import events
from graph_engine.cli.output import Bars, Lines, Silent, console_for, plain_output
from graph_engine.documents.document import Document
from graph_engine.errors import EngineError

HEARD: list[events.Event] = [
    events.RunStarted("x", 3),
    events.NodeHit("a", "toy/a"),
    events.NodeStarted("b", "toy/b", "input 'steps' changed"),
    events.NodeProgress("b", 1, 4, "[/loss] 0.5"),
    events.NodePreview("b", b"x", "image/png"),
    events.NodeFinished("b", "toy/b", 1.25),
    events.ArtifactSaved("b", "a" * 64, "a.png", "image/png", 3),
    events.NodeStarted("c", "toy/c", "it has not run before"),
    events.NodeFailed("c", "toy/c", EngineError("no")),
    events.NodeSkipped("d", "toy/d", "c"),
    events.RunFinished("failed", 2.0),
]
TITLES = {"a": "A", "b": "Sample [/latents]", "c": "C", "d": "D"}


def test_bars_show_titles_and_notes_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    bars = Bars(TITLES)
    for event in HEARD:
        bars(event)
    bars.close()
    assert "Sample [/latents]" in stream.getvalue()
    assert "1 cached" in stream.getvalue()


def test_lines_say_why_a_node_runs() -> None:
    stream = io.StringIO()
    lines = Lines(TITLES, stream)
    for event in HEARD:
        lines(event)
    assert stream.getvalue().splitlines() == [
        "A: cached",
        "Sample [/latents]: running, because input 'steps' changed",
        "Sample [/latents]: done in 1.25 s ([/loss] 0.5)",
        "C: running, because it has not run before",
        "C: failed",
        "D: skipped, because 'c' failed",
    ]


def test_lines_tell_of_a_long_node_every_ten_seconds() -> None:
    stream, seconds = io.StringIO(), iter([0.0, 4.0, 12.0, 12.0, 15.0])
    lines = Lines(TITLES, stream, clock=lambda: next(seconds))
    lines(events.NodeStarted("b", "toy/b", "it has not run before"))
    for done in (1, 2, 3):
        lines(events.NodeProgress("b", done, 4, f"loss {done}"))
    assert stream.getvalue().splitlines()[1:] == ["Sample [/latents]: 2/4 (loss 2)"]


def test_lines_tell_of_a_loop_that_it_opens_and_no_steps_of_a_short_one() -> None:
    stream, seconds = io.StringIO(), iter([100.0, 100.1, 100.2])
    lines = Lines(TITLES, stream, clock=lambda: next(seconds))
    lines(events.NodeOpened("b", "flow/map", 2))
    for done in (1, 2):
        lines(events.NodeProgress("b", done, 2))
    lines(events.NodeHit("b", "flow/map"))
    assert stream.getvalue().splitlines() == ["Sample [/latents]: 2 items", "Sample [/latents]: cached"]


def test_that_nobody_reads_the_lines_stops_nothing() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stream = os.fdopen(writer, "w", buffering=1)
    lines = Lines(TITLES, stream)
    for event in HEARD:
        lines(event)
    with contextlib.suppress(BrokenPipeError):
        stream.close()


def test_without_stderr_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert isinstance(console_for(Document(latentgraph=1, nodes={}), quiet=False), Silent)


def test_large_outputs_are_described_and_small_ones_shown() -> None:
    assert plain_output({"a": [1, 2]}) == {"a": [1, 2]}
    assert plain_output(b"\xff\xfe") == "2 bytes"
    assert plain_output(["x"] * 10_000) == "list of 10000"
    assert plain_output(float("nan")) == "NaN"
