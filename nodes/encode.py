"""Into latents and out of them, and into conditionings: pictures, texts, boxes, classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from graph_engine import Measured, Multiline, Run, node
from latent_diffusion.conditioning import Conditioning
from nodes.errors import NodeRefused, SizeMismatch, TextTooLong, refusals
from nodes.models import load
from nodes.text_measure import MAX_TEXT, measure_text, too_long, unknown
from nodes.values import AutoencoderModel, ConditionerModel, Image, Latent, Regions

if TYPE_CHECKING:
    from latent_diffusion.conditioner import Conditioner
    from latent_diffusion.layout_planner import LayoutPlanner

Text = Annotated[str, Multiline(), Measured(measure_text), Field(max_length=MAX_TEXT)]


@node(title="Encode image", category="latent", lane="device")
def encode_image(autoencoder: AutoencoderModel, image: Image, *, run: Run) -> Latent:
    """The latents of pictures. Width and height must be multiples of the autoencoder's factor."""
    import torch

    network = load(autoencoder, run)
    factor = network.config.factor
    if image.width % factor or image.height % factor:
        width, height = (max(factor, side // factor * factor) for side in (image.width, image.height))
        raise SizeMismatch(
            f"the image is {image.width} x {image.height} pixels, and this autoencoder needs multiples of "
            f"{factor}: resize or crop it first, to {width} x {height} for example."
        )
    samples = []
    for number, pixels in enumerate(image.pixels.split(1)):
        samples.append(network.encode((pixels * 2 - 1).to(network.latent_mean.device)).float().cpu())
        run.progress(number + 1, len(image.pixels))
    return Latent(torch.cat(samples).contiguous(), factor)


@node(title="Decode latent", category="latent", lane="device")
def decode_latent(autoencoder: AutoencoderModel, latent: Latent, *, run: Run) -> Image:
    """The pictures of latents."""
    import torch

    network = load(autoencoder, run)
    channels = network.config.embed_dim
    if latent.samples.shape[1] != channels:
        raise SizeMismatch(
            f"the latent has {latent.samples.shape[1]} channels, and this autoencoder decodes {channels}: "
            "use the autoencoder that belongs to the denoiser."
        )
    pixels = []
    for number, samples in enumerate(latent.samples.split(1)):
        decoded = network.decode(samples.to(network.latent_mean.device)).float().cpu()
        pixels.append(((decoded + 1) / 2).clamp(0, 1))
        run.progress(number + 1, len(latent.samples))
    return Image(torch.cat(pixels).contiguous())


@node(title="Encode text", category="conditioning", lane="device")
def encode_text(conditioner: ConditionerModel, text: Text = "", *, run: Run) -> Conditioning:
    """What the text says, for the denoiser. An empty text means: nothing in particular."""
    network = load(conditioner, run)
    refuse_long_text(network, text, network.config.text.max_tokens)
    with refusals():
        conditioning = network.encode_text([text])
    if words := network.unknown_words(text):
        run.progress(1, 1, unknown(words))
    return _on_cpu(conditioning)


@node(title="Encode regions", category="conditioning", lane="device")
def encode_regions(
    conditioner: ConditionerModel, regions: Regions, latent: Latent | None = None, *, run: Run
) -> Conditioning:
    """What is to be where, for the denoiser: boxes with labels. Combine it with a text, or use it alone.

    Connect the `latent` to be drawn on where its size is not the one that the model was trained with.
    """
    network = load(conditioner, run)
    if not len(regions):
        run.progress(1, 1, "there are no boxes: where things are is left to the rest of the conditioning")
        return Conditioning()
    size = None if latent is None else (int(latent.samples.shape[2]), int(latent.samples.shape[3]))
    with refusals():
        return _on_cpu(network.encode_regions([list(regions.regions())], size))


@node(title="Encode class", category="conditioning", lane="device")
def encode_class(
    conditioner: ConditionerModel, class_index: Annotated[int, Field(ge=0)] = 0, *, run: Run
) -> Conditioning:
    """One of the classes that a class-conditional model was trained on, for the denoiser."""
    network = load(conditioner, run)
    with refusals():
        return _on_cpu(network.encode_class([class_index]))


@node(title="Combine conditionings", category="conditioning")
def combine_conditioning(conditionings: list[Conditioning]) -> Conditioning:
    """Conditionings that hold together: a text and boxes, for example."""
    if not conditionings:
        raise NodeRefused("there is nothing to combine: connect a conditioning, or more.")
    return Conditioning(tuple(entry for one in conditionings for entry in one.entries))


def refuse_long_text(network: Conditioner | LayoutPlanner, text: str, limit: int) -> None:
    """Raise `TextTooLong` for a text that a network, which takes `limit` tokens, would cut."""
    if lost := network.truncated_words(text):
        raise TextTooLong(too_long(lost, limit))


def _on_cpu(conditioning: Conditioning) -> Conditioning:
    import torch

    return conditioning.to("cpu", torch.float32)
