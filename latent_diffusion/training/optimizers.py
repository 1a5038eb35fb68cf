"""Muon for weight matrices, AdamW for the rest: fewer steps to the same loss than AdamW alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # coefficients of the quintic iteration, Jordan et al. 2024
ITERATIONS = 5


def orthogonalize(matrix: Tensor) -> Tensor:
    """Return about U V^T of the matrix's U S V^T: the quintic Newton-Schulz iteration.

    Every iterate is Q_k X with a square Q_k of the short side, so that the iteration runs on the Gram matrix
    and touches the long side twice; on wide convolution weights that is a fifth of the arithmetic of the
    plain form (torch.optim.Muon).
    """
    a, b, c = NEWTON_SCHULZ
    x = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    x = x / (x.norm() + 1e-7)
    gram = x @ x.T
    q = torch.eye(len(gram), dtype=x.dtype, device=x.device)
    for iteration in range(ITERATIONS):
        step = torch.addmm(gram, gram, gram, beta=b, alpha=c)
        step.diagonal().add_(a)
        q = step @ q
        if iteration < ITERATIONS - 1:
            gram = step @ (gram @ step)
    x = q @ x
    return x if matrix.shape[0] <= matrix.shape[1] else x.T


class Muon(torch.optim.Optimizer):
    """Momentum with an orthogonalised update, for weights of convolutions and linear layers as [out, rest].

    Jordan et al. 2024, with Nesterov momentum; the update is scaled by 0.2 sqrt(max(out, rest)), which
    matches the size of AdamW's (Liu et al. 2025), so that one learning rate serves both. Decay is decoupled.
    """

    def __init__(
        self,
        weights: Iterable[nn.Parameter],
        lr: float = 1e-3,
        momentum: float = 0.95,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(weights, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Update every weight that has a gradient."""
        loss = None if closure is None else closure()
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    self._update(weight, weight.grad, group)
        return loss

    def _update(self, weight: Tensor, gradient: Tensor, group: dict[str, Any]) -> None:
        state = self.state[weight]
        if not state:
            state["momentum_buffer"] = torch.zeros_like(weight)
        average = state["momentum_buffer"].lerp_(gradient, 1 - group["momentum"])
        direction = gradient.lerp(average, group["momentum"]).flatten(1)
        update = orthogonalize(direction).view_as(weight)
        weight.mul_(1 - group["lr"] * group["weight_decay"])
        weight.add_(update, alpha=-group["lr"] * 0.2 * max(direction.shape) ** 0.5)


def descend(
    loss: Tensor,
    optimizers: Iterable[torch.optim.Optimizer],
    parameters: Iterable[nn.Parameter],
    clip: float = 1.0,
) -> None:
    """Take one step down the loss, the norm of all gradients together clipped."""
    optimizers = list(optimizers)
    for optimizer in optimizers:
        optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, clip)
    for optimizer in optimizers:
        optimizer.step()


def make_optimizers(*modules: nn.Module, weight_decay: float = 0.01) -> dict[str, torch.optim.Optimizer]:
    """Return `muon` for hidden weight matrices and `adamw` for embeddings, biases, norms and thin layers.

    Layers on the embedding of the time (`time_embed`, `emb_layers`) go to `adamw` too: they see one vector an
    image, and as the largest square matrices they would take a quarter of Muon's time.
    """
    matrices: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for module in modules:
        for path, layer in module.named_modules():
            for name, parameter in layer.named_parameters(recurse=False):
                hidden = isinstance(layer, nn.Conv2d | nn.Linear) and name == "weight" and "emb" not in path
                wide = hidden and min(parameter.flatten(1).shape) >= 32
                (matrices if wide else others).append(parameter)
    return {
        "muon": Muon(matrices, weight_decay=weight_decay),
        "adamw": torch.optim.AdamW(others, betas=(0.9, 0.99), weight_decay=0.0),
    }
