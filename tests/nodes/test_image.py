"""Pictures: read within limits, saved bit for bit, resized, cropped and batched."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from graph_engine import Catalogue, Engine, NodeFailed, Run, run_document
from nodes.errors import ImageRefused, SizeMismatch
from nodes.image import crop_image, image_batch, load_image, preview_image, resize_image, save_image
from nodes.previews import false_colours, png_of, small_file, small_png, strip
from nodes.values import Image


def noise(*shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


def saved(tmp_path: Path, picture: Pillow.Image, name: str = "picture.png", **options: object) -> str:
    path = tmp_path / name
    picture.save(path, **options)
    return str(path)


@given(seed=st.integers(0, 1000))
def test_eight_bit_pixels_survive_saving_and_loading(seed: int) -> None:
    levels = torch.randint(0, 256, (1, 3, 4, 6), generator=torch.Generator().manual_seed(seed))
    image = Image(levels / 255)
    run = Run()
    (artifact,) = save_image(image, run=run).files
    loaded = load_image(str(run.artifact_path(artifact)))
    assert torch.equal(loaded.pixels, image.pixels)


def test_each_picture_of_a_batch_is_a_file() -> None:
    files = save_image(Image(noise(3, 3, 4, 4)), "cat").files
    assert [file.name for file in files] == ["cat-1.png", "cat-2.png", "cat-3.png"]


def test_a_photograph_is_turned_upright(tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6  # orientation: the camera was held turned by a quarter
    picture = Pillow.new("RGB", (40, 20), "red")
    assert load_image(saved(tmp_path, picture, "turned.jpg", exif=exif)).pixels.shape == (1, 3, 40, 20)


def test_what_is_transparent_becomes_white_and_is_no_mask(tmp_path: Path) -> None:
    image = load_image(saved(tmp_path, Pillow.new("RGBA", (2, 2), (255, 0, 0, 0))))
    assert torch.equal(image.pixels, torch.ones(1, 3, 2, 2))


def test_sixteen_bits_of_grey_are_kept(tmp_path: Path) -> None:
    grey = Pillow.fromarray(np.array([[0, 257, 65535]], np.uint16))
    assert load_image(saved(tmp_path, grey)).pixels[0, 0, 0].tolist() == pytest.approx([0, 257 / 65535, 1])


@pytest.mark.parametrize("name", ["picture.png", "picture.jpg", "picture.webp"])
def test_three_formats_are_read(name: str, tmp_path: Path) -> None:
    image = load_image(saved(tmp_path, Pillow.new("RGB", (16, 8), (0, 128, 255)), name))
    assert (image.width, image.height) == (16, 8)
    assert image.pixels.mean((0, 2, 3)).tolist() == pytest.approx([0, 0.5, 1], abs=0.02)


def header_of(width: int, height: int) -> bytes:
    """A PNG whose header promises far more pixels than its few bytes hold."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(100)))
        + chunk(b"IEND", b"")
    )


