"""Resampling of pictures and masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor

Method = Literal["bicubic", "bilinear", "area", "nearest"]


def resized(pixels: Tensor, height: int, width: int, method: Method) -> Tensor:
    """[B,C,H,W] from 0 to 1 at another size; shrinking averages, so that nothing falls between two pixels."""
    from torch.nn import functional as F

    if pixels.shape[2:] == (height, width):
        return pixels
    if method in ("nearest", "area"):
        mode = "nearest-exact" if method == "nearest" else "area"
        return F.interpolate(pixels, (height, width), mode=mode)
    smooth = F.interpolate(pixels, (height, width), mode=method, antialias=True, align_corners=False)
    return smooth.clamp(0, 1)  # bicubic overshoots at edges
