"""The rules that turn our state dicts (the CompVis layout) into those of diffusers."""

from __future__ import annotations

import re

from torch import Tensor, nn

from latent_diffusion.autoencoder import Autoencoder
from latent_diffusion.modules.transformer import AttentionBlock
from latent_diffusion.unet import Downsample, ResBlock, UNet, Upsample

RESNET = {
    "in_layers.0": "norm1",
    "in_layers.2": "conv1",
    "emb_layers.1": "time_emb_proj",
    "out_layers.0": "norm2",
    "out_layers.3": "conv2",
    "skip_connection": "conv_shortcut",
}
ATTENTION = {"norm": "group_norm", "q": "to_q", "k": "to_k", "v": "to_v", "proj_out": "to_out.0"}


def diffusers_autoencoder_state(autoencoder: Autoencoder) -> dict[str, Tensor]:
    """Return the weights under the names of AutoencoderKL and VQModel; attention kernels become matrices."""
    last = len(autoencoder.config.ch_mult) - 1
    state = {}
    for key, value in autoencoder.state_dict().items():
        if key.startswith("latent_"):
            continue
        name = re.sub(r"down\.(\d+)\.block\.", r"down_blocks.\1.resnets.", key)
        name = re.sub(r"up\.(\d+)\.block\.", lambda m: f"up_blocks.{last - int(m[1])}.resnets.", name)
        name = re.sub(r"down\.(\d+)\.downsample", r"down_blocks.\1.downsamplers.0", name)
        name = re.sub(r"up\.(\d+)\.upsample", lambda m: f"up_blocks.{last - int(m[1])}.upsamplers.0", name)
        name = re.sub(r"mid\.block_(\d)", lambda m: f"mid_block.resnets.{int(m[1]) - 1}", name)
        name = name.replace("norm_out", "conv_norm_out").replace("nin_shortcut", "conv_shortcut")
        if found := re.search(r"mid\.attn_1\.(\w+)\.", name):
            name = name.replace(f"mid.attn_1.{found[1]}", f"mid_block.attentions.0.{ATTENTION[found[1]]}")
            value = value[..., 0, 0] if value.ndim == 4 else value
        state[name] = value
    return state


def diffusers_unet_state(unet: UNet) -> dict[str, Tensor]:
    """Return the weights under the names of UNet2DConditionModel and UNet2DModel."""
    places: dict[str, nn.Module] = {
        "time_embedding.linear_1": unet.time_embed[0],
        "time_embedding.linear_2": unet.time_embed[2],
        "conv_in": unet.input_blocks[0][0],
        "mid_block.resnets.0": unet.middle_block[0],
        "mid_block.attentions.0": unet.middle_block[1],
        "mid_block.resnets.1": unet.middle_block[2],
        "conv_norm_out": unet.out[0],
        "conv_out": unet.out[2],
    }
    per_level = unet.config.num_res_blocks + 1
    for side, blocks in (("down", unet.input_blocks[1:]), ("up", unet.output_blocks)):
        for number, stage in enumerate(blocks):
            level, index = divmod(number, per_level)
            for slot, layer in enumerate(stage):
                within = f"{side}_blocks.{level}"
                if isinstance(layer, Downsample | Upsample) or (
                    isinstance(layer, ResBlock) and layer.resample
                ):
                    places[f"{within}.{side}samplers.0"] = layer
                else:
                    kind = "attentions" if slot else "resnets"
                    places[f"{within}.{kind}.{index}"] = layer
    state = {}
    for place, layer in places.items():
        for key, value in layer.state_dict().items():
            state |= {f"{place}.{name}": part for name, part in _renamed(layer, key, value)}
    return state


def _renamed(layer: nn.Module, key: str, value: Tensor) -> list[tuple[str, Tensor]]:
    stem, _, leaf = key.rpartition(".")
    if isinstance(layer, ResBlock):
        return [(f"{RESNET[stem]}.{leaf}", value)]
    if isinstance(layer, Downsample):
        return [(f"conv.{leaf}", value)]
    if isinstance(layer, AttentionBlock):
        value = value.squeeze(-1) if leaf == "weight" else value
        if stem != "qkv":
            return [(f"{ATTENTION[stem]}.{leaf}", value)]
        parts = value.unflatten(0, (layer.heads, 3, -1)).unbind(1)  # head-major rows: [heads, 3, head width]
        return [(f"to_{name}.{leaf}", part.flatten(0, 1)) for name, part in zip("qkv", parts, strict=True)]
    return [(key, value)]
