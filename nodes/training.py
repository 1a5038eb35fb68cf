"""Nodes that train: recogniser, autoencoder, conditioner, and the denoiser with it; and pack their bundle.

Each goes on from its own checkpoint when it was stopped, and what it made is a hit ever after.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import Field

from graph_engine import Artifact, Run, Seed, node
from nodes import sheets
from nodes.errors import refusals
from nodes.models import device_of, load, model_path, save_trained
from nodes.scenes import Scenes, data_set
from nodes.values import AutoencoderModel, ConditionerModel, DenoiserModel, PlannerModel, RecogniserModel

if TYPE_CHECKING:
    from torch import Tensor

    from latent_diffusion.conditioner import Conditioner
    from latent_diffusion.training.loop import OnStep

Steps = Annotated[int, Field(ge=1, le=10_000_000)]
Batch = Annotated[int, Field(ge=1, le=8192)]
Rate = Annotated[float, Field(gt=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=100)]
MapChannels = Annotated[int, Field(ge=0, le=1024)]  # of the map of boxes beside the latent; 0: none
SCALE_SCENES = 512  # pictures from which the spread of the latents is measured
SCALE_FIRST = 100_000_000  # a part of the data set that training does not come to
SHEET = 16  # pictures on a sheet that shows how far a training is


@node(title="Train recogniser", category="training", lane="device")
def train_recogniser(
    scenes: Scenes,
    steps: Steps = 2_500,
    batch: Batch = 16,
    rate: Rate = 2e-3,
    width: Annotated[int, Field(ge=32, le=1024, multiple_of=32)] = 128,
    seed: Annotated[int, Seed()] = 1,
    *,
    run: Run,
) -> RecogniserModel:
    """Train the network that finds objects in pictures, on rendered scenes only."""
    from latent_diffusion.emoji_scenes.dataset import pictures
    from latent_diffusion.emoji_scenes.vocabulary import NOUN_NAMES
    from latent_diffusion.model_file import recogniser_header
    from latent_diffusion.recogniser import RecogniserConfig
    from latent_diffusion.training import recogniser_training as training

    source = data_set(scenes, run)
    workspace = run.workspace()

    def labelled(step: int) -> tuple[Tensor, training.Labels]:
        examples = source.batch(step, batch)
        named = [[(o.noun, o.box) for o in example.scene.objects] for example in examples]
        return pictures(examples), [training.labels_of(NOUN_NAMES, objects) for objects in named]

    recogniser = training.train_recogniser(
        RecogniserConfig(NOUN_NAMES, width),
        training.RecogniserRecipe(steps, batch, rate, seed=seed),
        labelled,
        workspace=workspace,
        device=device_of(run),
        on_step=_progress(run),
    )
    return save_trained(run, recogniser, recogniser_header(recogniser), RecogniserModel)


@node(title="Train autoencoder", category="training", lane="device")
def train_autoencoder(
    scenes: Scenes,
    steps: Steps = 8_000,
    batch: Batch = 16,
    rate: Rate = 2e-3,
    channels: Annotated[int, Field(ge=16, le=512, multiple_of=16)] = 64,
    channel_multipliers: list[Annotated[int, Field(ge=1, le=8)]] = [1, 2],  # noqa: B006 (a document's literal)
    blocks: Annotated[int, Field(ge=1, le=4)] = 1,
    patch: Literal[1, 2, 4, 8] = 4,
    latent_channels: Annotated[int, Field(ge=1, le=64)] = 16,
    regularization: Literal["kl", "vq"] = "kl",
    edge_weight: Weight = 0.5,
    squared_weight: Weight = 0.0,
    kl_weight: Weight = 2e-3,
    perceptual_weight: Weight = 0.0,
    adversarial_weight: Weight = 0.0,
    features: RecogniserModel | None = None,
    start: AutoencoderModel | None = None,
    train_encoder: bool = True,
    seed: Annotated[int, Seed()] = 0,
    *,
    run: Run,
) -> AutoencoderModel:
    """Train the first stage: reconstruction, regularisation, perceptual and adversarial terms.

    `features` is the network whose feature maps the perceptual term compares; not the one that evaluates.
    From `start` training goes on: shape and latent scale are then its own. With `train_encoder` off only
    the decoder is trained, so that a denoiser of these latents keeps fitting.
    """
    import torch

    from latent_diffusion.autoencoder import AutoencoderConfig
    from latent_diffusion.emoji_scenes.dataset import pictures
    from latent_diffusion.model_file import autoencoder_header
    from latent_diffusion.training import autoencoder_training as training
    from latent_diffusion.training.latent_bank import measure_latent_scale
    from latent_diffusion.training.precision import images_to_tensor

    source = data_set(scenes, run)
    workspace = run.workspace()
    device = device_of(run)
    sample = images_to_tensor(pictures(source.range(SCALE_FIRST, SCALE_SCENES)), torch.device("cpu"))
    config = AutoencoderConfig(
        ch=channels,
        ch_mult=tuple(channel_multipliers),
        num_res_blocks=blocks,
        z_channels=latent_channels,
        embed_dim=latent_channels,
        regularization=regularization,
        mid_attention=False,
        patch=patch,
    )
    recipe = training.AutoencoderRecipe(
        steps=steps,
        batch=batch,
        rate=rate,
        edge_weight=edge_weight,
        squared_weight=squared_weight,
        kl_weight=kl_weight,
        perceptual_weight=perceptual_weight,
        adversarial_weight=adversarial_weight,
        seed=seed,
        train_encoder=train_encoder,
    )
    with refusals():
        autoencoder = training.train_autoencoder(
            config if start is None else load(start, run),
            recipe,
            lambda step: pictures(source.batch(step, batch)),
            workspace=workspace,
            device=device,
            on_step=_progress(run),
            features=None if features is None else load(features, run).feature_maps,
            on_sheet=partial(sheets.reconstructions, run, sample[:SHEET].to(device)),
        )
    if start is None:
        measure_latent_scale(autoencoder, sample)
    sheet = sheets.reconstructions(run, sample[:SHEET], autoencoder)
    run.save_artifact("reconstructions.png", sheet, "image/png")
    return save_trained(run, autoencoder, autoencoder_header(autoencoder), AutoencoderModel)


@node(title="Train conditioner", category="training", lane="device")
def train_conditioner(
    scenes: Scenes,
    steps: Steps = 600,
    batch: Batch = 128,
    rate: Rate = 1e-3,
    width: Annotated[int, Field(ge=32, le=2048, multiple_of=32)] = 192,
    layers: Annotated[int, Field(ge=1, le=32)] = 4,
    map_channels: MapChannels = 64,
    seed: Annotated[int, Seed()] = 3,
    *,
    run: Run,
) -> ConditionerModel:
    """Teach a new text encoder to read captions: where is what they name? No picture is needed for that.

    `train_denoiser` goes on from it, and learns what the words look like sooner.
    """
    from latent_diffusion.emoji_scenes.latents import describe
    from latent_diffusion.model_file import conditioner_header
    from latent_diffusion.training import conditioner_training as training

    source = data_set(scenes, run)
    conditioner = training.train_conditioner(
        _new_conditioner(width, layers, map_channels, seed),
        training.ConditionerRecipe(steps, batch, rate, seed),
        lambda step: describe(source, ((n, n) for n in range(step * batch, (step + 1) * batch))),
        workspace=run.workspace(),
        device=device_of(run),
        on_step=_progress(run),
    )
    return save_trained(run, conditioner, conditioner_header(conditioner), ConditionerModel)


@node(title="Train planner", category="training", lane="device")
def train_planner(
    scenes: Scenes,
    steps: Steps = 1_600,
    batch: Batch = 64,
    rate: Rate = 2e-3,
    width: Annotated[int, Field(ge=32, le=2048, multiple_of=32)] = 128,
    layers: Annotated[int, Field(ge=1, le=32)] = 4,
    seed: Annotated[int, Seed()] = 4,
    *,
    run: Run,
) -> PlannerModel:
    """Train the language model that plans a layout for a caption. No picture is needed for that."""
    import torch

    from latent_diffusion.emoji_scenes.latents import describe
    from latent_diffusion.emoji_scenes.words import build_tokenizer
    from latent_diffusion.layout_planner import LayoutPlanner, LayoutPlannerConfig
    from latent_diffusion.model_file import planner_header
    from latent_diffusion.training import planner_training as training

    source = data_set(scenes, run)
    torch.manual_seed(seed)
    tokenizer = build_tokenizer()
    config = LayoutPlannerConfig(tokenizer.get_vocab_size(), width=width, layers=layers, heads=width // 32)
    planner = training.train_planner(
        LayoutPlanner(config, tokenizer),
        training.PlannerRecipe(steps, batch, rate),
        lambda step: describe(source, ((n, n) for n in range(step * batch, (step + 1) * batch))),
        workspace=run.workspace(),
        device=device_of(run),
        on_step=_progress(run),
    )
    return save_trained(run, planner, planner_header(planner), PlannerModel)


class TrainedDenoiser(NamedTuple):
    """A denoiser and the conditioner that was trained with it."""

    denoiser: DenoiserModel
    conditioner: ConditionerModel


@node(title="Train denoiser", category="training", lane="device")
def train_denoiser(
    scenes: Scenes,
    autoencoder: AutoencoderModel,
    steps: Steps = 8_000,
    batch: Batch = 64,
    rate: Rate = 2e-3,
    latents: Annotated[int, Field(ge=64, le=10_000_000)] = 64_000,
    channels: Annotated[int, Field(ge=32, le=512, multiple_of=32)] = 96,
    channel_multipliers: list[Annotated[int, Field(ge=1, le=8)]] = [1, 2],  # noqa: B006 (a document's literal)
    blocks: Annotated[int, Field(ge=1, le=4)] = 1,
    attention_downsampling: list[Annotated[int, Field(ge=1, le=32)]] = [2],  # noqa: B006
    context_width: Annotated[int, Field(ge=32, le=2048, multiple_of=32)] = 192,
    text_layers: Annotated[int, Field(ge=1, le=32)] = 4,
    map_channels: MapChannels = 64,
    parameterization: Literal["v", "epsilon"] = "v",
    denoiser: DenoiserModel | None = None,
    conditioner: ConditionerModel | None = None,
    seed: Annotated[int, Seed()] = 2,
    *,
    run: Run,
) -> TrainedDenoiser:
    """Train the second stage on the latents of `latents` scenes, conditioned on captions and boxes.

    From a `denoiser` and its `conditioner` training goes on: shapes, words and parameterization are theirs.
    A `conditioner` alone, as `train_conditioner` makes it, is trained on with a new denoiser.
    """
    from latent_diffusion.emoji_scenes.dataset import pictures
    from latent_diffusion.emoji_scenes.latents import SceneLatents
    from latent_diffusion.model_file import conditioner_header, denoiser_header
    from latent_diffusion.training import denoiser_training as training
    from latent_diffusion.training.latent_bank import BATCH, build_latent_bank
    from latent_diffusion.training.starting_weights import networks_to_continue
    from latent_diffusion.unet import UNetConfig

    source = data_set(scenes, run)
    workspace = run.workspace()
    device = device_of(run)
    stage_one = load(autoencoder, run)
    given = None if denoiser is None else load(denoiser, run)
    z = stage_one.config.embed_dim
    with refusals():
        words = None if conditioner is None else load(conditioner, run)
        unet, encoder = networks_to_continue(given, words, z)
        bank = build_latent_bank(
            stage_one,
            lambda number: pictures(source.batch(number, BATCH)),
            latents,
            workspace / "latents.npy",
            device=device,
            on_step=lambda done, total: run.progress(done, total, "encoding scenes"),
        )
    scene_latents = SceneLatents(bank, source)
    encoder = encoder or _new_conditioner(context_width, text_layers, map_channels, seed)
    if unet is None:
        encoder.config = replace(encoder.config, map_size=bank.shape[-1])
        config = UNetConfig(
            in_channels=z + encoder.config.map_channels,
            out_channels=z,
            model_channels=channels,
            channel_mult=tuple(channel_multipliers),
            num_res_blocks=blocks,
            attention_downsampling=tuple(attention_downsampling),
            head_channels=32,
            context_width=encoder.config.text.width,
            scale_shift_norm=True,
            attention_positions=True,
        )
        unet = training.new_denoiser(config, seed)
    if given is not None:
        parameterization = given.parameterization
    examples = source.range(SCALE_FIRST, SHEET)
    sheet = partial(sheets.samples, run, stage_one, scenes.size, parameterization, examples)
    with refusals():
        unet, encoder = training.train_denoiser(
            unet,
            encoder,
            training.DenoiserRecipe(steps, batch, rate, parameterization=parameterization, seed=seed),
            lambda step: scene_latents.batch(step, batch),
            workspace=workspace,
            device=device,
            on_step=_progress(run),
            on_sheet=sheet,
        )
    last = sheet(unet.to(device), encoder.to(device))
    run.save_artifact("samples.png", last, "image/png")
    routes = frozenset({"tokens", "channels"} if encoder.config.map_channels else {"tokens"})
    header = denoiser_header(unet, parameterization, routes, droppable_channels=True)
    return TrainedDenoiser(
        save_trained(run, unet, header, DenoiserModel),
        save_trained(run, encoder, conditioner_header(encoder), ConditionerModel),
    )


@node(title="Save bundle", category="training", kind="effect")
def save_bundle(
    autoencoder: AutoencoderModel,
    denoiser: DenoiserModel,
    conditioner: ConditionerModel,
    recogniser: RecogniserModel,
    planner: PlannerModel | None = None,
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")] = "emoji-scenes",
    image_size: Annotated[int, Field(ge=32, le=4096)] = 128,
    *,
    run: Run,
) -> Artifact:
    """Pack models that belong together into a zip file; `scripts/embed_bundle` makes it the embedded one."""
    from latent_diffusion.bundle import pack_bundle

    models = (autoencoder, denoiser, conditioner, recogniser, planner)
    parts = {model.kind: model_path(model, run) for model in models if model is not None}
    archive = run.workspace() / f"{name}.zip"
    pack_bundle(archive, name, image_size, parts)
    return run.save_artifact(archive.name, archive, "application/zip")


def _new_conditioner(width: int, layers: int, map_channels: int, seed: int) -> Conditioner:
    import torch

    from latent_diffusion.conditioner import Conditioner, ConditionerConfig
    from latent_diffusion.emoji_scenes.words import build_tokenizer
    from latent_diffusion.text_encoder import TextEncoderConfig

    torch.manual_seed(seed)
    tokenizer = build_tokenizer()
    text = TextEncoderConfig(tokenizer.get_vocab_size(), 48, width, layers, width // 32, 32)
    return Conditioner(ConditionerConfig(text, boxes=True, map_channels=map_channels), tokenizer)


def _progress(run: Run) -> OnStep:
    def on_step(done: int, total: int, losses: dict[str, float]) -> None:
        run.progress(done, total, ", ".join(f"{name} {value:.4g}" for name, value in losses.items()))

    return on_step
