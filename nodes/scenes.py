"""Nodes of the emoji-scenes data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import Field

from graph_engine import Run, Seed, node
from nodes.values import Image

if TYPE_CHECKING:
    from latent_diffusion.emoji_scenes.compositor import Compositor
    from latent_diffusion.emoji_scenes.dataset import EmojiScenes


@dataclass(frozen=True)
class Scenes:
    """A data set of composed scenes, pictures of `size` pixels; scene n is always the same."""

    seed: int
    split: Literal["train", "held_out"]
    objects: int
    size: int


class SceneExamples(NamedTuple):
    """Some scenes: pictures, and the caption of each."""

    image: Image
    captions: list[str]


def font_digest(**inputs: object) -> str:
    """Return the digest of the emoji font, which the pictures depend on."""
    from latent_diffusion.bundle import file_digest
    from latent_diffusion.emoji_scenes.compositor import find_font

    return file_digest(find_font())


@node(title="Compose scenes", category="training", kind="external", fingerprint=font_digest)
def compose_scenes(
    seed: Annotated[int, Seed()] = 0,
    split: Literal["train", "held_out"] = "train",
    objects: Annotated[int, Field(ge=0, le=4)] = 0,
    size: Annotated[int, Field(ge=32, le=512)] = 128,
) -> Scenes:
    """Describe a data set of emoji scenes; `objects` in each, or one to four with 0. Nothing is drawn yet."""
    return Scenes(seed, split, objects, size)


@node(title="Scene pictures", category="training")
def scene_pictures(
    scenes: Scenes,
    first: Annotated[int, Field(ge=0)] = 0,
    count: Annotated[int, Field(ge=1, le=256)] = 8,
    *,
    run: Run,
) -> SceneExamples:
    """Draw scenes number `first` and following, with their captions."""
    import torch

    from latent_diffusion.emoji_scenes.dataset import pictures
    from latent_diffusion.training.precision import images_to_tensor

    examples = data_set(scenes, run).range(first, count)
    images = images_to_tensor(pictures(examples), torch.device("cpu"))
    return SceneExamples(Image((images + 1) / 2), [example.caption for example in examples])


class Compositors:
    """The compositors of one engine: each holds scaled glyphs, which are worth keeping."""

    def __init__(self) -> None:
        self._made: dict[int, Compositor] = {}

    def of(self, size: int) -> Compositor:
        """Return the compositor for pictures of `size` pixels."""
        from latent_diffusion.emoji_scenes.compositor import Compositor

        if size not in self._made:
            self._made[size] = Compositor(size)
        return self._made[size]


def data_set(scenes: Scenes, run: Run, objects: int | None = None) -> EmojiScenes:
    """Return the data set that a value describes, ready to draw."""
    from latent_diffusion.emoji_scenes.dataset import EmojiScenes

    compositor = run.service(Compositors).of(scenes.size)
    return EmojiScenes(compositor, scenes.seed, scenes.split, scenes.objects if objects is None else objects)
