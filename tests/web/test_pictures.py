"""Pictures are opened in processes of their own, within bounds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from tests.web.pictures import ORIENTATION, animation, opened, picture, png_bomb, turned
from web.service.pictures import PictureDamaged, Pictures, PicturesBusy, PictureTooLarge

LIMIT = 4_000_000

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes where Linux shows them")


@pytest.fixture(scope="module")
def pictures() -> Iterator[Pictures]:
    made = Pictures(LIMIT)
    yield made
    made.close()


def stored(folder: Path, data: bytes) -> Path:
    path = folder / "picture"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_pictures_of_every_kind_are_measured_and_made_small(
    kind: str, pictures: Pictures, tmp_path: Path
) -> None:
    path = stored(tmp_path, picture(kind, (300, 150)))
    found = pictures.measure(path, f"image/{kind.lower()}")
    assert (found.width, found.height, found.orientation) == (300, 150, 1)
    small = opened(pictures.thumbnail(path, f"image/{kind.lower()}", 64))
    assert small.format == "WEBP"
    assert small.size == (64, 32)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_mode_are_made_small(mode: str, pictures: Pictures, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    Image.new(mode, (100, 100)).save(path)
    assert opened(pictures.thumbnail(path, "image/png", 64)).size == (64, 64)


def test_sixteen_bits_become_eight_of_the_same_lightness(pictures: Pictures, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    Image.new("I;16", (100, 100), 128 * 256).save(path)
    assert opened(pictures.thumbnail(path, "image/png", 64)).convert("L").getpixel((5, 5)) == pytest.approx(
        128, abs=2
    )


def test_a_small_picture_keeps_what_is_clear(pictures: Pictures, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    Image.new("RGBA", (100, 100), (255, 0, 0, 0)).save(path)
    assert opened(pictures.thumbnail(path, "image/png", 64)).getpixel((5, 5))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_turned_as_its_exif_says_and_says_nothing_more(
    kind: str, orientation: int, pictures: Pictures, tmp_path: Path
) -> None:
    path, target = stored(tmp_path, turned(kind, orientation)), tmp_path / "upright"
    media_type = f"image/{kind.lower()}"
    assert pictures.measure(path, media_type).orientation == orientation
    kept, found = pictures.upright(path, media_type, target)
    image = opened(target.read_bytes())
    assert image.size == (found.width, found.height) == ((20, 40) if orientation > 4 else (40, 20))
    assert kept == f"image/{str(image.format).lower()}"
    assert not dict(image.getexif())
    # the first pixel of each, told from the red left and the blue right of the picture before
    red_first = {2: False, 3: False, 4: True, 5: True, 6: True, 7: False, 8: False}[orientation]
    red, _, blue = image.convert("RGB").getpixel((2, 2))  # type: ignore[misc]
    assert (red > blue) is red_first
    small = opened(pictures.thumbnail(path, media_type, 64))
    assert small.size == image.size
    red, _, blue = small.convert("RGB").getpixel((2, 2))  # type: ignore[misc]
    assert (red > blue) is red_first


def test_a_picture_keeps_its_colours_when_it_is_turned(pictures: Pictures, tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path, target = stored(tmp_path, turned(icc_profile=profile)), tmp_path / "upright"
    pictures.upright(path, "image/jpeg", target)
    assert opened(target.read_bytes()).info["icc_profile"] == profile


def test_a_tiff_is_shown_upright(pictures: Pictures, tmp_path: Path) -> None:
    path = stored(tmp_path, picture("TIFF", tiffinfo={ORIENTATION: 6}))
    assert opened(pictures.thumbnail(path, "image/tiff", 64)).size == (20, 40)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(
    pictures: Pictures, tmp_path: Path
) -> None:
    path = stored(tmp_path, png_bomb())
    with pytest.raises(PictureTooLarge, match="30,000 x 30,000 pixels; 4,000,000 pixels are allowed"):
        pictures.measure(path, "image/png")
    with pytest.raises(PictureTooLarge):
        pictures.thumbnail(path, "image/png", 64)


def test_a_picture_of_too_many_frames_is_refused(pictures: Pictures, tmp_path: Path) -> None:
    with pytest.raises(PictureTooLarge, match="1,001 frames; 1,000 are allowed"):
        pictures.measure(stored(tmp_path, animation(1001)), "image/gif")
    with pytest.raises(PictureTooLarge, match="50 frames of 300 x 300"):
        pictures.measure(stored(tmp_path, animation(50, (300, 300))), "image/gif")
    assert pictures.measure(stored(tmp_path, animation(10)), "image/gif").width == 4


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_picture_that_is_cut_off_is_damaged(
    kind: str, part: float, pictures: Pictures, tmp_path: Path
) -> None:
    data = Image.effect_noise((64, 64), 80).convert("RGB")
    path = tmp_path / "picture"
    data.save(path, kind)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(PictureDamaged, match="can not be read"):
        pictures.measure(path, f"image/{kind.lower()}")


def test_a_preview_is_made_smaller_in_its_own_kind(pictures: Pictures) -> None:
    for kind in ("PNG", "JPEG", "WEBP"):
        data = picture(kind, (400, 200))
        small = opened(pictures.scaled(data, f"image/{kind.lower()}", 100))
        assert (small.format, small.size) == (kind, (100, 50))
        assert pictures.scaled(data, f"image/{kind.lower()}", 400) == data


@on_linux
def test_a_picture_that_takes_too_long_is_refused_and_its_process_ends(tmp_path: Path) -> None:
    pictures = Pictures(LIMIT, seconds=0.5)
    try:
        slow = tmp_path / "slow"
        os.mkfifo(slow)
        with pytest.raises(PictureTooLarge, match=r"longer than 0\.5 seconds"):
            pictures.measure(slow, "image/png")
        assert pictures.processes
        assert all(_gone(pid) for pid in pictures.processes)
    finally:
        pictures.close()


def test_a_process_that_was_killed_is_replaced(pictures: Pictures, tmp_path: Path) -> None:
    path = stored(tmp_path, picture())
    pictures.measure(path, "image/png")
    for _ in range(3):
        for pid in pictures.processes:
            os.kill(pid, signal.SIGKILL)
        assert pictures.measure(path, "image/png").width == 40


def test_many_ask_at_once_and_each_gets_its_own_answer(pictures: Pictures, tmp_path: Path) -> None:
    def measured(width: int) -> int:
        path = tmp_path / str(width)
        path.write_bytes(picture(size=(width, 10)))
        return pictures.measure(path, "image/png").width

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(measured, range(10, 60))) == list(range(10, 60))
    assert len(pictures.processes) <= 2


@on_linux
def test_closing_ends_the_processes_in_the_middle_of_a_picture(tmp_path: Path) -> None:
    pictures = Pictures(LIMIT)
    pictures.measure(stored(tmp_path, picture()), "image/png")
    fifo = tmp_path / "slow"
    os.mkfifo(fifo)
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            pictures.measure(fifo, "image/png")
        except PicturesBusy as error:
            failed.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.2)
    pids = pictures.processes
    pictures.close()
    thread.join(10)
    assert failed
    assert pids
    assert all(_gone(pid) for pid in pids)
    with pytest.raises(PicturesBusy, match="ends"):
        pictures.measure(tmp_path / "picture", "image/png")


@on_linux
def test_the_process_ends_with_the_server_even_in_the_middle_of_a_picture(tmp_path: Path) -> None:
    fifo = tmp_path / "slow"
    os.mkfifo(fifo)
    stored(tmp_path, picture())
    code = (
        "import sys, threading, pathlib, time\n"
        "from web.service.pictures import Pictures\n"
        "pictures = Pictures(1000000)\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "pictures.measure(folder / 'picture', 'image/png')\n"
        "asked = folder / 'slow', 'image/png'\n"
        "threading.Thread(target=pictures.measure, args=asked, daemon=True).start()\n"
        "time.sleep(0.2)\n"
        "print(pictures.processes[0], flush=True)\n"
        "time.sleep(600)\n"
    )
    server = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert server.stdout is not None
    pid = int(server.stdout.readline())
    assert not _gone(pid)
    server.kill()
    server.wait()
    server.stdout.close()
    deadline = time.monotonic() + 10
    while not _gone(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_server_itself_opens_no_picture() -> None:
    code = "import sys, web.api.app; sys.exit('PIL' in sys.modules or 'torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def _gone(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
