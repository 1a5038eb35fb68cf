import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from latent_diffusion.training.losses import (
    PatchDiscriminator,
    adaptive_weight,
    edge_distance,
    hinge_discriminator_loss,
    perceptual_distance,
)

A = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
B = torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))


def features(images: Tensor) -> list[Tensor]:
    return [images, F.avg_pool2d(images, 2)]


def test_the_hinge_loss_is_zero_beyond_the_margins_and_half_a_unit_a_side_within():
    assert hinge_discriminator_loss(torch.tensor([1.0, 5.0]), torch.tensor([-1.0, -9.0])).item() == 0
    assert hinge_discriminator_loss(torch.zeros(3), torch.full((3,), -2.0)).item() == 0.5
    # 0.5 * (mean(0, 3) + mean(2, 0.5))
    value = hinge_discriminator_loss(torch.tensor([2.0, -2.0]), torch.tensor([1.0, -0.5]))
    assert value.item() == pytest.approx(0.5 * (1.5 + 1.25))


def test_the_adaptive_weight_is_the_ratio_of_gradient_norms():
    last = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
    reconstruction = (3 * last).sum()  # gradient (3, 3, 3)
    adversarial = (torch.tensor([2.0, 0.0, 1.0]) * last).sum()  # gradient (2, 0, 1)
    weight = adaptive_weight(reconstruction, adversarial, last)
    assert weight.item() == pytest.approx(3 * math.sqrt(3) / (math.sqrt(5) + 1e-4))
    assert not weight.requires_grad
    (reconstruction + adversarial).backward()  # the graphs are still there


def test_the_adaptive_weight_is_bounded():
    last = torch.tensor([2.0], requires_grad=True)
    assert adaptive_weight((5.0 * last).sum(), (0.0 * last).sum(), last).item() == 1e4
    assert adaptive_weight((0.0 * last).sum(), (5.0 * last).sum(), last).item() == 0


@pytest.mark.parametrize(("layers", "side"), [(2, 62), (3, 30)])
def test_the_discriminator_has_one_logit_for_each_patch(layers, side):
    with torch.device("meta"):
        discriminator = PatchDiscriminator(layers=layers)
        assert discriminator(torch.zeros(2, 3, 256, 256)).shape == (2, 1, side, side)


def test_the_published_discriminator_has_its_parameters():
    with torch.device("meta"):
        assert round(sum(p.numel() for p in PatchDiscriminator().parameters()) / 1e6, 2) == 2.77


def test_a_logit_sees_its_patch_of_70_pixels_and_nothing_else():
    torch.manual_seed(0)
    discriminator = PatchDiscriminator(width=4).eval()
    image = torch.zeros(1, 3, 128, 128, requires_grad=True)
    logits = discriminator(image)
    logits[0, 0, 7, 7].backward()
    rows = image.grad.abs().sum((0, 1, 3)).nonzero().flatten()
    assert rows.max() - rows.min() + 1 == 70


def test_the_perceptual_distance_is_zero_for_equal_images_and_only_for_them():
    assert perceptual_distance(features, A, A).item() == 0
    assert perceptual_distance(features, A, B).item() > 0
    changed = A.clone()
    changed[0, 0, 3, 3] += 0.5
    assert perceptual_distance(features, A, changed).item() > 0


def test_the_perceptual_distance_equals_its_formula():
    expected = 0.0
    for fa, fb in zip(features(A), features(B), strict=True):
        cosine = (fa * fb).sum(1) / (fa.norm(dim=1) * fb.norm(dim=1))
        expected += (2 - 2 * cosine).mean().item()  # |a - b|^2 of unit vectors
    assert perceptual_distance(features, A, B).item() == pytest.approx(expected, rel=1e-5)


def test_the_edge_distance_sees_edges_and_not_brightness():
    assert edge_distance(A, A + 0.7).item() == pytest.approx(0, abs=1e-6)
    step = torch.zeros(1, 1, 4, 4)
    step[..., 2:] = 1.0
    # one of three horizontal differences is 1, in every row; no vertical one
    assert edge_distance(step, torch.zeros_like(step)).item() == pytest.approx(1 / 3)
