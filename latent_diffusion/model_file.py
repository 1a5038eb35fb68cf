"""One model, one safetensors file: the weights, and in the header the kind of model and its configuration."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import nn
from torch.overrides import TorchFunctionMode

from latent_diffusion.autoencoder import Autoencoder, AutoencoderConfig
from latent_diffusion.conditioner import Conditioner, ConditionerConfig
from latent_diffusion.conditioning import Conditioning
from latent_diffusion.denoiser import Denoiser
from latent_diffusion.layout_planner import LayoutPlanner, LayoutPlannerConfig
from latent_diffusion.model_header import FORMAT as FORMAT
from latent_diffusion.model_header import HEADER as HEADER
from latent_diffusion.model_header import ModelFileError as ModelFileError
from latent_diffusion.model_header import ModelHeader as ModelHeader
from latent_diffusion.model_header import read_header as read_header
from latent_diffusion.recogniser import Recogniser, RecogniserConfig
from latent_diffusion.schedule import NoiseSchedule
from latent_diffusion.unet import UNet, UNetConfig


def save_model(
    path: Path, module: nn.Module, header: ModelHeader, dtype: torch.dtype = torch.float16
) -> None:
    """Write a network's weights, floating-point ones as `dtype`; `path` is never a half-written file."""
    tensors = {
        key: (value.to(dtype) if value.is_floating_point() else value).contiguous().cpu()
        for key, value in module.state_dict().items()
    }
    meta = {"format": FORMAT, "kind": header.kind, "config": header.config}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    try:
        save_file(tensors, partial, {HEADER: json.dumps(meta, sort_keys=True)})
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load_model(path: Path, kind: str, dtype: torch.dtype = torch.float32) -> Any:
    """Build and fill a file's network, in eval mode: what the builder of `kind` in `BUILDERS` makes."""
    header = read_header(path)
    if header.kind != kind:
        raise ModelFileError(
            f"{path.name} is the file of the model kind `{header.kind}`, and `{kind}` is wanted; "
            "connect the right model."
        )
    with safe_open(path, framework="pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (not a dict)
    # Copies: the sums of a matrix product depend on how its memory is aligned; in a file that is by chance.
    tensors = {
        key: value.to(dtype if value.is_floating_point() else value.dtype, copy=True)
        for key, value in tensors.items()
    }
    try:
        with torch.device("meta"), _NoInitialWeights():  # weights are given below
            module, finish = BUILDERS[kind](header.config)
        module.load_state_dict(tensors, assign=True)
    except Exception as error:  # the tokenizers library raises bare Exceptions
        raise ModelFileError(
            f"{path.name} does not fit the {kind} that its header describes ({error}); "
            "fetch or train it again."
        ) from error
    return finish(module.eval().requires_grad_(False))


class _NoInitialWeights(TorchFunctionMode):
    """Leaves the drawing of initial weights out, which takes a second on the meta device."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if getattr(func, "__module__", "") == "torch.nn.init":
            return args[0] if args else (kwargs or {})["tensor"]
        return func(*args, **(kwargs or {}))


Built = tuple[nn.Module, Callable[[Any], Any]]


def _autoencoder(config: dict[str, Any]) -> Built:
    return Autoencoder(AutoencoderConfig(**_tuples(config))), _same


def _conditioner(config: dict[str, Any]) -> Built:
    tokenizer = Tokenizer.from_str(config["tokenizer"])
    return Conditioner(ConditionerConfig.from_json(config["conditioner"]), tokenizer), _same


def _planner(config: dict[str, Any]) -> Built:
    return LayoutPlanner(
        LayoutPlannerConfig(**config["planner"]), Tokenizer.from_str(config["tokenizer"])
    ), _same


def _recogniser(config: dict[str, Any]) -> Built:
    return Recogniser(RecogniserConfig(**_tuples(config))), _same


def _denoiser(config: dict[str, Any]) -> Built:
    unet = UNetConfig(**_tuples(config["unet"]))
    concat = unet.in_channels - unet.out_channels
    droppable = concat > 0 and config.get("droppable_channels", False)

    def finish(network: UNet) -> Denoiser:
        return Denoiser(
            network,
            NoiseSchedule.scaled_linear(config["beta_start"], config["beta_end"]),
            parameterization=config["parameterization"],
            latent_channels=unet.out_channels,
            concat_channels=concat,
            null=Conditioning.of(channels=torch.zeros(1, concat, 1, 1)) if droppable else Conditioning(),
            routes=frozenset(config["routes"]),
        )

    return UNet(unet), finish


def _tuples(config: dict[str, Any]) -> dict[str, Any]:  # JSON has lists only
    return {key: tuple(value) if isinstance(value, list) else value for key, value in config.items()}


def _same(module: nn.Module) -> nn.Module:
    return module


BUILDERS: dict[str, Callable[[dict[str, Any]], Built]] = {
    "autoencoder": _autoencoder,
    "conditioner": _conditioner,
    "denoiser": _denoiser,
    "planner": _planner,
    "recogniser": _recogniser,
}


def autoencoder_header(autoencoder: Autoencoder) -> ModelHeader:
    """Return the header for an autoencoder."""
    return ModelHeader("autoencoder", asdict(autoencoder.config))


def conditioner_header(conditioner: Conditioner) -> ModelHeader:
    """Return the header for a conditioner; its tokenizer travels in it."""
    config = {"conditioner": conditioner.config.to_json(), "tokenizer": conditioner.tokenizer.to_str()}
    return ModelHeader("conditioner", config)


def denoiser_header(
    unet: UNet,
    parameterization: str,
    routes: frozenset[str],
    betas: tuple[float, float] = (0.00085, 0.012),
    *,
    droppable_channels: bool = False,
) -> ModelHeader:
    """Return the header for a denoiser on the scaled-linear schedule.

    `droppable_channels`: zeros stand for missing channels beside the latent, as training showed them.
    """
    config = {
        "unet": asdict(unet.config),
        "parameterization": parameterization,
        "routes": sorted(routes),
        "beta_start": betas[0],
        "beta_end": betas[1],
        "droppable_channels": droppable_channels,
    }
    return ModelHeader("denoiser", config)


def planner_header(planner: LayoutPlanner) -> ModelHeader:
    """Return the header for a layout planner; its tokenizer travels in it."""
    config = {"planner": asdict(planner.config), "tokenizer": planner.tokenizer.to_str()}
    return ModelHeader("planner", config)


def recogniser_header(recogniser: Recogniser) -> ModelHeader:
    """Return the header for a recogniser."""
    return ModelHeader("recogniser", asdict(recogniser.config))
