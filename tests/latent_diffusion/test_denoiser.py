from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import FrozenInstanceError, dataclass

import pytest
import torch
from torch import nn

from latent_diffusion.conditioning import Conditioning, ConditioningError
from latent_diffusion.denoiser import Denoiser, IgnoredConditioningError, LatentShapeError
from latent_diffusion.schedule import NoiseSchedule
from tests.resources.gaussian_data import PerfectNetwork, TwoGaussians
from tests.resources.toy_network import ToyNetwork

SCHEDULE = NoiseSchedule.scaled_linear()
X = torch.randn(2, 4, 5, 5, generator=torch.Generator().manual_seed(0))
SHORT = Conditioning.of(tokens=torch.randn(1, 2, 6, generator=torch.Generator().manual_seed(1)))
LONG = Conditioning.of(tokens=torch.randn(2, 5, 6, generator=torch.Generator().manual_seed(2)))


@dataclass(frozen=True)
class AddToOutput:
    """A patch that adds its strength to what the network returns."""

    name: str = "add"

    @contextmanager
    def applied(self, network: nn.Module, strength: float) -> Iterator[None]:
        handle = network.register_forward_hook(lambda module, inputs, output: output + strength)
        try:
            yield
        finally:
            handle.remove()


def toy(**fields) -> Denoiser:
    return Denoiser(ToyNetwork(), SCHEDULE, **fields)


@pytest.mark.parametrize("parameterization", ["epsilon", "v"])
@pytest.mark.parametrize("t", [0, 250, 999])
def test_a_perfect_network_denoises_to_the_conditional_mean(parameterization, t):
    data = TwoGaussians()
    network = PerfectNetwork(data, SCHEDULE, parameterization)
    denoiser = Denoiser(network, SCHEDULE, parameterization, routes=frozenset())
    sigma = float(SCHEDULE.sigma(t))
    torch.testing.assert_close(denoiser.denoise(sigma * X, sigma), data.denoise(sigma * X, sigma))


def test_several_conditionings_in_one_call_equal_each_alone():
    denoiser = toy()
    together = denoiser.denoise_each(X, 3.0, (SHORT, LONG))
    assert denoiser.network.calls == [4]
    for denoised, conditioning in zip(together, (SHORT, LONG), strict=True):
        torch.testing.assert_close(denoised, denoiser.denoise(X, 3.0, conditioning))


def test_every_route_reaches_the_network():
    denoiser = Denoiser(
        ToyNetwork(in_channels=5),
        SCHEDULE,
        concat_channels=1,
        routes=frozenset({"tokens", "channels", "vector"}),
    )
    everything = Conditioning.of(
        tokens=torch.ones(1, 2, 6), channels=torch.ones(1, 1, 5, 5), vector=torch.ones(1, 3)
    )
    base = denoiser.denoise(X, 3.0, everything)
    for route in ("tokens", "channels", "vector"):
        fields = {name: getattr(everything.entries[0], name) for name in ("tokens", "channels", "vector")}
        changed = Conditioning.of(**{**fields, route: 2 * fields[route]})
        assert not torch.allclose(base, denoiser.denoise(X, 3.0, changed))


def test_nothing_given_means_the_null_of_training():
    denoiser = toy(null=SHORT)
    torch.testing.assert_close(denoiser.denoise(X, 3.0), denoiser.denoise(X, 3.0, SHORT))


def test_after_its_range_tokens_give_way_to_the_null():
    denoiser = toy(null=SHORT)
    sigma = float(SCHEDULE.sigma(100))  # progress 0.9
    early = LONG.during(0.0, 0.5)
    torch.testing.assert_close(denoiser.denoise(X, sigma, early), denoiser.denoise(X, sigma, SHORT))


def test_a_route_that_would_be_ignored_is_an_error_with_a_way_out():
    with pytest.raises(IgnoredConditioningError, match=r"vector.*tokens.*encoder made for this model"):
        toy().denoise(X, 3.0, Conditioning.of(vector=torch.ones(1, 3)))


def test_missing_or_wrongly_sized_channels_are_an_error():
    denoiser = Denoiser(
        ToyNetwork(in_channels=5), SCHEDULE, concat_channels=1, routes=frozenset({"channels"})
    )
    with pytest.raises(ConditioningError, match="takes 1 channels"):
        denoiser.denoise(X, 3.0)
    with pytest.raises(ConditioningError, match="resize"):
        denoiser.denoise(X, 3.0, Conditioning.of(channels=torch.ones(1, 1, 4, 4)))


def test_channels_that_training_dropped_may_be_missing():
    null = Conditioning.of(channels=torch.zeros(1, 1, 1, 1))
    denoiser = Denoiser(
        ToyNetwork(in_channels=5), SCHEDULE, concat_channels=1, routes=frozenset({"channels"}), null=null
    )
    zeros = Conditioning.of(channels=torch.zeros(2, 1, 5, 5))
    torch.testing.assert_close(denoiser.denoise(X, 3.0), denoiser.denoise(X, 3.0, zeros))


def test_a_latent_of_another_shape_is_an_error():
    with pytest.raises(LatentShapeError, match=r"\[B, 4, h, w\]"):
        toy().denoise(X[:, :3], 3.0, SHORT)


def test_patches_act_during_the_call_only():
    denoiser = toy()
    plain = denoiser.denoise(X, 3.0, SHORT)
    patched = denoiser.patched(AddToOutput(), 0.5).denoise(X, 3.0, SHORT)
    torch.testing.assert_close(patched, plain - 3.0 * 0.5)  # epsilon + 0.5
    torch.testing.assert_close(denoiser.denoise(X, 3.0, SHORT), plain)


def test_patches_of_one_conditioning_do_not_leak_into_the_other():
    denoiser = toy(routes=frozenset({"tokens", "patches"}))
    with_patch = SHORT + Conditioning.of(patches=(AddToOutput(),)).weighted(0.5)
    plain, patched = denoiser.denoise_each(X, 3.0, (SHORT, with_patch))
    torch.testing.assert_close(plain, denoiser.denoise(X, 3.0, SHORT))
    torch.testing.assert_close(patched, plain - 3.0 * 0.5)


def test_the_network_computes_in_its_dtype_and_the_state_stays_float32():
    denoiser = Denoiser(ToyNetwork().to(torch.bfloat16), SCHEDULE)
    denoised = denoiser.denoise(X, 3.0, SHORT)
    assert denoised.dtype == torch.float32
    torch.testing.assert_close(denoised, toy().denoise(X, 3.0, SHORT), rtol=0, atol=0.2)


def test_progress_runs_from_noise_to_the_clean_latent():
    denoiser = toy()
    assert denoiser.progress(SCHEDULE.sigma_max) == pytest.approx(0)
    assert denoiser.progress(0.0) == 1


def test_a_denoiser_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        toy().latent_channels = 3
