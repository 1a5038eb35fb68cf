"""The judges on planted detections; the scenes that a task asks for; what a perfect painter scores."""

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor

from latent_diffusion.emoji_scenes.dataset import EmojiScenes, Example, pictures
from latent_diffusion.emoji_scenes.evaluation import (
    OBJECTS,
    TASKS,
    boxes_right,
    evaluate_autoencoder,
    evaluate_planner,
    evaluate_task,
    one_object_right,
    quantized,
    task_example,
    task_scenes,
    two_objects_right,
)
from latent_diffusion.emoji_scenes.latents import layout
from latent_diffusion.emoji_scenes.scenes import Scene, SceneObject, is_held_out, relation
from latent_diffusion.recogniser import Detection, Recogniser, RecogniserConfig
from latent_diffusion.regions import Region
from latent_diffusion.training.precision import images_to_tensor
from tests.resources.tiny_models import CPU, tiny_autoencoder

LEFT, RIGHT = (0.1, 0.4, 0.3, 0.6), (0.7, 0.4, 0.9, 0.6)
TOP, BOTTOM = (0.4, 0.1, 0.6, 0.3), (0.4, 0.7, 0.6, 0.9)


def scene(*objects: tuple[str, tuple[float, float, float, float]]) -> Scene:
    return Scene(tuple(SceneObject(noun, "", "", box) for noun, box in objects), ("blue",))


def seen(*objects: tuple[str, tuple[float, float, float, float]]) -> list[Detection]:
    return [Detection(name, 0.9, box) for name, box in objects]


def held_out(compositor, task: str) -> EmojiScenes:
    return EmojiScenes(compositor, split="held_out", objects=OBJECTS[task])


def ignore(done: int, total: int) -> None:
    """Take note of nothing."""


class PlantedRecogniser(Recogniser):
    """Knows by heart what is in some pictures, and sees nothing in any other."""

    def __init__(self, scenes: EmojiScenes, numbers: Sequence[int]) -> None:
        super().__init__(RecogniserConfig(("cat",), width=16, blocks=1))
        self.known = {
            scenes.example(number).picture.tobytes(): seen(
                *((o.noun, o.box) for o in scenes.scene(number).objects)
            )
            for number in numbers
        }

    def detect(self, images: Tensor, threshold: float = 0.3) -> list[list[Detection]]:
        levels = ((images + 1) * 127.5).round().byte().permute(0, 2, 3, 1).contiguous()
        return [self.known.get(picture.numpy().tobytes(), []) for picture in levels]


def paint_real(examples: Sequence[Example], first: int) -> Tensor:
    return images_to_tensor(pictures(list(examples)), CPU)


def paint_grey(examples: Sequence[Example], first: int) -> Tensor:
    return torch.zeros(len(examples), 3, 64, 64)


@pytest.mark.parametrize(
    ("found", "right"),
    [
        (seen(("cat", RIGHT)), 1.0),  # wherever it is
        (seen(), 0.0),
        (seen(("dog", LEFT)), 0.0),
        (seen(("cat", LEFT), ("dog", RIGHT)), 0.0),
        (seen(("cat", LEFT), ("cat", RIGHT)), 0.0),
    ],
    ids=["it alone", "nothing", "another", "and another", "it twice"],
)
def test_one_object_is_right_when_it_alone_is_seen_once(found, right):
    assert one_object_right(scene(("cat", LEFT)), found) == [right]


@pytest.mark.parametrize(
    ("asked", "opposite"),
    [((LEFT, RIGHT), (RIGHT, LEFT)), ((TOP, BOTTOM), (BOTTOM, TOP))],
    ids=["side by side", "one above the other"],
)
def test_two_objects_are_right_when_both_stand_as_asked(asked, opposite):
    for a, b in (asked, opposite):
        wanted = scene(("cat", a), ("dog", b))
        assert two_objects_right(wanted, seen(("cat", a), ("dog", b))) == [1.0]
        assert two_objects_right(wanted, seen(("dog", b), ("cat", a))) == [1.0]  # in any order
        assert two_objects_right(wanted, seen(("cat", b), ("dog", a))) == [0.0]


def test_two_objects_are_wrong_when_one_is_missing():
    wanted = scene(("cat", LEFT), ("dog", RIGHT))
    assert two_objects_right(wanted, seen(("cat", LEFT))) == [0.0]
    assert two_objects_right(wanted, seen(("dog", RIGHT), ("apple", LEFT))) == [0.0]
    assert two_objects_right(wanted, []) == [0.0]


def test_each_box_is_judged_by_label_and_overlap():
    wanted = scene(("cat", (0.0, 0.0, 0.4, 0.4)), ("dog", (0.5, 0.5, 0.9, 0.9)))
    half = (0.0, 0.0, 0.4, 0.2)  # IoU 0.5 with the cat's
    less = (0.5, 0.5, 0.9, 0.69)  # IoU 0.475 with the dog's
    assert boxes_right(wanted, seen(("cat", half), ("dog", less))) == [1.0, 0.0]
    assert boxes_right(wanted, seen(("dog", half), ("cat", less))) == [0.0, 0.0]
    assert boxes_right(wanted, seen(("cat", LEFT), ("cat", half), ("dog", wanted.objects[1].box))) == [1, 1]
    assert boxes_right(wanted, []) == [0.0, 0.0]


@pytest.mark.parametrize("task", TASKS)
def test_a_task_asks_with_fitting_held_out_scenes_in_order(compositor, task):
    scenes = held_out(compositor, task)
    numbers = task_scenes(task, scenes, 12)
    assert numbers == sorted(set(numbers))
    for number in numbers:
        objects = scenes.scene(number).objects
        assert len(objects) == OBJECTS[task]
        assert all(is_held_out(o.tint, o.noun) for o in objects if o.tint)
        assert task == "one_object" or is_held_out(*(o.noun for o in objects))
        assert task != "two_objects" or relation(*objects) is not None
    assert task_scenes(task, scenes, 5) == numbers[:5]  # more trials keep the first ones


