import pytest
import torch
from diffusers import DDPMScheduler

from latent_diffusion.objective import ldm_loss, q_sample
from latent_diffusion.schedule import NoiseSchedule

SCHEDULE = NoiseSchedule.scaled_linear()
T = torch.tensor([0, 100, 600, 999])
generator = torch.Generator().manual_seed(1)
X0, NOISE, GUESS = (torch.randn(4, 4, 8, 8, generator=generator) for _ in range(3))
COLUMN = SCHEDULE.alphas_cumprod[T].float().view(-1, 1, 1, 1)


def predicting(denoised, parameterization):
    """A network whose answer corresponds to `denoised`, by the definitions of epsilon and v."""

    def network(x_t, t):
        epsilon = (x_t - COLUMN.sqrt() * denoised) / (1 - COLUMN).sqrt()
        v = COLUMN.sqrt() * epsilon - (1 - COLUMN).sqrt() * denoised
        return {"epsilon": epsilon, "v": v}[parameterization]

    return network


def test_q_sample_equals_that_of_diffusers():
    peer = DDPMScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012)
    torch.testing.assert_close(
        q_sample(X0, T, NOISE, SCHEDULE), peer.add_noise(X0, NOISE, T), rtol=0, atol=1e-4
    )


@pytest.mark.parametrize("parameterization", ["epsilon", "v"])
def test_a_perfect_network_has_no_loss(parameterization):
    loss = ldm_loss(predicting(X0, parameterization), X0, T, NOISE, {}, SCHEDULE, parameterization)
    assert loss.shape == (4,)
    torch.testing.assert_close(loss, torch.zeros(4), rtol=0, atol=1e-6)


def test_without_weights_it_is_the_mean_square_of_the_noise_error():
    guess = predicting(GUESS, "epsilon")
    loss = ldm_loss(guess, X0, T, NOISE, {}, SCHEDULE, "epsilon", min_snr_gamma=None)
    epsilon = guess(q_sample(X0, T, NOISE, SCHEDULE), T)
    torch.testing.assert_close(loss, (NOISE - epsilon).square().mean((1, 2, 3)))


@pytest.mark.parametrize("parameterization", ["epsilon", "v"])
def test_min_snr_counts_an_error_of_x0_alike_whatever_is_predicted(parameterization):
    loss = ldm_loss(predicting(GUESS, parameterization), X0, T, NOISE, {}, SCHEDULE, parameterization, 5.0)
    snr = (COLUMN / (1 - COLUMN)).flatten()
    expected = snr.clamp(max=5.0) * (X0 - GUESS).square().mean((1, 2, 3))
    torch.testing.assert_close(loss, expected, rtol=2e-3, atol=1e-6)


def test_the_network_gets_the_conditioning_and_t_as_floats():
    seen = {}

    def network(x_t, t, context):
        seen.update(t=t, context=context)
        return x_t

    context = torch.ones(4, 2, 3)
    ldm_loss(network, X0, T, NOISE, {"context": context}, SCHEDULE)
    assert seen["t"].dtype == torch.float32
    assert seen["context"] is context
