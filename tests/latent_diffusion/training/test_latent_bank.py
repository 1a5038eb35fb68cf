import numpy as np
import pytest
import torch

from latent_diffusion.training import latent_bank
from latent_diffusion.training.latent_bank import LatentBankError, build_latent_bank, measure_latent_scale
from latent_diffusion.training.precision import images_to_tensor
from tests.resources.tiny_models import CPU, tiny_autoencoder
from tests.resources.tiny_training import Stopped, pictures


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    """Four pictures a batch instead of sixty-four."""
    monkeypatch.setattr(latent_bank, "BATCH", 4)


def batch(number: int) -> torch.Tensor:
    return pictures(number, batch=4, size=8)


def build(path, count, on_step=lambda step, steps: None, source=batch):
    return build_latent_bank(tiny_autoencoder(), source, count, path, device=CPU, on_step=on_step)


def test_a_bank_holds_the_scaled_latents_in_order(tmp_path):
    bank = build(tmp_path / "bank.npy", 10)
    assert (bank.shape, bank.dtype) == ((12, 4, 2, 2), np.float16)  # whole batches
    with torch.no_grad():
        expected = tiny_autoencoder().encode(images_to_tensor(batch(2), CPU))
    torch.testing.assert_close(torch.from_numpy(bank[8:].astype(np.float32)), expected, atol=1e-2, rtol=1e-2)


def test_a_finished_bank_is_not_built_again(tmp_path):
    first = build(tmp_path / "bank.npy", 8)
    encoded = []
    again = build(tmp_path / "bank.npy", 8, lambda done, total: encoded.append(done))
    assert encoded == []
    assert np.array_equal(first, again)


@pytest.mark.parametrize("count", [0, -5])
def test_an_empty_bank_is_refused(tmp_path, count):
    with pytest.raises(LatentBankError, match=rf"at least one picture, and {count} are asked for"):
        build(tmp_path / "bank.npy", count)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("count", "fields", "size", "wanted"),
    [
        (12, {}, 8, "[12, 4, 2, 2]"),
        (8, {"embed_dim": 2, "z_channels": 2}, 8, "[8, 2, 2, 2]"),
        (8, {}, 16, "[8, 4, 4, 4]"),
    ],
    ids=["another count", "other channels", "another size"],
)
def test_a_bank_of_other_latents_is_not_taken(tmp_path, count, fields, size, wanted):
    path = tmp_path / "bank.npy"
    before = build(path, 8).copy()
    with pytest.raises(
        LatentBankError, match=r"float16 \[8, 4, 2, 2\], and float16 .*; delete the file"
    ) as told:
        build_latent_bank(
            tiny_autoencoder(**fields),
            lambda number: pictures(number, batch=4, size=size),
            count,
            path,
            device=CPU,
            on_step=lambda step, steps: None,
        )
    assert wanted in str(told.value)
    assert np.array_equal(np.load(path), before)


def test_a_stopped_bank_of_other_latents_is_not_gone_on_with(tmp_path):
    def stop(step: int, steps: int) -> None:
        if step == 51:
            raise Stopped

    with pytest.raises(Stopped):
        build(tmp_path / "bank.npy", 220, stop)
    with pytest.raises(LatentBankError, match=r"is wanted; delete the file"):
        build(tmp_path / "bank.npy", 240)


def test_a_damaged_bank_is_named(tmp_path):
    build(tmp_path / "bank.npy", 8)
    (tmp_path / "bank.npy").write_bytes((tmp_path / "bank.npy").read_bytes()[:150])
    with pytest.raises(LatentBankError, match=r"bank\.npy is damaged .*; delete the file"):
        build(tmp_path / "bank.npy", 8)


def test_a_stopped_bank_goes_on_to_the_same_bits(tmp_path):
    made = []

    def source(number: int) -> torch.Tensor:
        made.append(number)
        return batch(number)

    def stop(step: int, steps: int) -> None:
        if step == 53:
            raise Stopped

    whole = build(tmp_path / "whole.npy", 220)
    with pytest.raises(Stopped):
        build(tmp_path / "parts.npy", 220, stop)
    assert not (tmp_path / "parts.npy").exists()
    parts = build(tmp_path / "parts.npy", 220, source=source)
    assert made == [0, 50, 51, 52, 53, 54]  # the first to learn the size of the pictures
    assert np.array_equal(whole, parts)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["parts.npy", "whole.npy"]


@pytest.mark.parametrize("regularization", ["kl", "vq"])
def test_the_latent_scale_is_measured_on_unscaled_latents(regularization):
    autoencoder = tiny_autoencoder(regularization=regularization)
    images = images_to_tensor(batch(0), CPU)
    for _ in range(2):  # measuring again changes nothing
        measure_latent_scale(autoencoder, images)
        with torch.no_grad():
            z = autoencoder.encode(images)
        torch.testing.assert_close(z.mean((0, 2, 3)), torch.zeros(4), atol=1e-5, rtol=0)
        torch.testing.assert_close(z.std((0, 2, 3)), torch.ones(4), atol=1e-4, rtol=0)
