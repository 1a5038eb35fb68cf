"""Tiny networks of every kind, with weights drawn from a seed: no layer is left at its initial zeros."""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn

from latent_diffusion.autoencoder import Autoencoder, AutoencoderConfig
from latent_diffusion.conditioner import Conditioner, ConditionerConfig
from latent_diffusion.emoji_scenes.words import build_tokenizer
from latent_diffusion.layout_planner import LayoutPlanner, LayoutPlannerConfig
from latent_diffusion.recogniser import Recogniser, RecogniserConfig
from latent_diffusion.text_encoder import TextEncoderConfig
from latent_diffusion.unet import UNet, UNetConfig

Module = TypeVar("Module", bound=nn.Module)

CPU = torch.device("cpu")
WIDTH = 32
"""Width of the tiny conditioner's tokens and of the tiny UNet's context."""


def randomized(module: Module, seed: int = 0, std: float = 0.15) -> Module:
    """Draw every weight anew, so that blocks which begin as the identity take part."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(std=std, generator=generator)
    return module.eval()


def tiny_autoencoder(**fields: object) -> Autoencoder:
    """An autoencoder of 32 to 64 channels at f = 4 (patch 2, one halving), KL with 4 channels."""
    settings = {
        "ch": 32,
        "ch_mult": (1, 2),
        "num_res_blocks": 1,
        "z_channels": 4,
        "embed_dim": 4,
        "codebook_size": 16,
        "mid_attention": False,
        "patch": 2,
    }
    return randomized(Autoencoder(AutoencoderConfig(**(settings | fields))))


def tiny_unet(**fields: object) -> UNet:
    """A UNet of 32 to 64 channels on 4-channel latents with cross-attention at half resolution."""
    settings = {
        "model_channels": 32,
        "channel_mult": (1, 2),
        "num_res_blocks": 1,
        "attention_downsampling": (2,),
        "head_channels": 16,
        "context_width": WIDTH,
    }
    return randomized(UNet(UNetConfig(**(settings | fields))))


def tiny_conditioner(
    max_tokens: int = 24, boxes: bool = True, classes: int = 0, map_channels: int = 0
) -> Conditioner:
    """A two-layer text encoder on the words of emoji scenes, with box tokens, and more if asked for."""
    tokenizer = build_tokenizer()
    text = TextEncoderConfig(
        tokenizer.get_vocab_size(), max_tokens, WIDTH, layers=2, heads=2, head_channels=16
    )
    config = ConditionerConfig(text, boxes, classes=classes, map_channels=map_channels, map_size=8)
    return randomized(Conditioner(config, tokenizer))


def tiny_planner(**fields: object) -> LayoutPlanner:
    """A two-layer planner on the words of emoji scenes."""
    tokenizer = build_tokenizer()
    settings = {"max_text": 24, "bins": 16, "width": 32, "layers": 2, "heads": 2}
    config = LayoutPlannerConfig(tokenizer.get_vocab_size(), **(settings | fields))
    return randomized(LayoutPlanner(config, tokenizer))


def tiny_recogniser(classes: tuple[str, ...] = ("apple", "cat", "dog")) -> Recogniser:
    """A recogniser 16 channels wide with one block."""
    return randomized(Recogniser(RecogniserConfig(classes, width=16, blocks=1)))
