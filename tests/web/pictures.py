"""Pictures to send, good and bad, made byte by byte where no program would write them."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

ORIENTATION = 0x0112


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **how: Any) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new(mode, size, "red" if mode.startswith("RGB") else 0)
    image.paste("blue" if mode.startswith("RGB") else 200, (size[0] // 2, 0, *size))
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def turned(kind: str = "JPEG", orientation: int = 6, **how: Any) -> bytes:
    """A picture that is to be turned, as a telephone takes it."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010F] = "A maker of telephones"
    return picture(kind, exif=exif, **how)


def opened(data: bytes) -> Image.Image:
    """The picture in some bytes."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of few bytes and very many pixels, all of them there."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    data = b"".join([packer.compress(row * 100) for _ in range(height // 100)]) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = png_chunk(b"IHDR", head) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def animation(frames: int, size: tuple[int, int] = (4, 4)) -> bytes:
    """A GIF of so many frames."""
    images = [Image.new("L", size, number % 256) for number in range(frames)]
    out = io.BytesIO()
    images[0].save(out, "GIF", save_all=True, append_images=images[1:], duration=20)
    return out.getvalue()
