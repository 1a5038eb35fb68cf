"""Regions: boxes with a label each, the layout of a picture."""

from __future__ import annotations

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
