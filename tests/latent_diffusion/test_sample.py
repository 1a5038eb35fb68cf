import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from latent_diffusion.conditioning import Conditioning
from latent_diffusion.denoiser import Denoiser, IgnoredConditioningError, LatentShapeError
from latent_diffusion.guidance import Guidance
from latent_diffusion.sample import SamplingError, keeping, sample
from latent_diffusion.sampling import SAMPLERS
from latent_diffusion.sampling.noise import NoiseSource
from latent_diffusion.sampling.spacing import SPACINGS, sigma_grid
from latent_diffusion.schedule import NoiseSchedule
from tests.resources.gaussian_data import PerfectNetwork, TwoGaussians
from tests.resources.toy_network import ToyNetwork

SCHEDULE = NoiseSchedule.scaled_linear()
SHAPE = (3, 4, 6, 6)
PERFECT = Denoiser(PerfectNetwork(TwoGaussians(s=0.1), SCHEDULE), SCHEDULE, routes=frozenset())
POSITIVE = Conditioning.of(tokens=torch.randn(3, 4, 6, generator=torch.Generator().manual_seed(1)))
NEGATIVE = Conditioning.of(tokens=torch.randn(1, 2, 6, generator=torch.Generator().manual_seed(2)))
KNOWN = torch.randn(SHAPE, generator=torch.Generator().manual_seed(3))


def toy() -> Denoiser:
    return Denoiser(ToyNetwork(), SCHEDULE, "v")


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("spacing", SPACINGS)
def test_a_perfect_network_draws_from_the_data(sampler, spacing):
    drawn = sample(PERFECT, (1, 4, 16, 16), steps=60, sampler=sampler, spacing=spacing, seed=5)
    distance = (drawn.abs() - 1).abs()  # data: +1 or -1, with a deviation of 0.1
    assert float((distance < 0.5).float().mean()) > 0.97
    assert 0.35 < float((drawn > 0).float().mean()) < 0.65


def test_a_schedule_without_signal_at_its_end_works_with_v():
    schedule = SCHEDULE.zero_terminal_snr()
    denoiser = Denoiser(PerfectNetwork(TwoGaussians(s=0.1), schedule, "v"), schedule, "v", routes=frozenset())
    drawn = sample(denoiser, (1, 4, 16, 16), steps=60, sampler="ddim", spacing="trailing")
    assert float(((drawn.abs() - 1).abs() < 0.5).float().mean()) > 0.97


def test_equal_seeds_give_equal_bits_and_others_do_not():
    once, again, other = (sample(PERFECT, SHAPE, steps=4, seed=seed, sampler="ddpm") for seed in (1, 1, 2))
    assert torch.equal(once, again)
    assert not torch.equal(once, other)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_an_image_does_not_depend_on_its_batch(sampler):
    settings = {"steps": 4, "seed": 9, "sampler": sampler, "guidance": 2.0}
    batch = sample(toy(), SHAPE, POSITIVE, NEGATIVE, **settings)
    for index in range(3):
        row = Conditioning.of(tokens=POSITIVE.entries[0].tokens[index : index + 1])
        alone = sample(toy(), (1, *SHAPE[1:]), row, NEGATIVE, first_index=index, **settings)
        torch.testing.assert_close(batch[index], alone[0], rtol=1e-4, atol=1e-4)


def test_guidance_1_equals_the_conditional_model_and_asks_once_a_step():
    guided, plain = toy(), toy()
    torch.testing.assert_close(
        sample(guided, SHAPE, POSITIVE, NEGATIVE, steps=4, guidance=1.0),
        sample(plain, SHAPE, POSITIVE, None, steps=4, guidance=Guidance(1.0)),
        rtol=0,
        atol=0,
    )
    assert guided.network.calls == [3] * 4


def test_guidance_doubles_the_rows_of_each_call():
    denoiser = toy()
    sample(denoiser, SHAPE, POSITIVE, NEGATIVE, steps=4, guidance=3.0)
    assert denoiser.network.calls == [6] * 4


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_outside_the_mask_the_result_is_the_known_latent_bit_for_bit(sampler):
    mask = torch.zeros(1, 1, 6, 6)
    mask[..., 2:4, 1:5] = 1
    drawn = sample(PERFECT, SHAPE, steps=5, sampler=sampler, start=KNOWN, mask=mask)
    outside = mask.expand(SHAPE) == 0
    assert torch.equal(drawn[outside], KNOWN[outside])
    assert not torch.isclose(drawn[~outside], KNOWN[~outside]).any()


def test_a_full_mask_draws_as_without_one():
    free = sample(PERFECT, SHAPE, steps=5)
    masked = sample(PERFECT, SHAPE, steps=5, start=KNOWN, mask=torch.ones(1, 1, 6, 6))
    torch.testing.assert_close(masked, free)


def test_under_the_mask_the_network_sees_the_known_latent_at_the_current_noise_level():
    noise, x = torch.randn(2, *SHAPE, generator=torch.Generator().manual_seed(6))
    mask = torch.zeros(1, 1, 6, 6)
    mask[..., :3] = 1
    seen = []

    def denoise(x_seen, sigma):
        seen.append(x_seen)
        return torch.zeros_like(x_seen)

    denoised = keeping(denoise, KNOWN, noise, mask)(x, 2.0)
    assert torch.equal(seen[0][..., :3], x[..., :3])
    assert torch.equal(seen[0][..., 3:], (KNOWN + 2.0 * noise)[..., 3:])
    assert torch.equal(denoised[..., 3:], KNOWN[..., 3:])
    assert not denoised[..., :3].any()


