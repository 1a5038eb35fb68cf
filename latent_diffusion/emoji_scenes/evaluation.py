"""How well pictures show what was asked for, read by the recogniser, beside what it reads in real renders."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from latent_diffusion.autoencoder import Autoencoder
from latent_diffusion.emoji_scenes.dataset import EmojiScenes, Example, pictures
from latent_diffusion.emoji_scenes.scenes import Scene, phrase, relation
from latent_diffusion.emoji_scenes.score import Score
from latent_diffusion.layout_planner import LayoutPlanner
from latent_diffusion.metrics import bootstrap_mean, box_iou, psnr, ssim
from latent_diffusion.recogniser import Detection, Recogniser
from latent_diffusion.training.precision import images_to_tensor

BATCH = 20
MIN_IOU = 0.5

Paint = Callable[[Sequence[Example], int], Tensor]
"""Draws a picture [B,3,H,W] in [-1,1] for each example; the number is the first's index, for its noise."""

OnBatch = Callable[[int, int], None]


def evaluate_autoencoder(
    autoencoder: Autoencoder, scenes: EmojiScenes, count: int, on_batch: OnBatch
) -> list[Score]:
    """Return PSNR (dB) and SSIM of the reconstruction of `count` scenes, as 8-bit pictures (range 255)."""
    ratios: list[float] = []
    likenesses: list[float] = []
    for first in range(0, count, BATCH):
        batch = pictures(scenes.range(first, min(BATCH, count - first)))
        images = images_to_tensor(batch, autoencoder.latent_mean.device)
        with torch.no_grad():
            decoded = quantized(autoencoder.decode(autoencoder.encode(images)))
        a, b = (images + 1) / 2, (decoded + 1) / 2
        ratios += psnr(b, a).tolist()
        likenesses += ssim(b, a).tolist()
        on_batch(min(first + BATCH, count), count)
    return [_score("reconstruction PSNR", ratios, unit="dB"), _score("reconstruction SSIM", likenesses)]


def evaluate_task(
    task: str, scenes: EmojiScenes, recogniser: Recogniser, paint: Paint, count: int, on_batch: OnBatch
) -> Score:
    """Return the share of `count` held-out scenes that come out right, of painted and of real pictures."""
    judge = TASKS[task]
    device = next(recogniser.parameters()).device
    numbers = task_scenes(task, scenes, count)
    painted: list[float] = []
    real: list[float] = []
    misses: list[str] = []
    for first in range(0, count, BATCH):
        examples = [task_example(task, scenes, number) for number in numbers[first : first + BATCH]]
        found = recogniser.detect(quantized(paint(examples, first)).to(device))
        rendered = recogniser.detect(images_to_tensor(pictures(examples), device))
        for example, seen, truth in zip(examples, found, rendered, strict=True):
            results = judge(example.scene, seen)
            painted += results
            real += judge(example.scene, truth)
            if min(results) < 1:
                names = ", ".join(d.name for d in seen) or "nothing"
                misses.append(f"{example.caption}: found {names}")
        on_batch(min(first + BATCH, count), count)
    real_mean = sum(real) / len(real)
    return _score(TITLES[task], painted, real=real_mean, misses=tuple(misses[:20]))


def evaluate_planner(
    planner: LayoutPlanner, scenes: EmojiScenes, count: int, seed: int, on_batch: OnBatch
) -> Score:
    """Return the share of `count` captions whose planned boxes are their two objects, placed as they say."""
    right: list[float] = []
    misses: list[str] = []
    for index, number in enumerate(task_scenes("two_objects", scenes, count)):
        example = task_example("two_objects", scenes, number)
        (planned,) = planner.plan([example.caption], seed, index)
        wanted = {o.label: o.noun for o in example.scene.objects}
        named = sorted(region.label for region in planned) == sorted(wanted)
        found = [Detection(wanted.get(r.label, r.label), 1.0, r.box) for r in planned]
        right.append(float(named) * two_objects_right(example.scene, found)[0])
        if not right[-1]:
            boxes = ", ".join(f"{region.label} {region.box}" for region in planned)
            misses.append(f"{example.caption}: planned {boxes or 'nothing'}")
        if index % BATCH == BATCH - 1:
            on_batch(index + 1, count)
    return _score("planned layouts: both objects, relation right", right, misses=tuple(misses[:20]))


