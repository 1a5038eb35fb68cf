import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from latent_diffusion.sampling.noise import NoiseSource, SeedError, image_seed


def test_the_first_image_draws_what_torch_draws_for_the_seed():
    noise = NoiseSource(42, (1, 1, 8, 8)).draw().flatten()[:5]
    expected = torch.tensor([1.926915, 1.487284, 0.900717, -2.105521, 0.678418])
    torch.testing.assert_close(noise, expected, rtol=0, atol=1e-6)


@given(seed=st.integers(0, 2**64 - 1), index=st.integers(0, 3), draws=st.integers(1, 3))
def test_an_image_draws_the_same_alone_and_in_a_batch(seed, index, draws):
    batch = NoiseSource(seed, (4, 2, 3, 3))
    alone = NoiseSource(seed, (1, 2, 3, 3), first_index=index)
    for _ in range(draws):
        assert torch.equal(batch.draw()[index], alone.draw()[0])


def test_images_and_draws_differ():
    source = NoiseSource(7, (2, 1, 4, 4))
    first, second = source.draw(), source.draw()
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first, second)


@given(seed=st.integers(0, 1000), index=st.integers(1, 50))
def test_near_seeds_share_no_image(seed, index):
    assert image_seed(seed, index) != image_seed(seed + index, 0)
    assert image_seed(seed, index) != image_seed(seed + 1, index - 1)


@pytest.mark.parametrize(("seed", "index"), [(-1, 0), (2**64, 0), (0, -1)])
def test_a_seed_out_of_range_is_refused(seed, index):
    with pytest.raises(SeedError):
        image_seed(seed, index)
