import pytest
import torch
from torch.distributions import Normal, kl_divergence

from latent_diffusion.distribution import DiagonalGaussian

MOMENTS = torch.randn(2, 8, 4, 4, generator=torch.Generator().manual_seed(0))


def test_moments_are_mean_then_log_variance():
    q = DiagonalGaussian.from_moments(MOMENTS)
    assert torch.equal(q.mode(), MOMENTS[:, :4])
    assert torch.equal(q.logvar, MOMENTS[:, 4:])


def test_the_log_variance_is_clamped():
    q = DiagonalGaussian.from_moments(100 * MOMENTS)
    assert float(q.logvar.min()) == -30
    assert float(q.logvar.max()) == 20


def test_kl_equals_that_of_torch_distributions_summed_over_an_image():
    q = DiagonalGaussian.from_moments(MOMENTS)
    expected = kl_divergence(Normal(q.mean, (0.5 * q.logvar).exp()), Normal(0.0, 1.0)).sum((1, 2, 3))
    torch.testing.assert_close(q.kl(), expected)


def test_kl_of_the_standard_normal_is_0():
    assert DiagonalGaussian.from_moments(torch.zeros(3, 2, 4, 4)).kl().tolist() == [0, 0, 0]


def test_samples_have_the_mean_and_the_variance():
    moments = torch.cat([torch.full((1, 1, 100, 100), 2.0), torch.full((1, 1, 100, 100), -1.0)], dim=1)
    drawn = DiagonalGaussian.from_moments(moments).sample(torch.Generator().manual_seed(0))
    assert float(drawn.mean()) == pytest.approx(2, abs=0.03)
    assert float(drawn.var().log()) == pytest.approx(-1, abs=0.05)


def test_equal_generators_draw_equal_latents():
    q = DiagonalGaussian.from_moments(MOMENTS)
    assert torch.equal(*(q.sample(torch.Generator().manual_seed(4)) for _ in range(2)))


def test_gradients_reach_the_moments():
    moments = MOMENTS.clone().requires_grad_()
    DiagonalGaussian.from_moments(moments).sample(torch.Generator().manual_seed(0)).sum().backward()
    assert bool((moments.grad != 0).all())
