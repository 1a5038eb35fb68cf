"""Messages and events come out as they went in; what a later version adds is passed over."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_engine import Artifact, EngineError, events
from graph_engine.wire import LONGEST_ERROR, WireError, event_as_json, event_types, from_wire, to_wire
from graph_engine.workers.errors import BrokenFrame
from graph_engine.workers.frames import Frame, FrameReader
from graph_engine.workers.protocol import (
    Answer,
    Ask,
    Blob,
    Cancel,
    Event,
    Finished,
    Have,
    Heartbeat,
    Hello,
    Memory,
    Message,
    Need,
    Ready,
    RunJob,
    Withdraw,
    decode,
    encode,
    message_types,
)

TEXT = st.text(max_size=20)
PLAIN = st.dictionaries(
    TEXT, TEXT | st.integers() | st.none() | st.lists(st.integers(), max_size=2), max_size=3
)
MESSAGES = st.one_of(
    st.builds(Hello, st.integers(), TEXT, PLAIN, st.floats(0, 10), st.booleans()),
    st.builds(Ask, st.integers(), TEXT, st.binary(), PLAIN),
    st.builds(Withdraw, st.integers()),
    st.builds(Ready, st.integers(), TEXT, st.integers(), TEXT, st.dictionaries(TEXT, TEXT), st.tuples(TEXT)),
    st.builds(
        RunJob,
        TEXT,
        st.binary(),
        st.none() | st.tuples(TEXT, TEXT),
        st.integers(),
        st.none() | st.floats(0, 1),
        st.booleans(),
    ),
    st.builds(Cancel, TEXT),
    st.builds(Event, TEXT, TEXT, PLAIN, st.binary()),
    st.builds(Have, TEXT, st.tuples(st.builds(Artifact, TEXT, TEXT, TEXT, st.integers()))),
    st.builds(Finished, TEXT, st.sampled_from(["done", "failed", "cancelled", "paused"]), PLAIN, TEXT),
    st.just(Heartbeat()),
    st.builds(Memory, st.integers(), st.integers(), st.integers(), st.dictionaries(TEXT, PLAIN)),
    st.builds(Answer, st.integers(), st.booleans(), PLAIN, TEXT, st.binary()),
    st.builds(Need, st.sampled_from(["upload", "artifact"]), TEXT, TEXT, TEXT, st.integers()),
    st.builds(Blob, st.sampled_from(["upload", "artifact"]), TEXT, st.integers(), st.binary()),
)


@given(MESSAGES)
def test_a_message_comes_out_as_it_went_in(message: Message) -> None:
    (frame,) = FrameReader().feed(encode(message))
    assert decode(frame) == message


def test_every_message_says_what_it_is_for() -> None:
    assert all(cls.__doc__ for cls in message_types().values())


def test_a_kind_of_a_later_version_is_passed_over_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert decode(Frame("from_the_future", {"x": 1})) is None
    assert "from_the_future" in caplog.text


def test_fields_of_a_later_version_are_passed_over() -> None:
    assert decode(Frame("cancel", {"job": "a", "politely": True})) == Cancel("a")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("cancel", {}),
        ("cancel", {"job": [1]}),
        ("finished", {"job": "a", "status": "exploded", "result": {}}),
        ("run_job", {"job": "a", "document": 5}),
        ("run_job", {"job": "a", "document": "text"}),
        ("run_job", {"job": "a", "document": -1}),
    ],
)
def test_a_message_that_does_not_fit_its_kind_is_broken(kind: str, data: dict[str, Any]) -> None:
    with pytest.raises(BrokenFrame, match=kind):
        decode(Frame(kind, data, b"1234"))


EVENTS = [
    events.RunStarted("a document", 3),
    events.NodeStarted("n", "toy/number", "it has not run before"),
    events.NodeProgress("n", 1, 0, "note \N{SNOWMAN}"),
    events.NodePreview("n", b"\0\1picture", "image/png"),
    events.NodeHit("n", "toy/number"),
    events.NodeFinished("n", "toy/number", 0.25),
    events.ArtifactSaved("n", "a" * 64, "a.png", "image/png", 3),
    events.NodeSkipped("n", "toy/number", "m"),
    events.RunFinished("done", 1.5),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_comes_out_as_it_went_in(event: events.Event) -> None:
    kind, data = event_as_json(event)
    assert from_wire(event_types()[kind], *to_wire(event)) == event
    assert to_wire(event)[0] == data


def test_every_event_has_a_kind_and_an_error_arrives_as_its_text() -> None:
    assert {type(event) for event in EVENTS} <= set(event_types().values())
    failed = events.NodeFailed("n", "toy/fail", EngineError("the reason"))
    data, payload = to_wire(failed)
    assert str(from_wire(events.NodeFailed, data, payload).error) == "the reason"
    assert len(to_wire(events.NodeFailed("n", "t", EngineError("x" * 10**6)))[0]["error"]) == LONGEST_ERROR


def test_halves_of_characters_do_not_travel() -> None:
    assert to_wire(events.NodeProgress("n", 1, 2, "a\ud800b"))[0]["note"] == "a?b"


@dataclass(frozen=True)
class Later:
    """An event of tomorrow: two lumps of bytes and a nested tuple."""

    first: bytes
    paths: tuple[tuple[str, int], ...]
    second: bytes = b""
    note: str = ""


def test_a_new_event_needs_nothing() -> None:
    later = Later(b"one", (("faces[2]/sample", 1),), b"two", "x")
    assert from_wire(Later, *to_wire(later)) == later
    assert from_wire(Later, {"first": 1, "paths": []}, b"1") == Later(b"1", ())
    with pytest.raises(WireError, match="without its 'first'"):
        from_wire(Later, {"paths": []})
