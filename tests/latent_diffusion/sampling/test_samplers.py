"""Laws of samplers: exact solutions, orders of convergence, variances, and equality with diffusers."""

import math

import pytest
import torch
from diffusers import (
    DDIMScheduler,
    DDPMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
    PNDMScheduler,
)

from latent_diffusion.sampling import SAMPLERS
from latent_diffusion.sampling.noise import NoiseSource
from latent_diffusion.sampling.spacing import sigma_grid
from latent_diffusion.schedule import NoiseSchedule
from tests.resources.gaussian_data import TwoGaussians

# diffusers hands tensors to numpy in a way that numpy 2 is about to drop
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SD1 = NoiseSchedule.scaled_linear()
BETAS = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
LEADING = {**BETAS, "timestep_spacing": "leading", "steps_offset": 1}
DATA = TwoGaussians()
GAUSSIAN = TwoGaussians(m=0.0, s=0.7)
SHAPE = (1, 4, 6, 6)
STEPS = 10


def start() -> torch.Tensor:
    """x_T ~ N(0, I), as the variance-preserving schedulers begin."""
    return NoiseSource(3, SHAPE).draw()


def ours(sampler, spacing, **options):
    source = NoiseSource(3, SHAPE)
    sigmas = sigma_grid(SD1, STEPS, spacing)
    x = source.draw() * (1 + float(sigmas[0]) ** 2) ** 0.5
    return SAMPLERS[sampler](DATA.denoise, x, sigmas, source.draw, **options)


def vp_peer(scheduler, **step_options):
    """The peer's loop in variance-preserving space, with the same perfect network."""
    scheduler.set_timesteps(STEPS)
    x = start()
    for t in scheduler.timesteps:
        x = scheduler.step(DATA.epsilon(x, float(SD1.sigma(float(t)))), t, x, **step_options).prev_sample
    return x


def generator_after_the_start():
    generator = torch.Generator().manual_seed(3)
    torch.randn(SHAPE, generator=generator)
    return generator


def test_ddim_equals_that_of_diffusers():
    peer = vp_peer(DDIMScheduler(**LEADING, clip_sample=False, set_alpha_to_one=True))
    torch.testing.assert_close(ours("ddim", "uniform"), peer, rtol=0, atol=1e-4)


def test_ddim_with_noise_equals_that_of_diffusers():
    scheduler = DDIMScheduler(**LEADING, clip_sample=False, set_alpha_to_one=True)
    peer = vp_peer(scheduler, eta=0.6, generator=generator_after_the_start())
    torch.testing.assert_close(ours("ddim", "uniform", eta=0.6), peer, rtol=0, atol=1e-4)


def test_ddpm_equals_that_of_diffusers():
    scheduler = DDPMScheduler(**LEADING, clip_sample=False, variance_type="fixed_small")
    peer = vp_peer(scheduler, generator=generator_after_the_start())
    torch.testing.assert_close(ours("ddpm", "uniform"), peer, rtol=0, atol=1e-4)


def test_plms_equals_that_of_diffusers():
    peer = vp_peer(PNDMScheduler(**LEADING, skip_prk_steps=True, set_alpha_to_one=True))
    torch.testing.assert_close(ours("plms", "uniform"), peer, rtol=0, atol=1e-4)


def test_dpmpp_2m_equals_that_of_diffusers():
    scheduler = DPMSolverMultistepScheduler(**BETAS, use_karras_sigmas=True, lower_order_final=True)
    scheduler.set_timesteps(STEPS)
    x = start()
    for index, t in enumerate(scheduler.timesteps):
        x = scheduler.step(DATA.epsilon(x, float(scheduler.sigmas[index])), t, x).prev_sample
    torch.testing.assert_close(ours("dpmpp_2m", "karras"), x, rtol=0, atol=1e-4)


@pytest.mark.parametrize(
    ("sampler", "scheduler_class"), [("euler", EulerDiscreteScheduler), ("heun", HeunDiscreteScheduler)]
)
def test_euler_and_heun_equal_those_of_diffusers(sampler, scheduler_class):
    scheduler = scheduler_class(**BETAS, timestep_spacing="trailing")
    scheduler.set_timesteps(STEPS)
    x = start() * (1 + float(scheduler.sigmas[0]) ** 2) ** 0.5
    for index, t in enumerate(scheduler.timesteps):
        x_in = scheduler.scale_model_input(x, t)
        x = scheduler.step(DATA.epsilon(x_in, float(scheduler.sigmas[index])), t, x).prev_sample
    torch.testing.assert_close(ours(sampler, "trailing"), x, rtol=0, atol=1e-4)


