import pytest
import torch

from latent_diffusion.vector_quantizer import VectorQuantizer


def quantizer(**options) -> VectorQuantizer:
    torch.manual_seed(0)
    return VectorQuantizer(entries=16, dimension=3, **options)


Z = 0.05 * torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(1))


def test_each_vector_becomes_its_nearest_entry():
    layer = quantizer()
    quantized = layer(Z)
    vectors = Z.permute(0, 2, 3, 1).reshape(-1, 3)
    nearest = torch.cdist(vectors, layer.embedding.weight).argmin(1).view(2, 4, 5)
    assert torch.equal(quantized.indices, nearest)
    torch.testing.assert_close(quantized.latent, layer.lookup(nearest))


def test_entries_of_the_codebook_stay_themselves():
    layer = quantizer()
    indices = torch.arange(16).view(1, 4, 4)
    quantized = layer(layer.lookup(indices))
    assert torch.equal(quantized.indices, indices)
    assert quantized.loss.item() == pytest.approx(0, abs=1e-12)


def test_the_gradient_passes_straight_through():
    z = Z.clone().requires_grad_()
    weights = torch.randn(Z.shape, generator=torch.Generator().manual_seed(2))
    (quantizer()(z).latent * weights).sum().backward()
    torch.testing.assert_close(z.grad, weights)


@pytest.mark.parametrize(("legacy", "on_z", "on_codebook"), [(False, 0.25, 1.0), (True, 1.0, 0.25)])
def test_beta_weighs_the_commitment_and_in_legacy_models_the_codebook(legacy, on_z, on_codebook):
    layer = quantizer(legacy=legacy)
    z = Z.clone().requires_grad_()
    quantized = layer(z)
    quantized.loss.backward()
    difference = 2 * (Z - layer.lookup(quantized.indices)).detach() / Z.numel()
    torch.testing.assert_close(z.grad, on_z * difference)
    torch.testing.assert_close(
        layer.embedding.weight.grad.sum(0), -on_codebook * difference.sum((0, 2, 3)), rtol=1e-4, atol=1e-7
    )


def test_the_checkpoint_key_and_the_initial_range_are_those_of_compvis():
    layer = quantizer()
    assert list(layer.state_dict()) == ["embedding.weight"]
    assert layer.embedding.weight.abs().max().item() <= 1 / 16
