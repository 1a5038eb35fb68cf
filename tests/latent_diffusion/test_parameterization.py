import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from latent_diffusion.parameterization import (
    PARAMETERIZATIONS,
    UnknownParameterizationError,
    parameterization_named,
)

levels = st.floats(0.02, 100)
generator = torch.Generator().manual_seed(0)
x0, noise, wrong = (torch.randn(2, 4, 3, 3, generator=generator, dtype=torch.float64) for _ in range(3))


@pytest.mark.parametrize("name", PARAMETERIZATIONS)
@given(sigma=levels)
def test_a_network_that_hits_its_target_denoises_perfectly(name, sigma):
    predicts = parameterization_named(name)
    output = predicts.target(x0, noise, torch.tensor(sigma, dtype=torch.float64))
    torch.testing.assert_close(predicts.denoised(output, x0 + sigma * noise, sigma), x0, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", PARAMETERIZATIONS)
@given(sigma=levels)
def test_the_error_scale_relates_errors_of_the_output_and_of_x0(name, sigma):
    predicts = parameterization_named(name)
    target = predicts.target(x0, noise, torch.tensor(sigma, dtype=torch.float64))
    denoised = predicts.denoised(target + wrong, x0 + sigma * noise, sigma)
    scale = predicts.error_scale(torch.tensor(sigma**-2, dtype=torch.float64))
    torch.testing.assert_close(wrong.square().mean(), scale * (denoised - x0).square().mean())


@given(levels)
def test_v_is_alpha_noise_minus_sigma_x0(sigma):
    alpha = (1 + sigma**2) ** -0.5
    v = parameterization_named("v").target(x0, noise, torch.tensor(sigma, dtype=torch.float64))
    torch.testing.assert_close(v, alpha * noise - alpha * sigma * x0)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UnknownParameterizationError, match="epsilon, v"):
        parameterization_named("velocity")
