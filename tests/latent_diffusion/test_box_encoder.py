import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from latent_diffusion.box_encoder import BoxEncoder, BoxTokenizer, DiscreteBoxEncoder
from tests.resources.tiny_models import randomized

parts = st.floats(0, 1)


@given(parts, parts)
def test_a_position_comes_back_within_half_a_cell(x, y):
    tokenizer = BoxTokenizer()
    back = tokenizer.point(tokenizer.position(x, y))
    half = 0.5 / 89 + 1e-9
    assert abs(back[0] - x) <= half
    assert abs(back[1] - y) <= half


@given(st.integers(0, 8099))
def test_every_position_token_is_the_token_of_its_point(token):
    tokenizer = BoxTokenizer()
    assert tokenizer.position(*tokenizer.point(token)) == token


def test_positions_are_counted_row_by_row_on_a_grid_of_90():
    tokenizer = BoxTokenizer()
    assert tokenizer.grid == 90
    assert tokenizer.position(0, 0) == 0
    assert tokenizer.position(1, 0) == 89
    assert tokenizer.position(0, 1) == 89 * 90
    assert tokenizer.position(1, 1) == 8099
    assert tokenizer.position(0.5, 0.25) == 22 * 90 + 44  # 44.5 rounds to the even number


def test_a_layout_is_thirty_triples_and_the_crop():
    tokens = BoxTokenizer().encode([17, 5], [(0.0, 0.0, 1.0, 1.0), (0.0, 1.0, 1.0, 1.0)])
    assert len(tokens) == 92
    assert tokens[:6] == [17, 0, 8099, 5, 8010, 8099]
    assert set(tokens[6:90]) == {8191}
    assert tokens[90:] == [0, 8099]


def test_the_crop_has_the_last_two_tokens():
    assert BoxTokenizer().encode([], [], crop=(0.0, 0.0, 1.0, 0.0))[-2:] == [0, 89]


def test_objects_beyond_the_limit_are_left_out():
    tokens = BoxTokenizer(objects=2).encode([1, 2, 3], [(0.0, 0.0, 1.0, 1.0)] * 3)
    assert tokens == [1, 0, 8099, 2, 0, 8099, 0, 8099]


def test_every_class_needs_a_box():
    with pytest.raises(ValueError, match="zip"):
        BoxTokenizer().encode([1, 2], [(0.0, 0.0, 1.0, 1.0)])


def test_the_discrete_encoder_takes_92_tokens():
    encoder = DiscreteBoxEncoder(width=16, layers=1)
    ids = torch.tensor([encoder.tokenizer.encode([3], [(0.1, 0.1, 0.5, 0.5)])])
    with torch.no_grad():
        assert encoder(ids).shape == (1, 92, 16)


def test_the_fourier_features_are_those_of_gligen():
    encoder = BoxEncoder(phrase_width=3, width=8)
    seen = []
    encoder.mlp[0].register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0][0, 0]))
    box = (0.1, 0.2, 0.6, 0.9)
    encoder(torch.tensor([[[1.0, 2.0, 3.0]]]), torch.tensor([[box]]))
    frequencies = [100 ** (i / 8) for i in range(8)]
    expected = [1.0, 2.0, 3.0]
    for c in box:  # sines, then cosines, of each coordinate
        angles = [math.pi / 2 * c * f for f in frequencies]
        expected += [math.sin(a) for a in angles] + [math.cos(a) for a in angles]
    torch.testing.assert_close(seen[0], torch.tensor(expected), atol=1e-4, rtol=0)


def test_each_box_has_its_own_token():
    encoder = randomized(BoxEncoder(phrase_width=3, width=8))
    generator = torch.Generator().manual_seed(0)
    phrases, boxes = torch.rand(2, 4, 3, generator=generator), torch.rand(2, 4, 4, generator=generator)
    order = [2, 0, 3, 1]
    with torch.no_grad():
        tokens = encoder(phrases, boxes)
        assert tokens.shape == (2, 4, 8)
        torch.testing.assert_close(encoder(phrases[:, order], boxes[:, order]), tokens[:, order])
