import pytest
import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, EulerDiscreteScheduler
from hypothesis import given
from hypothesis import strategies as st

from latent_diffusion.sampling.spacing import SPACINGS, SpacingError, sigma_grid
from latent_diffusion.schedule import NoiseSchedule

# diffusers hands tensors to numpy in a way that numpy 2 is about to drop
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SD1 = NoiseSchedule.scaled_linear()
BETAS = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}


@pytest.mark.parametrize(  # golden values for 8 steps of Stable Diffusion 1, computed elsewhere in float64
    ("spacing", "expected"),
    [
        ("trailing", [14.6146, 7.2974, 4.0817, 2.4925, 1.6129, 1.0690, 0.6932, 0.3977, 0]),
        ("linspace", [14.6146, 6.6780, 3.5221, 2.0606, 1.2768, 0.7913, 0.4397, 0.0292, 0]),
        ("uniform", [7.3718, 4.1167, 2.5109, 1.6237, 1.0760, 0.6984, 0.4022, 0.0413, 0]),
        ("karras", [14.6146, 7.9029, 4.0277, 1.9104, 0.8289, 0.3211, 0.1072, 0.0292, 0]),
    ],
)
def test_golden_grids(spacing, expected):
    torch.testing.assert_close(
        sigma_grid(SD1, 8, spacing), torch.tensor(expected).double(), rtol=0, atol=6e-5
    )


@pytest.mark.parametrize("steps", [8, 20, 50])
def test_trailing_equals_that_of_diffusers(steps):
    peer = EulerDiscreteScheduler(**BETAS, timestep_spacing="trailing")
    peer.set_timesteps(steps)
    torch.testing.assert_close(sigma_grid(SD1, steps, "trailing").float(), peer.sigmas, rtol=1e-4, atol=0)


@pytest.mark.parametrize("steps", [8, 20, 30, 50])
def test_karras_equals_that_of_diffusers(steps):
    peer = DPMSolverMultistepScheduler(**BETAS, use_karras_sigmas=True)
    peer.set_timesteps(steps)
    torch.testing.assert_close(sigma_grid(SD1, steps, "karras").float(), peer.sigmas, rtol=1e-4, atol=0)


@pytest.mark.parametrize("steps", [7, 20, 30, 60])
def test_uniform_visits_the_steps_of_ddim_with_offset_1(steps):
    peer = DDIMScheduler(**BETAS, timestep_spacing="leading", steps_offset=1)
    peer.set_timesteps(steps)
    torch.testing.assert_close(
        SD1.timestep(sigma_grid(SD1, steps, "uniform")[:-1]), peer.timesteps.double(), rtol=0, atol=1e-6
    )


@pytest.mark.parametrize("spacing", SPACINGS)
@given(steps=st.integers(1, 1000))
def test_every_grid_falls_from_within_the_range_to_0(spacing, steps):
    grid = sigma_grid(SD1, steps, spacing)
    assert grid.shape == (steps + 1,)
    assert bool((grid.diff() < 0).all())
    assert float(grid[0]) <= SD1.sigma_max * (1 + 1e-9)
    assert float(grid[-1]) == 0
    assert float(grid[-2]) >= SD1.sigma_min * (1 - 1e-9)


@pytest.mark.parametrize("steps", [0, 1001])
def test_steps_out_of_range_are_refused(steps):
    with pytest.raises(SpacingError, match="1000 steps"):
        sigma_grid(SD1, steps)


def test_an_unknown_spacing_lists_the_known_ones():
    with pytest.raises(SpacingError, match="karras, uniform, linspace, trailing"):
        sigma_grid(SD1, 10, "exponentially")
