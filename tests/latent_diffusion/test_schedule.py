import math

import pytest
import torch
from diffusers import DDPMScheduler
from diffusers.schedulers.scheduling_ddim import rescale_zero_terminal_snr
from hypothesis import given
from hypothesis import strategies as st

from latent_diffusion.schedule import NoiseSchedule, ScheduleError

SD1 = NoiseSchedule.scaled_linear(0.00085, 0.012)


@pytest.mark.parametrize(
    ("schedule", "theirs"),
    [
        (SD1, {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}),
        (NoiseSchedule.linear(), {"beta_schedule": "linear", "beta_start": 1e-4, "beta_end": 0.02}),
        (NoiseSchedule.cosine(), {"beta_schedule": "squaredcos_cap_v2"}),
    ],
)
def test_alphas_cumprod_equal_those_of_diffusers(schedule, theirs):
    peer = DDPMScheduler(num_train_timesteps=1000, **theirs).alphas_cumprod
    torch.testing.assert_close(schedule.alphas_cumprod.float(), peer, rtol=2e-4, atol=1e-7)


@pytest.mark.parametrize(  # the released configurations of CompVis
    ("beta_start", "beta_end", "sigma_max"),
    [(0.0015, 0.0195, 83.8), (0.0015, 0.0155, 38.7), (0.0015, 0.0205, 101.6), (0.00085, 0.012, 14.615)],
)
def test_sigma_max_of_the_released_models(beta_start, beta_end, sigma_max):
    assert NoiseSchedule.scaled_linear(beta_start, beta_end).sigma_max == pytest.approx(sigma_max, rel=2e-3)


def test_sigma_min_of_the_released_models():
    assert SD1.sigma_min == pytest.approx(0.0292, abs=5e-5)
    assert NoiseSchedule.scaled_linear(0.0015, 0.0195).sigma_min == pytest.approx(0.0388, abs=5e-5)


@given(st.floats(0, 999))
def test_timestep_inverts_sigma(t):
    assert float(SD1.timestep(SD1.sigma(t))) == pytest.approx(t, abs=1e-8)


def test_sigma_between_two_steps_is_their_geometric_mean():
    expected = math.sqrt(float(SD1.sigmas[10]) * float(SD1.sigmas[11]))
    assert float(SD1.sigma(10.5)) == pytest.approx(expected)


def test_outside_the_range_the_nearest_end_answers():
    assert float(SD1.timestep(1e6)) == 999
    assert float(SD1.timestep(0.0)) == 0
    assert float(SD1.sigma(2000)) == pytest.approx(SD1.sigma_max)
    assert float(SD1.sigma(-1)) == pytest.approx(SD1.sigma_min)


def test_alpha_and_sigma_are_those_of_a_variance_preserving_process():
    t = torch.tensor([0, 500, 999])
    alpha, sigma = SD1.alpha_sigma(t)
    torch.testing.assert_close(alpha**2 + sigma**2, torch.ones(3))
    torch.testing.assert_close((sigma / alpha).double(), SD1.sigmas[t], rtol=1e-5, atol=0)


def test_zero_terminal_snr_equals_algorithm_1_except_for_the_last_step():
    betas = 1 - SD1.alphas_cumprod / torch.cat([torch.ones(1).double(), SD1.alphas_cumprod[:-1]])
    peer = (1 - rescale_zero_terminal_snr(betas)).cumprod(0)
    rescaled = SD1.zero_terminal_snr()
    torch.testing.assert_close(rescaled.alphas_cumprod[:-1], peer[:-1])
    assert rescaled.sigma_max == pytest.approx(4518.8, abs=0.1)
    assert rescaled.sigma_min == pytest.approx(SD1.sigma_min)


@pytest.mark.parametrize(
    "alphas_cumprod", [[0.5], [0.5, 0.9], [1.0, 0.5], [0.5, 0.0], [0.5, float("nan")], [[0.9, 0.5]]]
)
def test_what_is_no_schedule_is_refused(alphas_cumprod):
    with pytest.raises(ScheduleError):
        NoiseSchedule.from_alphas_cumprod(torch.tensor(alphas_cumprod))


def test_betas_out_of_range_are_refused():
    with pytest.raises(ScheduleError, match="beta_start"):
        NoiseSchedule.scaled_linear(0.02, 0.01)


def test_a_schedule_stored_in_half_precision_still_inverts():
    half = NoiseSchedule.from_alphas_cumprod(SD1.alphas_cumprod.half())
    assert float(half.timestep(half.sigma(700.0))) == pytest.approx(700, abs=2)