def whole() -> bytes:
    file = io.BytesIO()
    Pillow.fromarray((np.arange(48 * 48 * 3) % 251).astype(np.uint8).reshape(48, 48, 3)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"just text", "not a picture in a format that is read here; save it as PNG, JPEG or WebP"),
        (b"GIF89a" + bytes(40), "PNG, JPEG or WebP"),
        (b"", "PNG, JPEG or WebP"),
        (whole()[:300], "damaged or cut short"),
        (header_of(10_000, 10_000), "10000 x 10000 pixels, more than the 50,000,000"),
        (header_of(60_000, 60_000), "more than the 50,000,000 pixels"),
    ],
    ids=["text", "gif", "nothing", "cut short", "many pixels", "a bomb"],
)
def test_what_is_no_picture_or_too_large_is_refused(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(data)
    with pytest.raises(ImageRefused, match=said):
        load_image(str(path))


def test_a_file_that_is_too_large_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    with pytest.raises(ImageRefused, match="209,715,200 bytes"):
        load_image(str(path))


def load_document(file: str) -> dict[str, object]:
    return {
        "latentgraph": 1,
        "nodes": {"image": {"type": "core/load_image", "inputs": {"file": file}}},
        "interface": {"outputs": {"image": {"node": "image", "output": "image"}}},
    }


def test_a_missing_file_is_named_and_where_it_was_looked_for(engine: Engine) -> None:
    with pytest.raises(NodeFailed, match=r"Node 'image' .*There is no file 'nothing\.png'"):
        run_document(load_document("nothing.png"), engine=engine)


def test_an_edited_file_is_read_again(engine: Engine, tmp_path: Path) -> None:
    saved(tmp_path / "files", Pillow.new("RGB", (4, 4), "black"), "edited.png")
    before = run_document(load_document("edited.png"), engine=engine)
    saved(tmp_path / "files", Pillow.new("RGB", (4, 4), "white"), "edited.png")
    after = run_document(load_document("edited.png"), engine=engine)
    assert before.outputs["image"].pixels.max() == 0
    assert after.outputs["image"].pixels.min() == 1


def test_a_path_out_of_the_documents_folders_is_a_problem_of_the_document(
    engine: Engine, catalogue: Catalogue
) -> None:
    from graph_engine.documents.document_io import parse_document

    (problem,) = engine.check(parse_document(load_document("../../etc/passwd")))
    assert (problem.node, problem.input, problem.code) == ("image", "file", "path_escapes")


@pytest.mark.parametrize("method", ["bicubic", "bilinear", "area", "nearest"])
def test_resizing_keeps_an_even_colour_and_gives_the_size(method: str) -> None:
    even = Image(torch.tensor([0.2, 0.5, 1.0]).view(1, 3, 1, 1).expand(2, 3, 12, 10).contiguous())
    small = resize_image(even, 5, 7, method)  # type: ignore[arg-type]
    assert small.pixels.shape == (2, 3, 7, 5)
    torch.testing.assert_close(small.pixels, even.pixels[..., :7, :5])


def test_resizing_to_the_same_size_changes_nothing() -> None:
    image = Image(noise(1, 3, 6, 6))
    assert torch.equal(resize_image(image, 6, 6).pixels, image.pixels)


def test_cropping_to_fit_keeps_the_middle() -> None:
    stripes = torch.zeros(1, 3, 4, 8)
    stripes[..., 2:6] = 1
    assert torch.equal(resize_image(Image(stripes), 4, 4, fit="crop").pixels, torch.ones(1, 3, 4, 4))


def test_a_crop_is_that_part_of_the_picture() -> None:
    image = Image(noise(1, 3, 9, 9))
    assert torch.equal(crop_image(image, 2, 3, 4, 5).pixels, image.pixels[..., 3:8, 2:6])


def test_a_crop_that_leaves_the_picture_names_both() -> None:
    with pytest.raises(SizeMismatch, match=r"4 x 5 at \(6, 3\) leaves the image, which is 9 x 9"):
        crop_image(Image(noise(1, 3, 9, 9)), 6, 3, 4, 5)


def test_a_batch_holds_all_pictures_in_order() -> None:
    first, second = Image(noise(1, 3, 4, 4)), Image(noise(2, 3, 4, 4))
    assert torch.equal(image_batch([first, second]).pixels, torch.cat([first.pixels, second.pixels]))


def test_pictures_of_two_sizes_make_no_batch() -> None:
    with pytest.raises(SizeMismatch, match="4 x 6 and 5 x 6"):
        image_batch([Image(noise(1, 3, 6, 4)), Image(noise(1, 3, 6, 5))])


def test_a_preview_is_shown_and_the_image_passed_on() -> None:
    shown: list[object] = []
    image = Image(noise(2, 3, 4, 4))
    assert preview_image(image, run=Run("preview", listener=shown.append)) is image
    with Pillow.open(io.BytesIO(shown[0].data)) as picture:  # type: ignore[attr-defined]
        assert picture.size == (8, 4)


@pytest.mark.parametrize("channels", [1, 3, 4, 16])
def test_any_latent_has_a_preview_and_equal_latents_an_equal_one(channels: int) -> None:
    latents = noise(1, channels, 16, 16)
    with Pillow.open(io.BytesIO(false_colours(latents, 100))) as picture:
        assert picture.size == (96, 96)
        assert picture.getextrema() != ((127, 127),) * 3
    assert false_colours(latents, 100) == false_colours(latents.clone(), 100)


def test_previews_are_no_larger_than_is_wanted() -> None:
    wide = Image(noise(3, 3, 20, 40))  # side by side 20 x 120
    assert Pillow.open(io.BytesIO(small_png(strip(wide.pixels), 60))).size == (60, 10)
    assert Pillow.open(io.BytesIO(false_colours(noise(1, 4, 100, 200), 50))).size == (50, 25)
    sheet = png_of(wide.pixels[0])
    assert Pillow.open(io.BytesIO(small_file(sheet, 10))).size == (10, 5)
    assert small_file(sheet, 40) is sheet
