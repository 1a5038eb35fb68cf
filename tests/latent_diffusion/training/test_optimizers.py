import pytest
import torch
from torch import Tensor, nn

from latent_diffusion.training.optimizers import Muon, descend, make_optimizers, orthogonalize
from tests.resources.tiny_models import tiny_unet


def matrix(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", [(32, 32), (32, 90), (90, 32)])
def test_orthogonalizing_equals_the_plain_newton_schulz_iteration(shape):
    given = matrix(*shape)
    x = given.double() if shape[0] <= shape[1] else given.double().T
    x = x / x.norm()
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    expected = x if shape[0] <= shape[1] else x.T
    torch.testing.assert_close(orthogonalize(given).double(), expected, atol=1e-4, rtol=1e-3)


def test_orthogonalizing_keeps_directions_and_levels_their_lengths():
    u, s, v = torch.linalg.svd(matrix(32, 90), full_matrices=False)
    levelled = u.T @ orthogonalize((u * s) @ v) @ v.T
    lengths = levelled.diagonal()
    assert lengths.min() > 0.6
    assert lengths.max() < 1.3
    assert (levelled - torch.diag(lengths)).abs().max() < 1e-3


@pytest.mark.parametrize("shape", [(32, 48), (48, 32)])
def test_muon_equals_torch(shape):
    ours, theirs = (nn.Parameter(matrix(*shape)) for _ in range(2))
    optimizer = Muon([ours], lr=0.05, weight_decay=0.02)
    peer = torch.optim.Muon([theirs], lr=0.05, weight_decay=0.02, adjust_lr_fn="match_rms_adamw")
    for seed in range(1, 4):
        ours.grad, theirs.grad = matrix(*shape, seed=seed), matrix(*shape, seed=seed)
        optimizer.step()
        peer.step()
    moved = (ours - matrix(*shape)).norm()
    assert (ours - theirs).norm() < 0.02 * moved  # torch iterates in bfloat16


def test_a_convolution_is_a_matrix_of_outputs_and_the_rest():
    start, gradient = matrix(32, 8, 3, 3), matrix(32, 8, 3, 3, seed=1)
    for layout in (torch.contiguous_format, torch.channels_last):
        layer = nn.Conv2d(8, 32, 3).to(memory_format=layout)
        with torch.no_grad():
            layer.weight.copy_(start)
        layer.weight.grad = gradient.contiguous(memory_format=layout)
        pointer = layer.weight.data_ptr()
        Muon([layer.weight], lr=0.1, weight_decay=0.0).step()
        # Nesterov at the first step: g lerped by 0.95 to 0.05 g, of which only the direction matters.
        expected = start - 0.1 * 0.2 * 72**0.5 * orthogonalize(gradient.flatten(1)).view_as(start)
        torch.testing.assert_close(layer.weight.detach(), expected, atol=1e-5, rtol=1e-4)
        assert layer.weight.data_ptr() == pointer  # the network's own weights


def test_a_weight_without_a_gradient_stays():
    weight = nn.Parameter(matrix(32, 32))
    Muon([weight]).step()
    assert torch.equal(weight, matrix(32, 32))


def test_wide_matrices_go_to_muon_and_all_else_to_adamw():
    network = nn.Sequential(
        nn.Embedding(64, 64), nn.Conv2d(16, 64, 3), nn.Conv2d(3, 64, 1), nn.Linear(64, 32)
    )
    optimizers = make_optimizers(network)
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    found = {
        kind: sorted(names[id(p)] for group in optimizer.param_groups for p in group["params"])
        for kind, optimizer in optimizers.items()
    }
    assert found["muon"] == ["1.weight", "3.weight"]
    assert found["adamw"] == ["0.weight", "1.bias", "2.bias", "2.weight", "3.bias"]


def test_layers_on_the_time_embedding_go_to_adamw():
    unet = tiny_unet()
    names = {id(parameter): name for name, parameter in unet.named_parameters()}
    muon = {names[id(p)] for p in make_optimizers(unet)["muon"].param_groups[0]["params"]}
    assert not [name for name in muon if "emb" in name]
    assert "input_blocks.1.0.in_layers.2.weight" in muon


def test_one_step_down_is_limited_by_the_norm_of_all_gradients():
    a, b = nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(1))
    a.grad = torch.full((2,), 99.0)  # of an earlier step
    optimizer = torch.optim.SGD([a, b], lr=1.0)
    descend((a * torch.tensor([30.0, 0.0])).sum() + 40 * b.sum(), [optimizer], [a, b], clip=1.0)
    torch.testing.assert_close(torch.cat([a, b]).detach(), torch.tensor([-0.6, 0.0, -0.8]), atol=1e-5, rtol=0)
