"""Losses of the first stage: edges, perceptual distance, patch-adversarial with adaptive weight."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Features = Callable[[Tensor], Sequence[Tensor]]
"""Maps images [B,3,H,W] in [-1,1] to feature maps [B,C_i,H_i,W_i]."""


def edge_distance(a: Tensor, b: Tensor) -> Tensor:
    """Mean absolute difference of the horizontal and vertical finite differences of two images."""
    d = a - b
    return (d[..., 1:] - d[..., :-1]).abs().mean() + (d[..., 1:, :] - d[..., :-1, :]).abs().mean()


def perceptual_distance(features: Features, a: Tensor, b: Tensor) -> Tensor:
    """Squared distance of channel-normalised feature maps, averaged over positions and summed over maps.

    The form of LPIPS (Zhang et al. 2018, eq. 1) with all channel weights one.
    """
    total = a.new_zeros(())
    for fa, fb in zip(features(a), features(b), strict=True):
        difference = F.normalize(fa, dim=1, eps=1e-6) - F.normalize(fb, dim=1, eps=1e-6)
        total = total + difference.square().sum(dim=1).mean()
    return total


class PatchDiscriminator(nn.Sequential):
    """The PatchGAN discriminator (Isola et al. 2017): strided convolutions to a map of one logit a patch."""

    def __init__(self, width: int = 64, layers: int = 3, image_channels: int = 3) -> None:
        stack: list[nn.Module] = [nn.Conv2d(image_channels, width, 4, 2, 1), nn.LeakyReLU(0.2)]
        previous = width
        for index in range(1, layers + 1):
            channels = width * min(2**index, 8)
            stride = 2 if index < layers else 1
            stack += [
                nn.Conv2d(previous, channels, 4, stride, 1, bias=False),
                nn.BatchNorm2d(channels),
                nn.LeakyReLU(0.2),
            ]
            previous = channels
        super().__init__(*stack, nn.Conv2d(previous, 1, 4, 1, 1))


def hinge_discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Half the mean of relu(1 - D(x)) + relu(1 + D(x_hat))."""
    return 0.5 * (F.relu(1.0 - real_logits).mean() + F.relu(1.0 + fake_logits).mean())


def adaptive_weight(reconstruction: Tensor, adversarial: Tensor, last_layer: Tensor) -> Tensor:
    """Ratio of gradient norms at the decoder's last layer (Esser et al. 2021, eq. 7), clamped to [0, 1e4]."""
    (of_reconstruction,) = torch.autograd.grad(reconstruction, last_layer, retain_graph=True)
    (of_adversarial,) = torch.autograd.grad(adversarial, last_layer, retain_graph=True)
    return (of_reconstruction.norm() / (of_adversarial.norm() + 1e-4)).clamp(0.0, 1e4).detach()