def task_scenes(task: str, scenes: EmojiScenes, count: int) -> list[int]:
    """Return the numbers of the first `count` scenes with a task's objects, two in a clear relation."""
    numbers: list[int] = []
    number = 0
    while len(numbers) < count:
        objects = scenes.scene(number).objects
        clear = task != "two_objects" or (len(objects) == 2 and relation(*objects) is not None)
        if len(objects) == OBJECTS[task] and clear:
            numbers.append(number)
        number += 1
    return numbers


def task_example(task: str, scenes: EmojiScenes, number: int) -> Example:
    """Return a scene with the caption that a task asks with."""
    example = scenes.example(number)
    return _with_relation(example) if task == "two_objects" else example


def _with_relation(example: Example) -> Example:
    a, b = example.scene.objects
    background = " and ".join(example.scene.background)
    article = "an" if background.startswith("orange") else "a"
    caption = f"{phrase(a)} {relation(a, b)} {phrase(b)} on {article} {background} background"
    return Example(example.scene, caption, example.picture)


def one_object_right(scene: Scene, found: list[Detection]) -> list[float]:
    """One when the named object is seen, once, and nothing else is."""
    return [float([d.name for d in found] == [scene.objects[0].noun])]


def two_objects_right(scene: Scene, found: list[Detection]) -> list[float]:
    """One when both objects are seen and stand to each other as the caption says."""
    a, b = scene.objects
    seen_a = next((d for d in found if d.name == a.noun), None)
    seen_b = next((d for d in found if d.name == b.noun), None)
    if seen_a is None or seen_b is None:
        return [0.0]
    (ax, ay), (bx, by) = centre(seen_a), centre(seen_b)
    holds = {"left of": ax < bx, "right of": ax > bx, "above": ay < by, "below": ay > by}
    return [float(holds[relation(a, b) or "left of"])]


def boxes_right(scene: Scene, found: list[Detection]) -> list[float]:
    """One for each drawn box in which its object is seen with IoU >= 0.5."""
    return [
        float(any(d.name == o.noun and box_iou_of(d.box, o.box) >= MIN_IOU for d in found))
        for o in scene.objects
    ]


TASKS: dict[str, Callable[[Scene, list[Detection]], list[float]]] = {
    "one_object": one_object_right,
    "two_objects": two_objects_right,
    "boxes": boxes_right,
}
TITLES = {
    "one_object": "one object: it is there, and nothing else",
    "two_objects": "two objects of an unseen pair: both there, relation right",
    "boxes": "boxes: right label inside, IoU >= 0.5",
}
OBJECTS = {"one_object": 1, "two_objects": 2, "boxes": 2}


def quantized(images: Tensor) -> Tensor:
    """Round images in [-1,1] to the 8-bit levels that a file has."""
    return ((images.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1


def centre(detection: Detection) -> tuple[float, float]:
    """Return the middle of a found box."""
    x0, y0, x1, y1 = detection.box
    return (x0 + x1) / 2, (y0 + y1) / 2


def box_iou_of(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """Return the intersection over union of two boxes."""
    return float(box_iou(torch.tensor([a]), torch.tensor([b])))


def _score(
    name: str, values: list[float], real: float | None = None, unit: str = "", misses: tuple[str, ...] = ()
) -> Score:
    mean, low, high = bootstrap_mean(torch.tensor(values))
    return Score(name, float(mean), float(low), float(high), len(values), real, unit, misses)
