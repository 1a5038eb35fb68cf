"""A PNG carries its workflow, and keeps every other byte."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from nodes.png_metadata import (
    KEYWORD,
    RUN_KEYWORD,
    PngDamaged,
    png_with_workflow,
    run_in_png,
    workflow_in_png,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def png(**options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (5, 3), (10, 20, 30)).save(file, "PNG", **options)
    return file.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def before_end(data: bytes, extra: bytes) -> bytes:
    return data[:-12] + extra + data[-12:]


@given(
    document=st.dictionaries(st.text(), JSON, max_size=4),
    about=st.none() | st.dictionaries(st.text(), JSON, max_size=4),
)
def test_what_was_put_in_comes_out(
    document: dict[str, object],
    about: dict[str, object] | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.getbasetemp() / "round.png"
    path.write_bytes(png_with_workflow(png(), document, about))
    assert workflow_in_png(path) == document
    assert run_in_png(path) == about


def test_an_account_of_a_job_is_no_workflow(tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    path.write_bytes(before_end(png(), chunk(b"tEXt", RUN_KEYWORD + b'\0{"job": "x"}')))
    assert workflow_in_png(path) is None
    assert run_in_png(path) == {"job": "x"}


def test_what_was_said_of_an_older_job_goes_with_its_workflow(tmp_path: Path) -> None:
    path = tmp_path / "again.png"
    path.write_bytes(png_with_workflow(png_with_workflow(png(), {"a": 1}, {"job": "old"}), {"b": 2}))
    assert run_in_png(path) is None


def test_a_damaged_account_of_a_job_is_refused_with_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "damaged.png"
    path.write_bytes(
        png_with_workflow(png(), {"name": "whole"}, {"job": "sound"}).replace(b"sound", b"SOUND")
    )
    assert workflow_in_png(path) == {"name": "whole"}
    with pytest.raises(PngDamaged, match="the account of its job in it is damaged"):
        run_in_png(path)


def test_the_picture_stays_as_it_was_and_opens_everywhere() -> None:
    plain = png()
    carrying = png_with_workflow(plain, {"latentgraph": 1, "name": "Äpfel 🍎"})
    with Image.open(io.BytesIO(carrying)) as file:
        assert file.getpixel((4, 2)) == (10, 20, 30)
        assert "Äpfel 🍎" in file.text["latentgraph"]
    without = carrying.replace(carrying[33 : carrying.index(b"IDAT") - 4], b"")
    assert without == plain


def test_a_new_workflow_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "twice.png"
    path.write_bytes(png_with_workflow(png_with_workflow(png(), {"first": 1}), {"second": 2}))
    assert workflow_in_png(path) == {"second": 2}
    assert path.read_bytes().count(KEYWORD) == 1


def test_other_texts_stay_and_are_no_workflow(tmp_path: Path) -> None:
    info = PngInfo()
    info.add_text("Author", "somebody")
    path = tmp_path / "author.png"
    path.write_bytes(png(pnginfo=info))
    assert workflow_in_png(path) is None
    assert b"somebody" in png_with_workflow(path.read_bytes(), {})


@pytest.mark.parametrize("compress", [False, True])
def test_texts_that_other_programs_wrote_are_read(compress: bool, tmp_path: Path) -> None:
    info = PngInfo()
    info.add_itxt("latentgraph", '{"name": "Ä"}', zip=compress)
    path = tmp_path / "itxt.png"
    path.write_bytes(png(pnginfo=info))
    assert workflow_in_png(path) == {"name": "Ä"}


def test_a_plain_text_chunk_at_the_end_is_read(tmp_path: Path) -> None:
    path = tmp_path / "text.png"
    path.write_bytes(before_end(png(), chunk(b"tEXt", KEYWORD + b'\0{"name": "x"}')))
    assert workflow_in_png(path) == {"name": "x"}


def damaged() -> dict[str, tuple[bytes, str]]:
    carrying = png_with_workflow(png(), {"name": "whole"})
    bomb = KEYWORD + b"\0\1\0\0\0" + zlib.compress(b" " * 20_000_000)
    return {
        "no PNG": (b"GIF89a" + bytes(20), "not a PNG"),
        "cut short": (png()[:40], "cut short"),
        "changed": (carrying.replace(b"whole", b"wHole"), "checksum"),
        "no JSON": (before_end(png(), chunk(b"tEXt", KEYWORD + b"\0{")), "not JSON"),
        "no object": (before_end(png(), chunk(b"tEXt", KEYWORD + b"\0[1]")), "not a JSON object"),
        "a compression bomb": (before_end(png(), chunk(b"iTXt", bomb)), "more than 16,777,216 bytes"),
        "no compression": (before_end(png(), chunk(b"iTXt", KEYWORD + b"\0\1\0\0\0abc")), "decompressed"),
    }


@pytest.mark.parametrize("case", damaged())
def test_a_damaged_file_is_refused_with_a_reason(case: str, tmp_path: Path) -> None:
    data, reason = damaged()[case]
    path = tmp_path / "damaged.png"
    path.write_bytes(data)
    with pytest.raises(PngDamaged, match=reason):
        workflow_in_png(path)


@pytest.mark.parametrize("data", [b"", b"GIF89a", png()[:-1], png()[:30]])
def test_nothing_is_put_into_what_is_no_whole_png(data: bytes) -> None:
    with pytest.raises(PngDamaged):
        png_with_workflow(data, {})
