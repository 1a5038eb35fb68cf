"""Masks [B, 1, H, W] from 0 to 1, for images and for latents: 1 is inside, which inpainting draws anew."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

EDGE_TOLERANCE = 1e-6  # pixels: a box that ends at 0.3 * 10 ends at pixel 3, whatever floating point says


class MaskError(ValueError):
    """A mask cannot be made or used as asked."""


def from_boxes(boxes: Tensor, height: int, width: int) -> Tensor:
    """One mask [1, 1, H, W] of every pixel that a box touches; boxes [N, 4] are relative (x0, y0, x1, y1).

    What lies outside the picture is cut off; a box of no area, or wholly outside, is an error.
    """
    mask = torch.zeros(1, 1, height, width)
    for number, (x0, y0, x1, y1) in enumerate(boxes.tolist()):
        left, top = _low(x0, width), _low(y0, height)
        right, bottom = _high(x1, width), _high(y1, height)
        if not (x0 < x1 and y0 < y1 and left < right and top < bottom):
            raise MaskError(
                f"box {number} ({x0:g}, {y0:g}, {x1:g}, {y1:g}) covers nothing of the picture; "
                "boxes are x0 < x1, y0 < y1, relative, from 0 to 1."
            )
        mask[..., top:bottom, left:right] = 1
    return mask


def bounding_box(mask: Tensor) -> tuple[float, float, float, float]:
    """The box (x0, y0, x1, y1), as parts of the picture, around all that any mask of the batch covers.

    A pixel counts from 0.5; a mask that covers nothing is an error.
    """
    inside = mask.amax((0, 1)) >= 0.5  # [H, W]
    if not inside.any():
        raise MaskError("the mask covers nothing: paint what is to be inside it white.")
    height, width = inside.shape
    rows, columns = inside.any(1).nonzero(), inside.any(0).nonzero()
    return (
        int(columns.min()) / width,
        int(rows.min()) / height,
        (int(columns.max()) + 1) / width,
        (int(rows.max()) + 1) / height,
    )


def grow(mask: Tensor, pixels: int) -> Tensor:
    """The mask dilated by a square of `pixels` in each direction; negative pixels shrink it."""
    if pixels == 0:
        return mask
    if pixels < 0:
        return invert(grow(invert(mask), -pixels))
    return F.max_pool2d(mask, 2 * pixels + 1, stride=1, padding=pixels)


def feather(mask: Tensor, radius: float) -> Tensor:
    """The mask, its edge softened over `radius` pixels on both sides: a Gaussian of sigma radius / 2."""
    if radius <= 0:
        return mask
    reach = math.ceil(radius * 1.5)
    offsets = torch.arange(-reach, reach + 1, dtype=mask.dtype, device=mask.device)
    kernel = torch.exp(-0.5 * (offsets / (radius / 2)) ** 2)
    kernel = kernel / kernel.sum()
    padded = F.pad(mask, (reach, reach, reach, reach), mode="replicate")
    rows = F.conv2d(padded, kernel.view(1, 1, 1, -1))  # [B, 1, H + 2 reach, W]
    return F.conv2d(rows, kernel.view(1, 1, -1, 1)).clamp(0, 1)  # [B, 1, H, W]


def invert(mask: Tensor) -> Tensor:
    """Inside becomes outside."""
    return 1 - mask


def composite(inside: Tensor, outside: Tensor, mask: Tensor) -> Tensor:
    """`inside` where the mask is 1, `outside` where it is 0 (bit for bit), in between a mixture."""
    if inside.shape[-2:] != mask.shape[-2:] or outside.shape[-2:] != mask.shape[-2:]:
        sizes = ", ".join(str(list(part.shape[-2:])) for part in (inside, outside, mask))
        raise MaskError(f"a composite needs one size for inside, outside and mask; got {sizes}: resize one.")
    mixed = mask * inside + (1 - mask) * outside
    return torch.where(mask == 1, inside, torch.where(mask == 0, outside, mixed))


def to_latent(mask: Tensor, height: int, width: int) -> Tensor:
    """An image mask at the latent's size: a cell is masked as much as the most masked pixel of it."""
    return F.adaptive_max_pool2d(mask, (height, width))


def _low(edge: float, size: int) -> int:
    return math.floor(_within(edge) * size + EDGE_TOLERANCE)


def _high(edge: float, size: int) -> int:
    return math.ceil(_within(edge) * size - EDGE_TOLERANCE)


def _within(edge: float) -> float:
    return min(1.0, max(0.0, edge))
