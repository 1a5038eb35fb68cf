"""Reading a picture file within limits: three formats, so many bytes, so many pixels, no trust in headers."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path

from nodes.errors import ImageRefused
from nodes.values import Image

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_BYTES = 128 * 1024 * 1024
MAX_PIXELS = 50_000_000  # 600 MB as float32

_DAMAGED = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, struct.error)


def read_image(path: Path, name: str, background: str = "white") -> Image:
    """The picture [1,3,H,W] of a file that the document calls `name`. Raises `ImageRefused`.

    The orientation that a camera noted is applied; what is transparent is laid on `background`, a colour as
    Pillow names it; 16 bits a channel are kept for grey pictures.
    """
    from PIL import Image as Pillow
    from PIL import ImageOps, UnidentifiedImageError

    size = path.stat().st_size
    if size > MAX_BYTES:
        raise ImageRefused(f"'{name}' has {size:,} bytes, and a picture may have {MAX_BYTES:,}: shrink it.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Pillow.DecompressionBombWarning)  # the limit is checked here, lower
        try:
            with Pillow.open(path, formats=FORMATS) as file:
                _check_pixels(name, *file.size)
                return _image(ImageOps.exif_transpose(file), background)
        except UnidentifiedImageError:
            raise ImageRefused(
                f"'{name}' is not a picture in a format that is read here; save it as PNG, JPEG or WebP."
            ) from None
        except Pillow.DecompressionBombError as error:
            raise ImageRefused(_too_many_pixels(name, "far more than")) from error
        except _DAMAGED as error:
            raise ImageRefused(f"'{name}' is damaged or cut short ({error}); save it again.") from error


def _check_pixels(name: str, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise ImageRefused(_too_many_pixels(name, f"{width} x {height} pixels, more than"))


def _too_many_pixels(name: str, has: str) -> str:
    return f"'{name}' has {has} the {MAX_PIXELS:,} pixels that a picture may have: make it smaller first."


def _image(picture: object, background: str) -> Image:
    import numpy as np
    import torch
    from PIL import Image as Pillow

    assert isinstance(picture, Pillow.Image)
    if picture.mode.startswith("I"):  # grey, 16 bits
        grey = torch.from_numpy(np.asarray(picture, np.float32) / 65535)
        return Image(grey.clamp(0, 1).expand(1, 3, *grey.shape).contiguous())
    if picture.has_transparency_data:
        picture = Pillow.alpha_composite(
            Pillow.new("RGBA", picture.size, background), picture.convert("RGBA")
        )
    array = np.array(picture.convert("RGB"))  # [H,W,3]
    return Image((torch.from_numpy(array).permute(2, 0, 1)[None].float() / 255).contiguous())
