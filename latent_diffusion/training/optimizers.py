"""Muon for weight matrices, AdamW for the rest: fewer steps to the same loss than AdamW alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn


class MatrixMuon(torch.optim.Muon):
    """torch's Muon (Jordan et al. 2024) on convolution and linear weights, each seen as a matrix [out, rest].

    The step's size is matched to AdamW's (Liu et al. 2025), so that one learning rate serves both.
    """

    def __init__(self, weights: Iterable[nn.Parameter], lr: float = 1e-3, weight_decay: float = 0.01) -> None:
        self._weights = list(weights)
        self._matrices = [nn.Parameter(_matrix(weight.data)) for weight in self._weights]
        for weight, matrix in zip(self._weights, self._matrices, strict=True):
            assert weight.data_ptr() == matrix.data_ptr(), "a step must change the network's own weights"
        super().__init__(self._matrices, lr=lr, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw")

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of the network's weights."""
        for weight in self._weights:
            weight.grad = None

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        """Update the network's weights from their gradients."""
        for weight, matrix in zip(self._weights, self._matrices, strict=True):
            matrix.grad = None if weight.grad is None else _matrix(weight.grad)
        return super().step(closure)


def _matrix(weight: Tensor) -> Tensor:  # [O,I,kh,kw] in channels-last layout -> a view [O,kh*kw*I]
    return weight.permute(0, 2, 3, 1).flatten(1) if weight.ndim == 4 else weight.flatten(1)


def descend(
    loss: Tensor, optimizers: Iterable[torch.optim.Optimizer], parameters: Iterable[nn.Parameter], clip: float = 1.0
) -> None:
    """One step down the loss, the norm of all gradients together clipped."""
    optimizers = list(optimizers)
    for optimizer in optimizers:
        optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, clip)
    for optimizer in optimizers:
        optimizer.step()


def make_optimizers(*modules: nn.Module, weight_decay: float = 0.01) -> dict[str, torch.optim.Optimizer]:
    """Return `muon` for hidden weight matrices and `adamw` for embeddings, biases, norms and thin layers."""
    matrices: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for module in modules:
        for layer in module.modules():
            for name, parameter in layer.named_parameters(recurse=False):
                wide = isinstance(layer, nn.Conv2d | nn.Linear) and name == "weight" and min(_matrix(parameter).shape) >= 32
                (matrices if wide else others).append(parameter)
    return {
        "muon": MatrixMuon(matrices, weight_decay=weight_decay),
        "adamw": torch.optim.AdamW(others, betas=(0.9, 0.99), weight_decay=0.0),
    }
