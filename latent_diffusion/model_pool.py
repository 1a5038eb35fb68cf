"""The pool of loaded models: each file is loaded once; over a budget the least recently used are let go."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

import torch
from torch import nn

from latent_diffusion.denoiser import Denoiser
from latent_diffusion.model_file import load_model
from latent_diffusion.placement import place

DEFAULT_BUDGET = 8 * 2**30


class ModelPool:
    """Loaded models by content digest, kind and device. Values that it gives out must not be changed."""

    def __init__(self, budget: int = DEFAULT_BUDGET) -> None:
        self.budget = budget
        self._models: OrderedDict[tuple[str, str, str], Any] = OrderedDict()
        self._lock = threading.Lock()

    def load(self, path: Path, digest: str, kind: str, device: torch.device) -> Any:
        """Return the model of a file with that digest on `device`, from memory if it is there."""
        key = (digest, kind, str(device))
        with self._lock:
            if key in self._models:
                self._models.move_to_end(key)
                return self._models[key]
            model = load_model(path, kind)
            place(_network(model), device)
            self._models[key] = model
            self._shrink()
            return model

    def report(self) -> dict[str, Any]:
        """What the pool holds: digests of the models, their bytes, and the budget."""
        held = list(
            self._models.items()
        )  # without the lock, which is held as long as a model is being loaded
        return {
            "models": sorted({digest for (digest, _, _), _ in held}),
            "bytes": sum(_bytes(model) for _, model in held),
            "budget": self.budget,
        }

    def _shrink(self) -> None:
        while len(self._models) > 1 and sum(map(_bytes, self._models.values())) > self.budget:
            self._models.popitem(last=False)


def _network(model: Any) -> nn.Module:
    return model.network if isinstance(model, Denoiser) else model


def _bytes(model: Any) -> int:
    return sum(p.numel() * p.element_size() for p in _network(model).parameters())
