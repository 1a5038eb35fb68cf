"""A bundle of tiny random networks: all of latent diffusion in milliseconds, pictures of noise."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import nn

from latent_diffusion.autoencoder import Autoencoder, AutoencoderConfig
from latent_diffusion.bundle import Bundle, write_manifest
from latent_diffusion.conditioner import Conditioner, ConditionerConfig
from latent_diffusion.emoji_scenes.words import build_tokenizer
from latent_diffusion.layout_planner import LayoutPlanner, LayoutPlannerConfig
from latent_diffusion.model_file import (
    autoencoder_header,
    conditioner_header,
    denoiser_header,
    planner_header,
    recogniser_header,
    save_model,
)
from latent_diffusion.recogniser import Recogniser, RecogniserConfig
from latent_diffusion.text_encoder import TextEncoderConfig
from latent_diffusion.unet import UNet, UNetConfig

IMAGE_SIZE = 128
FACTOR = 8
LATENT_CHANNELS = 16
WIDTH = 32  # of tokens
MAX_TOKENS = 24
MAP_CHANNELS = 6
CLASSES = 5


def write_tiny_bundle(folder: Path, name: str = "emoji-scenes", seed: int = 0) -> Bundle:
    """Write `folder`/`name` with all five parts, random but the same for the same seed."""
    torch.manual_seed(seed)
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    autoencoder = Autoencoder(
        AutoencoderConfig(32, (1,), 1, LATENT_CHANNELS, LATENT_CHANNELS, mid_attention=False, patch=FACTOR)
    )
    unet = UNet(
        UNetConfig(
            LATENT_CHANNELS + MAP_CHANNELS,
            LATENT_CHANNELS,
            model_channels=32,
            channel_mult=(1,),
            num_res_blocks=1,
            attention_downsampling=(1,),
            heads=2,
            context_width=WIDTH,
        )
    )
    tokenizer = build_tokenizer()
    conditioner = tiny_conditioner(tokenizer)
    planner = LayoutPlanner(
        LayoutPlannerConfig(tokenizer.get_vocab_size(), MAX_TOKENS, 3, width=32), tokenizer
    )
    recogniser = Recogniser(RecogniserConfig(("cat", "dog"), 16, 1))
    for module in (autoencoder, unet, conditioner, planner, recogniser):
        _shake(module)
    save_model(target / "autoencoder.safetensors", autoencoder, autoencoder_header(autoencoder))
    header = denoiser_header(unet, "v", frozenset({"tokens", "channels"}), droppable_channels=True)
    save_model(target / "denoiser.safetensors", unet, header)
    save_model(target / "conditioner.safetensors", conditioner, conditioner_header(conditioner))
    save_model(target / "planner.safetensors", planner, planner_header(planner))
    save_model(target / "recogniser.safetensors", recogniser, recogniser_header(recogniser))
    return write_manifest(target, name, IMAGE_SIZE)


def tiny_conditioner(tokenizer: Tokenizer) -> Conditioner:
    """Texts of up to `MAX_TOKENS` tokens, boxes and `CLASSES` classes."""
    text = TextEncoderConfig(tokenizer.get_vocab_size(), MAX_TOKENS, WIDTH, 1, 2, 16)
    return Conditioner(
        ConditionerConfig(text, boxes=True, max_boxes=4, map_channels=MAP_CHANNELS, classes=CLASSES),
        tokenizer,
    )


@torch.no_grad()
def _shake(module: nn.Module) -> None:
    """Leave no weight at zero, where training starts some layers: every input must reach the output."""
    for weight in module.parameters():
        weight.add_(0.05 * torch.randn_like(weight))