def error(sampler: str, sigmas: torch.Tensor) -> float:
    """Distance from the exact solution of the ODE at sigmas[-1]."""
    x = start().double() * float(sigmas[0])
    solved = SAMPLERS[sampler](GAUSSIAN.denoise, x, sigmas, torch.Tensor)
    return float((solved - GAUSSIAN.flow(x, float(sigmas[0]), float(sigmas[-1]))).abs().max())


def order(sampler: str, grid) -> float:
    """The power of the step size with which the error falls."""
    return math.log2(error(sampler, grid(64)) / error(sampler, grid(128)))


def even_in_log_sigma(n: int) -> torch.Tensor:
    return torch.logspace(1, -1, n + 1, dtype=torch.float64)


def even_in_sigma(n: int) -> torch.Tensor:
    return torch.linspace(4, 1, n + 1, dtype=torch.float64)


@pytest.mark.parametrize(("sampler", "expected"), [("euler", 1), ("ddim", 1), ("heun", 2), ("dpmpp_2m", 2)])
def test_a_deterministic_sampler_converges_with_its_order(sampler, expected):
    assert order(sampler, even_in_log_sigma) == pytest.approx(expected, abs=0.25)


def test_plms_converges_with_order_3_at_least_on_even_steps():
    assert order("plms", even_in_sigma) > 2.85


@pytest.mark.parametrize("sampler", ["euler", "heun", "dpmpp_2m", "plms", "ddim"])
def test_fifty_steps_from_noise_arrive_at_the_exact_solution(sampler):
    sigmas = sigma_grid(SD1, 50, "uniform" if sampler == "plms" else "karras")
    assert error(sampler, sigmas) < {"euler": 0.08, "ddim": 0.08}.get(sampler, 0.02)


@pytest.mark.parametrize(
    ("sampler", "options"), [("ddpm", {}), ("ddim", {"eta": 1.0}), ("ddim", {"eta": 0.5})]
)
def test_stochastic_samplers_reproduce_the_variance_of_the_data(sampler, options):
    source = NoiseSource(0, (1, 1, 100, 100))
    sigmas = sigma_grid(SD1, 250, "uniform")
    x = source.draw() * (float(sigmas[0]) ** 2 + GAUSSIAN.s**2) ** 0.5
    samples = SAMPLERS[sampler](GAUSSIAN.denoise, x, sigmas, source.draw, **options)
    assert float(samples.mean()) == pytest.approx(0, abs=0.03)
    assert float(samples.std()) == pytest.approx(GAUSSIAN.s, rel=0.04)


def test_ddim_with_eta_1_is_ddpm():
    torch.testing.assert_close(ours("ddim", "karras", eta=1.0), ours("ddpm", "karras"), rtol=0, atol=1e-4)


def test_ddim_without_noise_is_euler():
    torch.testing.assert_close(ours("ddim", "karras"), ours("euler", "karras"), rtol=0, atol=1e-5)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_sampler_leaves_its_input_alone_and_tells_of_every_step(sampler):
    told = []
    x = start()
    before = x.clone()
    sigmas = sigma_grid(SD1, 5)
    SAMPLERS[sampler](
        DATA.denoise, x, sigmas, NoiseSource(0, SHAPE).draw, callback=lambda i, n, x, d: told.append((i, n))
    )
    assert told == [(step, 5) for step in range(5)]
    assert torch.equal(x, before)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_single_step_is_the_denoised_latent(sampler):
    sigmas = torch.tensor([10.0, 0.0], dtype=torch.float64)
    x = 10 * start()
    solved = SAMPLERS[sampler](DATA.denoise, x, sigmas, NoiseSource(0, SHAPE).draw)
    torch.testing.assert_close(solved, DATA.denoise(x, 10.0), rtol=0, atol=1e-5)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_what_the_callback_raises_ends_the_sampling(sampler):
    evaluated = []

    def denoise(x, sigma):
        evaluated.append(sigma)
        return DATA.denoise(x, sigma)

    def cancel(step, steps, x, denoised):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SAMPLERS[sampler](denoise, start(), sigma_grid(SD1, 5), NoiseSource(0, SHAPE).draw, callback=cancel)
    assert len(evaluated) == 1
