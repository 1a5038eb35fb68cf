"""Frames survive any cutting of the stream; what is no frame ends it with an error, and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graph_engine.workers import frames
from graph_engine.workers.errors import BrokenFrame, FrameTooLarge
from graph_engine.workers.frames import HEADER, MAGIC, Frame, FrameReader

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FRAMES = st.builds(Frame, st.text(), st.dictionaries(st.text(), JSON, max_size=4), st.binary(max_size=300))


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted(place % (len(data) + 1) for place in places)
    return [data[a:b] for a, b in zip([0, *ends], [*ends, len(data)], strict=True)]


@given(st.lists(FRAMES, max_size=5), st.lists(st.integers(0, 10_000), max_size=8))
def test_what_was_sent_arrives_however_the_stream_is_cut(sent: list[Frame], places: list[int]) -> None:
    stream = b"".join(frame.encode() for frame in sent)
    reader = FrameReader()
    assert [frame for piece in cut(stream, places) for frame in reader.feed(piece)] == sent


@given(st.lists(st.binary(max_size=60), max_size=6))
@example([MAGIC, b"\0\0\0\0\0\0\0\0"])
@example([HEADER.pack(MAGIC, 2, 0) + b"[]"])
@example([HEADER.pack(MAGIC, 2**31, 2**31)])
def test_any_bytes_give_frames_or_a_broken_frame(pieces: list[bytes]) -> None:
    reader = FrameReader()
    try:
        for piece in pieces:
            for frame in reader.feed(piece):
                assert isinstance(frame.kind, str)
    except BrokenFrame:
        return


@given(FRAMES, st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_noticed_or_gives_another_frame(frame: Frame, place: int, change: int) -> None:
    data = bytearray(frame.encode())
    data[place % len(data)] ^= change
    try:
        list(FrameReader().feed(bytes(data)))
    except BrokenFrame:
        return


@pytest.mark.parametrize(
    "head",
    [
        b"{}",
        b"[]",
        b"nothing",
        b'{"kind": 1, "data": {}}',
        b'{"kind": "a", "data": []}',
        b"\xff",
        b"[" * 200_000,
    ],
)
def test_a_head_that_says_nothing_is_refused(head: bytes) -> None:
    with pytest.raises(BrokenFrame, match="The head of a frame"):
        list(FrameReader().feed(HEADER.pack(MAGIC, len(head), 0) + head))


def test_a_stream_of_something_else_is_refused_at_its_first_bytes() -> None:
    with pytest.raises(BrokenFrame, match="begins with"):
        list(FrameReader().feed(b"GET"))
    with pytest.raises(BrokenFrame, match="too much"):
        list(FrameReader().feed(HEADER.pack(MAGIC, 2**32 - 1, 0)))


def test_a_frame_that_is_too_large_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MAX_PAYLOAD", 10)
    monkeypatch.setattr(frames, "MAX_HEAD", 60)
    Frame("a", {}, b"0123456789").encode()
    with pytest.raises(FrameTooLarge, match="payload of a message 'a' has 11 bytes; 10 are allowed"):
        Frame("a", {}, b"01234567890").encode()
    with pytest.raises(FrameTooLarge, match="head of a message 'a'"):
        Frame("a", json.loads(json.dumps({"x": "y" * 60}))).encode()
