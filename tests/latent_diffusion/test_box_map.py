import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from latent_diffusion.box_map import BoxMapEncoder
from tests.resources.tiny_models import randomized

PHRASES = torch.randn(1, 3, 8, generator=torch.Generator().manual_seed(0))
ALL = torch.ones(1, 3, dtype=torch.bool)


def encoder() -> BoxMapEncoder:
    return randomized(BoxMapEncoder(8, 5, width=16, frequencies=2))


def encoded(*boxes: tuple[float, float, float, float], size: tuple[int, int] = (8, 8)) -> Tensor:
    count = len(boxes)
    with torch.no_grad():
        return encoder()(PHRASES[:, :count], torch.tensor([boxes]), ALL[:, :count], size)


def test_cells_that_no_box_touches_are_zero_and_all_others_are_not():
    cells = encoded((0.25, 0.5, 0.55, 1.0)).any(1)[0]
    expected = torch.zeros(8, 8, dtype=torch.bool)
    expected[4:, 2:5] = True  # 0.55 reaches into the fifth column
    assert torch.equal(cells, expected)


def test_a_hidden_box_leaves_no_trace():
    boxes = torch.tensor([[(0.0, 0.0, 1.0, 1.0)]])
    with torch.no_grad():
        assert not encoder()(PHRASES[:, :1], boxes, torch.zeros(1, 1, dtype=torch.bool), (4, 4)).any()


def test_boxes_are_added_up_where_they_overlap():
    a, b = (0.0, 0.0, 0.75, 0.75), (0.25, 0.25, 1.0, 1.0)
    with torch.no_grad():
        second = encoder()(PHRASES[:, 1:2], torch.tensor([[b]]), ALL[:, :1], (8, 8))
    torch.testing.assert_close(encoded(a, b), encoded(a) + second)


@given(st.integers(0, 4), st.integers(0, 4))
def test_a_box_that_moves_by_whole_cells_takes_its_cells_along(right, down):
    still = encoded((0.0, 0.0, 0.5, 0.5))
    moved = encoded((right / 8, down / 8, 0.5 + right / 8, 0.5 + down / 8))
    shifted = torch.roll(still, (down, right), (2, 3))
    torch.testing.assert_close(moved, shifted, atol=1e-4, rtol=1e-4)


def test_a_cell_knows_where_in_the_box_it_lies():
    # The second source: the formulas by hand, for the one cell of a 1 x 1 map.
    network = encoder()
    x0, y0, x1, y1 = 0.2, 0.4, 0.8, 0.9
    numbers = ((0.5 - x0) / (x1 - x0), (0.5 - y0) / (y1 - y0), x1 - x0, y1 - y0)
    waves = []
    for number in numbers:
        angles = [math.pi / 2 * number * 2**k for k in range(2)]
        waves += [math.sin(angle) for angle in angles] + [math.cos(angle) for angle in angles]
    place = network.place(torch.tensor([*waves, (x1 - x0) * (y1 - y0)]))
    scale, shift = network.phrase(PHRASES[0, 0]).chunk(2)
    expected = network.mlp(place * (1 + scale) + shift)
    with torch.no_grad():
        given = network(PHRASES[:, :1], torch.tensor([[(x0, y0, x1, y1)]]), ALL[:, :1], (1, 1))
    torch.testing.assert_close(given[0, :, 0, 0], expected, atol=1e-5, rtol=1e-4)


def test_an_image_does_not_depend_on_its_batch():
    boxes = torch.rand(2, 3, 4, generator=torch.Generator().manual_seed(1)).sort(-1).values
    network = encoder()
    with torch.no_grad():
        both = network(PHRASES.expand(2, -1, -1), boxes, ALL.expand(2, -1), (6, 4))
        for row in range(2):
            alone = network(PHRASES, boxes[row : row + 1], ALL, (6, 4))
            torch.testing.assert_close(both[row : row + 1], alone)


@pytest.mark.parametrize("size", [(4, 4), (4, 16), (1, 1)])
def test_the_map_has_the_size_of_the_latent(size):
    assert encoded((0.1, 0.1, 0.9, 0.9), size=size).shape == (1, 5, *size)


def test_gradients_reach_labels_and_weights():
    network, phrases = encoder(), PHRASES.clone().requires_grad_()
    network(phrases, torch.tensor([[(0.0, 0.0, 0.5, 0.5)] * 3]), ALL, (4, 4)).square().sum().backward()
    assert phrases.grad is not None
    assert phrases.grad.abs().amin(0).max() > 0
    assert all(p.grad is not None and p.grad.any() for p in network.parameters())
