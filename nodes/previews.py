"""Pictures of work in progress: PNG bytes of a picture, or of a latent without decoding it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

MAX_PREVIEWED = 4  # pictures of a batch, side by side


def png_of(pixels: Tensor) -> bytes:
    """One picture [3,H,W] from 0 to 1 as a PNG, 8 bits a channel; the same pixels give the same bytes."""
    import torch
    from PIL import Image

    array = (pixels.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
    file = io.BytesIO()
    Image.fromarray(array).save(file, "PNG")
    return file.getvalue()


def strip(pixels: Tensor) -> Tensor:
    """The first pictures of a batch [B,3,H,W] side by side: [3,H,n W]."""
    import torch

    return torch.cat(list(pixels[:MAX_PREVIEWED]), dim=2)


def small_png(pixels: Tensor, size: int) -> bytes:
    """One picture [3,H,W] as a PNG whose longer side has `size` pixels at most."""
    from torch.nn import functional as F

    height, width = pixels.shape[1:]
    longer = max(height, width)
    if longer > size:
        fitted = (max(1, round(height * size / longer)), max(1, round(width * size / longer)))
        pixels = F.interpolate(pixels[None].float(), fitted, mode="bilinear", antialias=True)[0]
    return png_of(pixels)


def small_file(data: bytes, size: int) -> bytes:
    """A PNG whose longer side has `size` pixels at most: these bytes, or a smaller picture of them."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as picture:
        if max(picture.size) <= size:
            return data
        picture.thumbnail((size, size))
        file = io.BytesIO()
        picture.save(file, "PNG")
        return file.getvalue()


def false_colours(latents: Tensor, size: int) -> bytes:
    """Latents [B,C,h,w] as a PNG: their three main directions as red, green and blue.

    Enlarged by a whole number as far as the longer side has at most `size` pixels; reduced if it has more.

    A linear map that fits any autoencoder. The colours mean nothing; the shapes are the picture's.
    """
    import torch
    from torch.nn import functional as F

    shown = latents[:MAX_PREVIEWED].detach().float().cpu()  # [n,C,h,w]
    cells = shown.permute(0, 2, 3, 1).flatten(0, 2)  # [n h w, C]
    cells = cells - cells.mean(0)
    _, directions = torch.linalg.eigh(cells.T @ cells)  # [C, C], the strongest last
    chosen = directions[:, -3:].flip(1)
    chosen = chosen * torch.where(chosen.sum(0) < 0, -1.0, 1.0)  # else signs would flicker
    colours = cells @ chosen  # [n h w, up to 3]
    colours = F.pad(colours, (0, 3 - colours.shape[1]))
    colours = 0.5 + colours / (4 * colours.std(0) + 1e-6)  # two deviations fill the range
    pictures = colours.view(len(shown), *shown.shape[2:], 3).permute(0, 3, 1, 2)
    picture = strip(pictures)
    enlarged = max(1, size // max(picture.shape[1:]))
    return small_png(F.interpolate(picture[None], scale_factor=float(enlarged), mode="nearest")[0], size)
