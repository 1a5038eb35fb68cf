"""Where a network's weights lie, and in which order in memory."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn

Module = TypeVar("Module", bound=nn.Module)


def place(module: Module, device: torch.device) -> Module:
    """Move a network to the device, in the layout in which its convolutions are fast there.

    Channels last on a GPU; channel by channel on a CPU, where sampling takes four fifths of the time so, and
    a training step in bf16 nine tenths.
    """
    layout = torch.channels_last if device.type == "cuda" else torch.contiguous_format
    return module.to(device=device, memory_format=layout)  # type: ignore[call-overload]
