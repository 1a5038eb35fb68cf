import pytest
import torch

from latent_diffusion.conditioning import Conditioning, ConditioningError
from latent_diffusion.network_inputs import merge, stack

A = Conditioning.of(tokens=torch.full((1, 2, 6), 1.0))
B = Conditioning.of(tokens=torch.full((1, 3, 6), 2.0), mask=torch.tensor([[True, True, False]]))


def test_tokens_join_on_the_token_axis_and_a_missing_mask_means_all():
    inputs = merge(A + B, 0.5, n=2)
    assert inputs.tokens.shape == (2, 5, 6)
    assert inputs.tokens[0, :, 0].tolist() == [1, 1, 2, 2, 2]
    assert inputs.mask.tolist() == [[True, True, True, True, False]] * 2


def test_without_masks_there_is_none():
    assert merge(A + A, 0.5, n=1).mask is None


def test_channels_and_vectors_join_on_their_feature_axis():
    more = Conditioning.of(channels=torch.ones(1, 2, 4, 4), vector=torch.ones(1, 3))
    inputs = merge(more + more.weighted(0.5), 0.5, n=1)
    assert inputs.channels[0, :, 0, 0].tolist() == [1, 1, 0.5, 0.5]
    assert inputs.vector.tolist() == [[1, 1, 1, 0.5, 0.5, 0.5]]


def test_out_of_its_range_tokens_fall_away_and_channels_become_zero():
    late = (B + Conditioning.of(channels=torch.ones(1, 2, 4, 4))).during(0.5, 1.0)
    inputs = merge(A + late, 0.2, n=1)
    assert inputs.tokens.shape == (1, 2, 6)
    assert inputs.mask is None
    assert inputs.channels.shape == (1, 2, 4, 4)
    assert not inputs.channels.any()


def test_stacking_pads_the_shorter_tokens_behind_the_mask():
    inputs = stack([merge(A, 0.5, 2), merge(A + A, 0.5, 2)])
    assert inputs.tokens.shape == (4, 4, 6)
    assert inputs.mask.tolist() == [[True, True, False, False]] * 2 + [[True] * 4] * 2


def test_stacking_equal_lengths_needs_no_mask():
    assert stack([merge(A, 0.5, 1), merge(A, 0.5, 1)]).mask is None


def test_tokens_of_different_widths_are_refused():
    other = Conditioning.of(tokens=torch.ones(1, 2, 5))
    with pytest.raises(ConditioningError, match="tokens"):
        merge(A + other, 0.5, 1)
    with pytest.raises(ConditioningError, match="tokens"):
        stack([merge(A, 0.5, 1), merge(other, 0.5, 1)])


def test_a_route_on_one_side_only_is_refused():
    with pytest.raises(ConditioningError, match="one side"):
        stack([merge(A, 0.5, 1), merge(Conditioning(), 0.5, 1)])
