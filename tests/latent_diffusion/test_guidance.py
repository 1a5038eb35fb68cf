import pytest
import torch

from latent_diffusion.conditioning import Conditioning
from latent_diffusion.denoiser import Denoiser
from latent_diffusion.guidance import Guidance, MissingNegativeError, guided, rescaled
from latent_diffusion.schedule import NoiseSchedule
from tests.resources.toy_network import ToyNetwork

SCHEDULE = NoiseSchedule.scaled_linear()
X = torch.randn(2, 4, 5, 5, generator=torch.Generator().manual_seed(0))
POSITIVE = Conditioning.of(tokens=torch.randn(1, 4, 6, generator=torch.Generator().manual_seed(1)))
NEGATIVE = Conditioning.of(tokens=torch.randn(1, 2, 6, generator=torch.Generator().manual_seed(2)))


def toy(**fields) -> Denoiser:
    return Denoiser(ToyNetwork(), SCHEDULE, **fields)


def test_it_is_e_u_plus_s_times_the_difference():
    denoiser, sigma = toy(), 3.0
    epsilon_u, epsilon_c = ((X - denoiser.denoise(X, sigma, c)) / sigma for c in (NEGATIVE, POSITIVE))
    expected = X - sigma * (epsilon_u + 2.5 * (epsilon_c - epsilon_u))
    torch.testing.assert_close(guided(denoiser, POSITIVE, NEGATIVE, Guidance(2.5))(X, sigma), expected)


def test_both_sides_go_through_one_call():
    denoiser = toy()
    guided(denoiser, POSITIVE, NEGATIVE, Guidance(2.5))(X, 3.0)
    assert denoiser.network.calls == [4]


def test_scale_1_is_the_conditional_model_in_one_call_of_the_batch():
    denoiser = toy()
    assert torch.equal(
        guided(denoiser, POSITIVE, None, Guidance(1.0))(X, 3.0), denoiser.denoise(X, 3.0, POSITIVE)
    )
    assert denoiser.network.calls == [2, 2]


def test_scale_0_is_the_unconditional_model():
    denoiser = toy()
    torch.testing.assert_close(
        guided(denoiser, POSITIVE, NEGATIVE, Guidance(0.0))(X, 3.0), denoiser.denoise(X, 3.0, NEGATIVE)
    )


def test_outside_its_interval_it_costs_nothing():
    denoiser = toy()
    late = float(SCHEDULE.sigma(100))  # progress 0.9
    denoised = guided(denoiser, POSITIVE, NEGATIVE, Guidance(5.0, end=0.8))(X, late)
    assert denoiser.network.calls == [2]
    assert torch.equal(denoised, denoiser.denoise(X, late, POSITIVE))


def test_a_missing_negative_is_the_null_of_the_denoiser():
    denoiser = toy(null=NEGATIVE)
    without = guided(denoiser, POSITIVE, None, Guidance(3.0))(X, 3.0)
    torch.testing.assert_close(without, guided(denoiser, POSITIVE, NEGATIVE, Guidance(3.0))(X, 3.0))


def test_nothing_to_guide_away_from_is_an_error_with_a_way_out():
    with pytest.raises(MissingNegativeError, match="guidance to 1"):
        guided(toy(), POSITIVE, None, Guidance(3.0))


def test_an_unconditional_model_has_nothing_to_guide():
    denoiser = toy(routes=frozenset())
    guided(denoiser, Conditioning(), None, Guidance(3.0))(X, 3.0)
    assert denoiser.network.calls == [2]


def test_channels_that_training_dropped_are_guided_away_from():
    null = Conditioning.of(channels=torch.zeros(1, 1, 1, 1))
    denoiser = Denoiser(
        ToyNetwork(in_channels=5), SCHEDULE, concat_channels=1, routes=frozenset({"channels"}), null=null
    )
    ones, zeros = (Conditioning.of(channels=torch.full((1, 1, 5, 5), value)) for value in (1.0, 0.0))
    implied = guided(denoiser, ones, None, Guidance(2.0))(X, 3.0)
    torch.testing.assert_close(implied, guided(denoiser, ones, zeros, Guidance(2.0))(X, 3.0))


def test_channels_that_training_never_dropped_stay_on_both_sides():
    denoiser = Denoiser(
        ToyNetwork(in_channels=5), SCHEDULE, concat_channels=1, routes=frozenset({"tokens", "channels"})
    )
    channels = Conditioning.of(channels=torch.ones(1, 1, 5, 5))
    implied = guided(denoiser, POSITIVE + channels, NEGATIVE, Guidance(2.0))(X, 3.0)
    given = guided(denoiser, POSITIVE + channels, NEGATIVE + channels, Guidance(2.0))(X, 3.0)
    torch.testing.assert_close(implied, given)


def test_rescaling_by_1_gives_each_image_the_deviation_of_the_conditional_one():
    conditional = torch.stack([0.3 * X[0], 2 * X[1]])
    deviation = rescaled(5 * X + 1, conditional, 1.0).std((1, 2, 3))
    torch.testing.assert_close(deviation, conditional.std((1, 2, 3)))


def test_rescaling_lies_between_none_and_full():
    none, half, full = (rescaled(X, 0.3 * X.flip(0), phi) for phi in (0.0, 0.5, 1.0))
    assert torch.equal(none, X)
    torch.testing.assert_close(half, (none + full) / 2)


def test_rescaling_tames_strong_guidance():
    denoiser = toy()
    conditional = denoiser.denoise(X, 3.0, POSITIVE)
    denoised = guided(denoiser, POSITIVE, NEGATIVE, Guidance(20.0, rescale=1.0))(X, 3.0)
    torch.testing.assert_close(denoised.std((1, 2, 3)), conditional.std((1, 2, 3)))
