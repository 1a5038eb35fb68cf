"""The process that opens pictures: they are decoded only here, in memory that the system bounds.

It reads frames from its standard input, one request each, and answers each with one frame.
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from graph_engine.workers.frames import Frame, FrameReader
from graph_engine.workers.parent import end_with_parent

FORMATS = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
    "image/avif": "AVIF",
}
ORIENTATION = 0x0112  # EXIF: 1 is upright, 2 to 8 are not
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
FRAMES = 1000
BYTES_A_PIXEL = 24  # of a picture while it is worked on: decoded, turned, and in another mode
BASE_BYTES = 1 << 30


class Refused(Exception):
    """A picture is not worked on: `why` is "damaged" or "too_large"."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why


class Studio:
    """What can be done with pictures of at most `pixel_limit` pixels, all frames together."""

    def __init__(self, pixel_limit: int) -> None:
        self._pixel_limit = pixel_limit
        self._acts: dict[str, Callable[[Mapping[str, Any], bytes], tuple[dict[str, Any], bytes]]] = {
            "measure": self._measure,
            "upright": self._upright,
            "thumbnail": self._thumbnail,
            "scale": self._scale,
        }

    def answer(self, request: Frame) -> Frame:
        """Do what a request asks for."""
        try:
            data, payload = self._acts[request.kind](request.data, request.payload)
            return Frame("done", data, payload)
        except Refused as refused:
            return Frame("refused", {"why": refused.why, "text": str(refused)})
        except MemoryError:
            text = "It needs more memory than a picture may have here."
            return Frame("refused", {"why": "too_large", "text": text})
        except UnidentifiedImageError:  # its own words name a folder of this machine
            return Frame("refused", {"why": "damaged", "text": "Its content is not that of its kind."})
        except Exception as error:  # readers of pictures raise anything at what is damaged
            return Frame("refused", {"why": "damaged", "text": f"{str(error) or type(error).__name__}."})

    def _open(self, file: Path | io.BytesIO, media_type: str) -> Image.Image:
        """A picture of which the header was read and is within bounds; no pixel is decoded yet."""
        image = Image.open(file, formats=[FORMATS[media_type]])
        self._hold(image.width * image.height, f"{image.width:,} x {image.height:,} pixels")
        frames = getattr(image, "n_frames", 1)
        if frames > FRAMES:
            raise Refused("too_large", f"It has {frames:,} frames; {FRAMES:,} are allowed.")
        self._hold(
            image.width * image.height * frames, f"{frames:,} frames of {image.width:,} x {image.height:,}"
        )
        return image

    def _hold(self, pixels: int, text: str) -> None:
        if pixels > self._pixel_limit:
            raise Refused("too_large", f"It has {text}; {self._pixel_limit:,} pixels are allowed.")

    def _measure(self, data: Mapping[str, Any], _: bytes) -> tuple[dict[str, Any], bytes]:
        with self._open(Path(data["path"]), data["media_type"]) as image:
            image.load()
            return {
                "width": image.width,
                "height": image.height,
                "orientation": _orientation(image),
            }, b""

    def _upright(self, data: Mapping[str, Any], _: bytes) -> tuple[dict[str, Any], bytes]:
        with self._open(Path(data["path"]), data["media_type"]) as image:
            profile = image.info.get("icc_profile")
            image.load()
            turn = TURNS.get(_orientation(image))
            turned = image.copy() if turn is None else image.transpose(turn)
        turned.info = {}  # whatever else the file said of where and by whom it was made
        jpeg = data["media_type"] == "image/jpeg"
        how: dict[str, Any] = {"quality": 95, "subsampling": 0} if jpeg else {}
        turned.save(data["target"], "JPEG" if jpeg else "PNG", icc_profile=profile, **how)
        kind = "image/jpeg" if jpeg else "image/png"
        return {"width": turned.width, "height": turned.height, "media_type": kind}, b""

    def _thumbnail(self, data: Mapping[str, Any], _: bytes) -> tuple[dict[str, Any], bytes]:
        size = int(data["size"])
        with self._open(Path(data["path"]), data["media_type"]) as image:
            profile = image.info.get("icc_profile")
            image.draft("RGB", (size, size))  # a JPEG is decoded small
            small = _shown(image)
            small.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=2.0)
            turn = TURNS.get(_orientation(image))
            small = small if turn is None else small.transpose(turn)
        out = io.BytesIO()
        small.save(out, "WEBP", quality=80, icc_profile=profile)
        return {"width": small.width, "height": small.height}, out.getvalue()

    def _scale(self, data: Mapping[str, Any], payload: bytes) -> tuple[dict[str, Any], bytes]:
        size, kind = int(data["size"]), FORMATS[data["media_type"]]
        with self._open(io.BytesIO(payload), data["media_type"]) as image:
            if max(image.size) <= size or kind not in ("PNG", "JPEG", "WEBP"):
                return {"same": True}, b""
            image.draft("RGB", (size, size))
            small = _shown(image)
            small.thumbnail((size, size), Image.Resampling.BILINEAR, reducing_gap=2.0)
        out = io.BytesIO()
        small.save(out, kind, **({} if kind == "PNG" else {"quality": 85}))
        return {"same": False}, out.getvalue()


def _orientation(image: Image.Image) -> int:
    try:
        found = image.getexif().get(ORIENTATION, 1)
    except Exception:  # damaged EXIF says nothing
        return 1
    return found if found in range(1, 9) else 1


def _shown(image: Image.Image) -> Image.Image:
    """The picture in eight bits a channel, with alpha if it has any."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _bound_memory(pixel_limit: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such bound
        return
    wanted = BASE_BYTES + BYTES_A_PIXEL * pixel_limit
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or wanted < hard:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, wanted))


def main() -> None:
    """Answer until the standard input ends; `argv[1]` is the limit of pixels."""
    end_with_parent()
    reading, writing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):  # so that no library that prints comes between the frames
        os.dup2(nothing, descriptor)
    pixel_limit = int(sys.argv[1])
    _bound_memory(pixel_limit)
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # the limit here is held before anything is decoded
    studio, frames = Studio(pixel_limit), FrameReader()
    while piece := os.read(reading, 1 << 20):
        for request in frames.feed(piece):
            answer = memoryview(studio.answer(request).encode())
            while answer:
                answer = answer[os.write(writing, answer) :]


if __name__ == "__main__":
    main()
