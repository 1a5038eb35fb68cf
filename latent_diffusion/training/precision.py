"""Where and in which number format training computes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TypeVar

import torch
from torch import Tensor, nn

Module = TypeVar("Module", bound=nn.Module)


def autocast(device: torch.device) -> AbstractContextManager[None]:
    """bf16 autocast on a GPU; fp32 on a CPU, where bf16 convolutions gain little without matrix units."""
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda")


def place(module: Module, device: torch.device) -> Module:
    """Move a network to the device in channels-last layout, the faster one for convolutions."""
    return module.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]


def images_to_tensor(pictures: Tensor, device: torch.device) -> Tensor:
    """Turn uint8 [B,H,W,3] into float [B,3,H,W] in [-1,1], channels last in memory."""
    return pictures.to(device).permute(0, 3, 1, 2).float().div_(127.5).sub_(1.0)