class FollowsTheMean(PerfectNetwork):
    """Denoises a whole picture to what its mean says."""

    def forward(self, x, t, context=None, context_mask=None, y=None):
        sigma = float(self.schedule.sigma(t[0].item()))
        x = x * (1 + sigma**2) ** 0.5
        return (x - self.data.denoise(x.mean((2, 3), keepdim=True), sigma)) / sigma


@pytest.mark.parametrize("known", [1.0, -1.0])
def test_the_known_part_guides_the_unknown(known):
    denoiser = Denoiser(FollowsTheMean(TwoGaussians(s=0.1), SCHEDULE), SCHEDULE, routes=frozenset())
    mask = torch.zeros(1, 1, 6, 6)
    mask[..., 4:] = 1
    start = torch.full((1, 4, 6, 6), known)
    drawn = sample(denoiser, (1, 4, 6, 6), steps=30, sampler="ddim", start=start, mask=mask)
    torch.testing.assert_close(drawn, start, rtol=0, atol=0.1)


def test_a_mask_for_each_image_is_allowed():
    mask = torch.zeros(3, 1, 6, 6)
    mask[1] = 1
    drawn = sample(PERFECT, SHAPE, steps=3, start=KNOWN, mask=mask)
    assert torch.equal(drawn[[0, 2]], KNOWN[[0, 2]])
    assert not torch.equal(drawn[1], KNOWN[1])


def first_x(**settings) -> torch.Tensor:
    """What the sampler begins with."""
    seen = []
    sample(PERFECT, SHAPE, steps=10, seed=4, callback=lambda i, n, x, d: seen.append(x), **settings)
    return seen[0]


def test_it_begins_with_noise_of_variance_1_in_the_networks_space():
    noise = NoiseSource(4, SHAPE).draw()
    torch.testing.assert_close(first_x(), noise * (1 + SCHEDULE.sigma_max**2) ** 0.5)


def test_image_to_image_begins_with_the_start_under_noise():
    noise, sigma = NoiseSource(4, SHAPE).draw(), float(sigma_grid(SCHEDULE, 10)[7])
    torch.testing.assert_close(first_x(start=KNOWN, strength=0.3), KNOWN + sigma * noise)


def test_image_to_image_runs_the_last_steps_only():
    steps = []
    sample(
        PERFECT, SHAPE, steps=10, start=KNOWN, strength=0.3, callback=lambda i, n, x, d: steps.append((i, n))
    )
    assert steps == [(0, 3), (1, 3), (2, 3)]


def test_strength_0_keeps_the_start():
    assert torch.equal(sample(PERFECT, SHAPE, steps=10, start=KNOWN, strength=0.0), KNOWN)


def test_less_strength_stays_nearer_to_the_start():
    start = torch.sign(KNOWN)
    kept = [
        float((sample(PERFECT, SHAPE, steps=20, start=start, strength=s).sign() == start).float().mean())
        for s in (0.2, 0.6, 1.0)
    ]
    assert kept[0] == 1
    assert kept[0] > kept[1] > kept[2]


@given(strength=st.floats(0.01, 1.0), steps=st.integers(1, 12))
@settings(max_examples=20, deadline=None)
def test_any_strength_gives_a_finite_latent_in_at_most_all_steps(strength, steps):
    seen = []
    drawn = sample(
        PERFECT,
        (1, 4, 2, 2),
        steps=steps,
        start=torch.zeros(1, 4, 2, 2),
        strength=strength,
        callback=lambda i, n, x, d: seen.append(n),
    )
    assert bool(drawn.isfinite().all())
    assert 1 <= len(seen) == seen[0] <= steps


def test_one_start_serves_the_whole_batch():
    drawn = sample(PERFECT, SHAPE, steps=10, start=KNOWN[:1], strength=0.2)
    assert drawn.shape == SHAPE
    assert not torch.equal(drawn[0], drawn[1])


def test_nothing_is_recorded_for_gradients():
    assert not sample(toy(), SHAPE, POSITIVE, steps=2, guidance=1.0).requires_grad


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"sampler": "dpm++"}, "no sampler is named 'dpm\\+\\+'; there are: ddim"),
        (
            {"sampler": "euler", "sampler_options": {"eta": 1.0}},
            "'euler' has no option eta; its options: none",
        ),
        ({"strength": 1.5, "start": KNOWN}, "strength lies between 0"),
        ({"strength": 0.5}, "needs a latent to start from"),
        ({"mask": torch.ones(1, 1, 6, 6)}, "needs a latent to start from"),
    ],
)
def test_settings_that_describe_no_sampling_are_refused(wrong, message):
    with pytest.raises(SamplingError, match=message):
        sample(PERFECT, SHAPE, **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": (1, 3, 6, 6)},
        {"start": KNOWN[:2]},
        {"start": KNOWN[..., :5]},
        {"start": KNOWN, "mask": torch.ones(1, 1, 48, 48)},
        {"start": KNOWN, "mask": torch.ones(6, 6)},
    ],
)
def test_shapes_that_do_not_fit_are_refused(wrong):
    with pytest.raises(LatentShapeError):
        sample(PERFECT, **{"shape": SHAPE, **wrong})


def test_an_ignored_route_is_refused_before_anything_runs():
    denoiser = toy()
    with pytest.raises(IgnoredConditioningError):
        sample(denoiser, SHAPE, Conditioning.of(vector=torch.ones(1, 3)))
    assert denoiser.network.calls == []