def test_two_objects_are_asked_for_with_their_relation(compositor):
    scenes = held_out(compositor, "two_objects")
    for number in task_scenes("two_objects", scenes, 12):
        example = task_example("two_objects", scenes, number)
        a, b = example.scene.objects
        said = example.caption.split(" background")[0]
        assert f"{a.label} {relation(a, b)} " in said
        assert said.endswith(" and ".join(example.scene.background))
        assert f" {b.label} on a" in said
        assert "a orange" not in said


@pytest.mark.parametrize("task", TASKS)
def test_who_paints_the_real_pictures_scores_what_they_score(compositor, task):
    scenes = held_out(compositor, task)
    told: list[tuple[int, int]] = []
    numbers = task_scenes(task, scenes, 23)
    recogniser = PlantedRecogniser(scenes, numbers)
    score = evaluate_task(task, scenes, recogniser, paint_real, 23, lambda *step: told.append(step))
    trials = 46 if task == "boxes" else 23
    assert (score.value, score.real, score.ratio, score.count) == (1.0, 1.0, 1.0, trials)
    assert (score.low, score.high, score.misses) == (1.0, 1.0, ())
    assert told == [(20, 23), (23, 23)]


def test_a_recogniser_that_misses_some_is_no_fault_of_the_painter(compositor):
    scenes = held_out(compositor, "one_object")
    recogniser = PlantedRecogniser(scenes, task_scenes("one_object", scenes, 8)[:6])
    score = evaluate_task("one_object", scenes, recogniser, paint_real, 8, ignore)
    assert (score.value, score.real, score.ratio) == (0.75, 0.75, 1.0)
    assert len(score.misses) == 2


def test_who_paints_nothing_scores_nothing_and_the_misses_are_told(compositor):
    scenes = held_out(compositor, "one_object")
    recogniser = PlantedRecogniser(scenes, range(30))
    score = evaluate_task("one_object", scenes, recogniser, paint_grey, 3, ignore)
    assert (score.value, score.real, score.ratio) == (0.0, 1.0, 0.0)
    assert score.misses == tuple(
        f"{scenes.example(number).caption}: found nothing" for number in task_scenes("one_object", scenes, 3)
    )


def test_the_painter_is_told_which_picture_is_first(compositor):
    firsts: list[tuple[int, int]] = []

    def paint(examples: Sequence[Example], first: int) -> Tensor:
        firsts.append((first, len(examples)))
        return paint_grey(examples, first)

    scenes = held_out(compositor, "one_object")
    evaluate_task("one_object", scenes, PlantedRecogniser(scenes, []), paint, 41, ignore)
    assert firsts == [(0, 20), (20, 20), (40, 1)]


def test_the_autoencoder_is_measured_on_so_many_scenes(compositor):
    scenes = EmojiScenes(compositor, split="held_out")
    psnr, ssim = evaluate_autoencoder(tiny_autoencoder(), scenes, 3, ignore)
    assert (psnr.count, ssim.count) == (3, 3)
    assert (psnr.unit, psnr.real) == ("dB", None)
    images = paint_real(scenes.range(0, 3), 0)
    with torch.no_grad():
        decoded = quantized(tiny_autoencoder().decode(tiny_autoencoder().encode(images)))
    squared = ((images - decoded) / 2).square().mean((1, 2, 3))
    assert psnr.value == pytest.approx((-10 * squared.log10()).mean().item(), abs=1e-3)
    assert psnr.low <= psnr.value <= psnr.high
    assert ssim.value < 1


def test_quantized_pictures_are_those_of_a_file():
    levels = quantized(torch.tensor([-3.0, -1.0, 0.0, 0.001, 1.0, 2.0]))
    assert torch.equal(levels, quantized(levels))
    assert ((levels + 1) * 127.5).round().tolist() == [0, 0, 128, 128, 255, 255]


class KnowingPlanner:
    """Plans the boxes that a scene has, as `change` leaves them."""

    def __init__(self, scenes: EmojiScenes, change: Callable[[list[Region]], list[Region]]) -> None:
        self.layouts = {}
        for number in task_scenes("two_objects", scenes, 4):
            example = task_example("two_objects", scenes, number)
            self.layouts[example.caption] = change(layout(example.scene.objects))

    def plan(self, texts: list[str], seed: int, first_index: int) -> list[list[Region]]:
        return [self.layouts[text] for text in texts]


def swapped(regions: list[Region]) -> list[Region]:
    a, b = regions
    return [Region(a.label, b.box), Region(b.label, a.box)]


@pytest.mark.parametrize(
    ("change", "score"),
    [
        (lambda regions: regions, 1.0),
        (lambda regions: regions[::-1], 1.0),
        (swapped, 0.0),
        (lambda regions: regions[:1], 0.0),
        (lambda regions: [Region("cup", regions[0].box), regions[1]], 0.0),
        (lambda regions: [*regions, regions[0]], 0.0),
    ],
    ids=["as it is", "in another order", "swapped", "one missing", "another object", "one too many"],
)
def test_a_planned_layout_is_right_with_the_objects_of_the_caption_where_it_says(compositor, change, score):
    scenes = held_out(compositor, "two_objects")
    found = evaluate_planner(KnowingPlanner(scenes, change), scenes, 4, 0, ignore)
    assert (found.value, found.count) == (score, 4)
    assert len(found.misses) == round(4 * (1 - score))
