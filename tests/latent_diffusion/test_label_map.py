"""The nearest colour of a palette, against a plain loop over pixels and colours."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from latent_diffusion import label_map
from latent_diffusion.label_map import nearest_colours


def colours(*rows: tuple[int, int, int]) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.uint8)


def nearest_by_hand(pixel: list[int], palette: list[list[int]]) -> int:
    distances = [sum((a - b) ** 2 for a, b in zip(pixel, one, strict=True)) for one in palette]
    return distances.index(min(distances))


@given(seed=st.integers(0, 10_000), count=st.integers(1, 256), levels=st.sampled_from([2, 4, 256]))
def test_every_pixel_has_the_first_of_the_nearest_colours(seed: int, count: int, levels: int) -> None:
    chance = torch.Generator().manual_seed(seed)
    step = 255 // (levels - 1)
    pixels = (torch.randint(levels, (3, 5, 4), generator=chance) * step).to(torch.uint8)
    palette = (torch.randint(levels, (count, 3), generator=chance) * step).to(torch.uint8)
    found = nearest_colours(pixels, palette)
    assert found.dtype == torch.int16
    by_hand = [nearest_by_hand(pixel, palette.tolist()) for pixel in pixels.flatten(1).T.tolist()]
    assert found.flatten().tolist() == by_hand


def test_golden_colours() -> None:
    palette = colours((0, 0, 0), (255, 255, 255), (255, 0, 0))
    pixels = colours(
        (1, 2, 3), (250, 250, 250), (200, 30, 30), (127, 127, 127), (128, 128, 128), (255, 128, 128)
    )
    assert nearest_colours(pixels.T[:, None], palette).tolist() == [[0, 1, 2, 0, 1, 1]]


def test_a_large_picture_is_done_in_strips(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = torch.randint(256, (3, 11, 13), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    palette = colours((0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 90, 200))
    whole = nearest_colours(pixels, palette)
    monkeypatch.setattr(label_map, "STRIP", 10)
    assert torch.equal(nearest_colours(pixels, palette), whole)
