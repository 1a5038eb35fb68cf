"""Nodes that measure a model on held-out scenes: a score a task, a table, a chart, a grid of pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from graph_engine import Artifact, Run, Seed, node
from latent_diffusion.emoji_scenes.score import Score
from nodes.models import load
from nodes.sampling import SamplerName
from nodes.scenes import Scenes, data_set
from nodes.values import AutoencoderModel, ConditionerModel, DenoiserModel, PlannerModel, RecogniserModel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from latent_diffusion.emoji_scenes.dataset import Example
    from latent_diffusion.emoji_scenes.evaluation import Paint

Count = Annotated[int, Field(ge=1, le=100_000)]


@node(title="Evaluate autoencoder", category="evaluation", lane="device")
def evaluate_autoencoder(
    autoencoder: AutoencoderModel, scenes: Scenes, count: Count = 200, *, run: Run
) -> list[Score]:
    """Measure PSNR and SSIM of encoding and decoding `count` scenes."""
    from latent_diffusion.emoji_scenes import evaluation

    source = data_set(scenes, run)
    return evaluation.evaluate_autoencoder(load(autoencoder, run), source, count, run.progress)


@node(title="Evaluate planner", category="evaluation", lane="device")
def evaluate_planner(
    planner: PlannerModel,
    scenes: Scenes,
    count: Count = 200,
    seed: Annotated[int, Seed()] = 0,
    *,
    run: Run,
) -> list[Score]:
    """Plan layouts for `count` captions of two objects: are they those of the caption, and where it says?"""
    from latent_diffusion.emoji_scenes import evaluation

    source = data_set(scenes, run, objects=2)
    return [evaluation.evaluate_planner(load(planner, run), source, count, seed, run.progress)]


@node(title="Evaluate generation", category="evaluation", lane="device")
def evaluate_generation(
    autoencoder: AutoencoderModel,
    denoiser: DenoiserModel,
    conditioner: ConditionerModel,
    recogniser: RecogniserModel,
    scenes: Scenes,
    task: Literal["one_object", "two_objects", "boxes"] = "one_object",
    count: Count = 200,
    steps: Annotated[int, Field(ge=1, le=1000)] = 20,
    guidance: Annotated[float, Field(ge=0, le=30)] = 2.0,
    sampler: SamplerName = "dpmpp_2m",
    planner: PlannerModel | None = None,
    seed: Annotated[int, Seed()] = 0,
    *,
    run: Run,
) -> list[Score]:
    """Sample a picture for each of `count` held-out scenes; the recogniser says which came out right.

    The task `boxes` shows the denoiser the scenes' boxes alone. The others show it captions, with the layouts
    that the `planner`, if there is one, plans for them.
    """
    from latent_diffusion.emoji_scenes import evaluation

    source = data_set(scenes, run, objects=evaluation.OBJECTS[task])
    parts = _Parts(autoencoder, denoiser, conditioner, planner, boxes=task == "boxes")
    paint = _painter(parts, run, steps=steps, guidance=guidance, sampler=sampler, seed=seed)
    return [evaluation.evaluate_task(task, source, load(recogniser, run), paint, count, run.progress)]


@node(title="Evaluation report", category="evaluation", kind="effect")
def evaluation_report(scores: list[list[Score]], *, run: Run) -> list[Artifact]:
    """Write the scores as a Markdown table, as JSON and as a chart."""
    import json
    from dataclasses import asdict

    from latent_diffusion.emoji_scenes import report

    flat = [score for group in scores for score in group]
    data = json.dumps([asdict(score) | {"ratio": score.ratio} for score in flat], indent=2)
    return [
        run.save_artifact("evaluation.md", report.table(flat).encode(), "text/markdown"),
        run.save_artifact("evaluation.json", data.encode(), "application/json"),
        run.save_artifact("evaluation.png", report.chart(flat), "image/png"),
    ]


@node(title="Prompt grid", category="evaluation", lane="device", kind="effect")
def prompt_grid(
    autoencoder: AutoencoderModel,
    denoiser: DenoiserModel,
    conditioner: ConditionerModel,
    scenes: Scenes,
    count: Annotated[int, Field(ge=1, le=256)] = 64,
    steps: Annotated[int, Field(ge=1, le=1000)] = 20,
    guidance: Annotated[float, Field(ge=0, le=30)] = 2.0,
    sampler: SamplerName = "dpmpp_2m",
    planner: PlannerModel | None = None,
    seed: Annotated[int, Seed()] = 0,
    *,
    run: Run,
) -> Artifact:
    """Sample a picture for the caption of each of `count` scenes and lay them out in a grid.

    With a `planner` each caption is sampled with a layout that is planned for it.
    """
    import torch

    from latent_diffusion.emoji_scenes import report

    parts = _Parts(autoencoder, denoiser, conditioner, planner)
    paint = _painter(parts, run, steps=steps, guidance=guidance, sampler=sampler, seed=seed)
    examples = data_set(scenes, run).range(0, count)
    images = []
    for first in range(0, count, 16):
        images.append(paint(examples[first : first + 16], first))
        run.progress(min(count, first + 16), count)
    data = report.grid(torch.cat(images), [example.caption for example in examples])
    return run.save_artifact("grid.png", data, "image/png")


@dataclass(frozen=True)
class _Parts:
    """What paints: the models, and whether scenes are described by their boxes in place of a caption."""

    autoencoder: AutoencoderModel
    denoiser: DenoiserModel
    conditioner: ConditionerModel
    planner: PlannerModel | None
    boxes: bool = False


def _painter(
    parts: _Parts, run: Run, *, steps: int, guidance: float, sampler: SamplerName, seed: int
) -> Paint:
    from latent_diffusion.emoji_scenes.latents import layout
    from latent_diffusion.sample import sample

    stage_one, network = load(parts.autoencoder, run), load(parts.denoiser, run)
    encoder = load(parts.conditioner, run)
    planner = None if parts.planner is None else load(parts.planner, run)

    def paint(examples: Sequence[Example], first: int) -> Tensor:
        count = len(examples)
        size = examples[0].picture.shape[0] // stage_one.config.factor
        captions = [example.caption for example in examples]
        if parts.boxes:
            layouts = [layout(example.scene.objects) for example in examples]
            positive = encoder.encode_regions(layouts, (size, size))
        else:
            positive = encoder.encode_text(captions)
            if planner is not None:
                positive += encoder.encode_regions(planner.plan(captions, seed, first), (size, size))
        latents = sample(
            network,
            (count, network.latent_channels, size, size),
            positive,
            encoder.encode_text([""] * count),
            seed=seed,
            first_index=first,
            steps=steps,
            guidance=guidance,
            sampler=sampler,
            callback=_check(run),
        )
        return stage_one.decode(latents.to(network.device)).detach().cpu()

    return paint


def _check(run: Run) -> Callable[..., None]:
    def callback(step: int, steps: int, x: Tensor, denoised: Tensor) -> None:
        run.check_cancelled()

    return callback
