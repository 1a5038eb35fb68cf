import re

import numpy as np
import pytest
import torch

from latent_diffusion.emoji_scenes.dataset import EmojiScenes
from latent_diffusion.emoji_scenes.latents import SceneLatents, layout
from latent_diffusion.emoji_scenes.scenes import Scene, SceneObject, in_order_of_mention
from latent_diffusion.emoji_scenes.vocabulary import COUNTS, RELATIONS, TINTS, plural

COUNT = 6


@pytest.fixture(scope="module")
def bank() -> np.ndarray:
    return np.arange(COUNT * 8, dtype=np.float16).reshape(COUNT, 2, 2, 2)


@pytest.fixture
def source(compositor, bank) -> SceneLatents:
    return SceneLatents(bank, EmojiScenes(compositor, seed=3))


def words_for(scene: Scene) -> set[str]:
    """Every word that may name an object of the scene."""
    names = {o.noun for o in scene.objects}
    if len(names) < len(scene.objects):
        names |= {plural(noun) for noun in names}
    return names


def test_a_step_is_the_same_batch_at_every_call(source, compositor, bank):
    again = SceneLatents(bank, EmojiScenes(compositor, seed=3))
    source.batch(0, 4)
    first, second = source.batch(2, 4), again.batch(2, 4)
    assert torch.equal(first.latents, second.latents)
    assert (first.captions, first.layouts) == (second.captions, second.layouts)


def test_batches_go_through_the_bank_again_and_again(source, bank):
    latents = torch.cat([source.batch(step, 4).latents for step in range(3)])
    assert latents.dtype == torch.float32
    assert torch.equal(latents, torch.from_numpy(np.concatenate([bank, bank]).astype(np.float32)))


def test_latent_and_layout_are_of_the_same_scene(source):
    batch = source.batch(1, 4)  # scenes 4, 5, 0, 1
    for index, given in zip((4, 5, 0, 1), batch.layouts, strict=True):
        wanted = layout(source.scenes.scene(index).objects)
        assert sorted(map(repr, given)) == sorted(map(repr, wanted))


def test_a_layout_is_in_the_order_of_its_caption():
    scene = Scene(
        tuple(
            SceneObject(noun, "", "", (x, 0.1, x + 0.2, 0.3))
            for noun, x in (("car", 0.0), ("carrot", 0.4), ("mouse", 0.8), ("mouse", 0.6))
        ),
        ("blue",),
    )
    ordered = in_order_of_mention(scene, "two mice, a carrot and a car on a blue background")
    assert [(o.noun, o.box[0]) for o in ordered] == [
        ("mouse", 0.6),
        ("mouse", 0.8),
        ("carrot", 0.4),
        ("car", 0.0),
    ]


def test_a_batch_may_be_larger_than_the_bank(source):
    assert torch.equal(source.batch(0, COUNT + 1).latents[-1], source.batch(0, 1).latents[0])


def test_captions_change_from_epoch_to_epoch_and_stay_true(source):
    epochs = [source.batch(step, COUNT).captions for step in range(8)]
    for index in range(COUNT):
        scene = source.scenes.scene(index)
        captions = [epoch[index] for epoch in epochs]
        assert len(set(captions)) > 1
        for caption in captions:
            said, _, ground = caption.partition(" on a")
            assert not ground or ground.removeprefix("n").strip() == (
                f"{' and '.join(scene.background)} background"
            )
            named = sum(len(re.findall(rf"\b{word}\b", said)) for word in words_for(scene))
            counted = next((n for n, word in COUNTS.items() if said.startswith(f"{word} ")), None)
            assert named == len(scene.objects) or counted == len(scene.objects)
            assert {t for t in TINTS if t in said.split()} <= {o.tint for o in scene.objects} | set(
                " ".join(o.noun for o in scene.objects).split()
            )
            assert len(scene.objects) == 2 or not any(f" {r} " in said for r in RELATIONS)


def test_a_layout_has_the_label_and_box_of_each_object_within_the_picture():
    inside, outside = (0.1, 0.2, 0.3, 0.4), (0.5, 0.5, 1.0 + 1e-9, 1.2)
    scene = Scene((SceneObject("apple", "red", "", inside), SceneObject("cat", "", "", outside)), ("blue",))
    assert [(r.label, r.box) for r in layout(scene.objects)] == [
        ("red apple", inside),
        ("cat", (0.5, 0.5, 1.0, 1.0)),
    ]
