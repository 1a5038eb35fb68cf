"""Regions: boxes with a label each, the layout of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class InvalidRegion(ValueError):
    """A box without area, outside the picture, or without a label."""


@dataclass(frozen=True)
class Region:
    """A box (x0, y0, x1, y1) as parts of the picture, y down, and what is to be in it."""

    label: str
    box: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        x0, y0, x1, y1 = self.box
        if not self.label.strip():
            raise InvalidRegion(
                f"the box {list(self.box)} has no label; say what it should hold, as `red apple`."
            )
        if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
            raise InvalidRegion(
                f"the box {list(self.box)} of `{self.label}` must be x0 < x1, y0 < y1, all between 0 and 1 "
                "(parts of the picture, y down)."
            )


Box = tuple[float, float, float, float]


def fit_into(regions: Sequence[Region], box: Box) -> list[Region]:
    """Return the layout moved and scaled, proportions kept, to be as large as fits into the middle of `box`.

    Boxes are (x0, y0, x1, y1) as parts of one picture; proportions are those of its sides.
    """
    if not regions:
        return []
    left, top = (min(region.box[side] for region in regions) for side in (0, 1))
    right, bottom = (max(region.box[side] for region in regions) for side in (2, 3))
    scale = min((box[2] - box[0]) / (right - left), (box[3] - box[1]) / (bottom - top))
    x = (box[0] + box[2] - scale * (right + left)) / 2
    y = (box[1] + box[3] - scale * (bottom + top)) / 2

    def moved(region: Region) -> Region:
        x0, x1 = (min(1.0, max(0.0, scale * side + x)) for side in region.box[::2])
        y0, y1 = (min(1.0, max(0.0, scale * side + y)) for side in region.box[1::2])
        return Region(region.label, (x0, y0, x1, y1))

    return [moved(region) for region in regions]
