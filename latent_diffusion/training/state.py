"""What a training must keep to go on after it was stopped, written as one safetensors file (no pickle)."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from latent_diffusion.ema import Ema


class CheckpointError(ValueError):
    """A checkpoint that is damaged, or of a training with other networks."""


@dataclass
class TrainingState:
    """Networks, their optimisers and averages, the number of finished steps and the log of losses."""

    modules: dict[str, nn.Module]
    optimizers: dict[str, torch.optim.Optimizer]
    averages: dict[str, Ema] = field(default_factory=dict)
    step: int = 0
    log: list[dict[str, float]] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Write the state beside `path` and move it there: `path` is the old file or the new one, whole."""
        tensors: dict[str, Tensor] = {}
        for name, module in self.modules.items():
            tensors |= {f"modules.{name}.{key}": value for key, value in module.state_dict().items()}
        for name, optimizer in self.optimizers.items():
            for index, slots in optimizer.state_dict()["state"].items():
                tensors |= {f"optimizers.{name}.{index}.{key}": value for key, value in slots.items()}
        for name, average in self.averages.items():
            tensors |= {f"averages.{name}.{key}": value for key, value in average.shadow.items()}
        meta = {
            "step": self.step,
            "log": self.log,
            "updates": {name: average.updates for name, average in self.averages.items()},
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        save_file(
            {k: v.detach().cpu().contiguous() for k, v in tensors.items()},
            partial,
            {"state": json.dumps(meta)},
        )
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)

    def load(self, path: Path) -> None:
        """Take over a saved state of the same networks; raise `CheckpointError`."""
        try:
            with safe_open(path, framework="pt") as file:
                meta = json.loads(file.metadata()["state"])
                tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (not a dict)
            self._take(meta, tensors)
        except (SafetensorError, RuntimeError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError(
                f"the checkpoint {path} is damaged, or of a training with other networks ({error}); "
                "delete it to start from nothing, or train in another folder."
            ) from error

    def _take(self, meta: dict[str, Any], tensors: dict[str, Tensor]) -> None:
        for name, module in self.modules.items():
            module.load_state_dict(_below(tensors, f"modules.{name}."))
        for name, optimizer in self.optimizers.items():
            parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
            slots: dict[int, dict[str, Tensor]] = {}
            for key, value in _below(tensors, f"optimizers.{name}.").items():
                index, _, slot = key.partition(".")
                slots.setdefault(int(index), {})[slot] = _laid_out(value, parameters[int(index)])
            groups = optimizer.state_dict()["param_groups"]
            optimizer.load_state_dict({"state": slots, "param_groups": groups})
        for name, average in self.averages.items():
            average.updates = meta["updates"][name]
            saved = _below(tensors, f"averages.{name}.")
            for key, shadow in average.shadow.items():
                shadow.copy_(saved[key])
        self.step, self.log = meta["step"], meta["log"]


def _laid_out(value: Tensor, parameter: Tensor) -> Tensor:
    # A file holds tensors row by row; in the parameter's layout optimisers are faster and round as before.
    like = torch.empty_like(parameter, dtype=value.dtype, device="cpu")
    return like.copy_(value) if value.shape == parameter.shape else value


def _below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key[len(prefix) :]: value for key, value in tensors.items() if key.startswith(prefix)}
