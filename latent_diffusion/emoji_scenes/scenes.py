"""Scenes: what is in a picture (objects with boxes, a background) and the captions that describe it.

Scene `index` of a `split` depends on nothing but the two and the seed, so a data set needs no files, and
training that stops goes on at the same scene.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from latent_diffusion.emoji_scenes.vocabulary import (
    BACKGROUNDS,
    COUNTS,
    NOUN_NAMES,
    PLACES,
    SIZES,
    TINTABLE,
    TINTS,
    UNCOUNTED,
    WITHOUT_ARTICLE,
    plural,
)

Split = Literal["train", "held_out"]
HELD_OUT_SHARE = 0.1  # of the pairs of nouns and of the tinted nouns; see `is_held_out`
MAX_OVERLAP = 0.10  # of the smaller of two boxes
MAX_OBJECTS = 4


@dataclass(frozen=True)
class SceneObject:
    """One object: what it is, its tint or `""` for the glyph's own colours, its size word and its box."""

    noun: str
    tint: str
    size: str
    box: tuple[float, float, float, float]  # x0, y0, x1, y1 as parts of the picture, y down

    @property
    def label(self) -> str:
        """Return the words that name the object in a box list: `red apple`."""
        return f"{self.tint} {self.noun}".strip()

    @property
    def centre(self) -> tuple[float, float]:
        """Return the middle of the box (x, y)."""
        x0, y0, x1, y1 = self.box
        return (x0 + x1) / 2, (y0 + y1) / 2


@dataclass(frozen=True)
class Scene:
    """Objects on a background of one colour, or of two (the first on top)."""

    objects: tuple[SceneObject, ...]
    background: tuple[str, ...]


def is_held_out(*words: str) -> bool:
    """Say whether two nouns, or a tint and a noun, never meet in training: one in ten do not, by hash."""
    digest = hashlib.blake2b(" ".join(sorted(words)).encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") < HELD_OUT_SHARE * 2**32


def scene_generator(seed: int, split: Split, index: int) -> np.random.Generator:
    """Return the random source of one scene."""
    return np.random.Generator(np.random.PCG64([seed, 0 if split == "train" else 1, index]))


def draw_scene(
    rng: np.random.Generator, aspects: dict[str, float], split: Split = "train", count: int = 0
) -> Scene:
    """Draw a scene of `count` objects (0: one to four); `aspects` holds width / height of every noun's glyph.

    In the split `train` no pair of nouns and no tinted noun is held out. In `held_out` every tinted noun is,
    and so are the first two nouns drawn; few triples are held out pair by pair, so a third or fourth noun may
    meet others in training. An object that finds no free place is left out.
    """
    count = count or int(rng.choice([1, 2, 3, 4], p=[0.4, 0.4, 0.14, 0.06]))
    nouns = _draw_nouns(rng, split, count)
    objects: list[SceneObject] = []
    for noun in nouns:
        placed = _place(rng, noun, aspects[noun], objects, count, split)
        if placed is not None:
            objects.append(placed)
    names = list(BACKGROUNDS)
    two = rng.random() < 0.3
    background = tuple(names[i] for i in rng.choice(len(names), size=2 if two else 1, replace=False))
    return Scene(tuple(objects), background)


def _draw_nouns(rng: np.random.Generator, split: Split, count: int) -> list[str]:
    if count > 1 and split == "train" and rng.random() < 0.15:  # "two cats"
        countable = [n for n in NOUN_NAMES if n not in UNCOUNTED]
        return [countable[int(rng.integers(len(countable)))]] * count
    nouns = [NOUN_NAMES[int(rng.integers(len(NOUN_NAMES)))]]
    while len(nouns) < count:
        noun = NOUN_NAMES[int(rng.integers(len(NOUN_NAMES)))]
        if noun in nouns:
            continue
        held_out = [is_held_out(noun, other) for other in nouns]
        fits = all(held_out) if split == "held_out" else not any(held_out)
        # Few triples are held out pair by pair: now and then another noun must do.
        if fits or (split == "held_out" and len(nouns) > 1 and rng.random() < 0.02):
            nouns.append(noun)
    return nouns


def _place(
    rng: np.random.Generator, noun: str, aspect: float, others: list[SceneObject], count: int, split: Split
) -> SceneObject | None:
    tint = ""
    if noun in TINTABLE and rng.random() < 0.5:
        choices = [t for t in TINTS if is_held_out(t, noun) == (split == "held_out")]
        tint = choices[int(rng.integers(len(choices)))] if choices else ""
    size = ("small", "", "large")[int(rng.choice(3, p=[0.2, 0.6, 0.2] if count < 3 else [0.35, 0.65, 0.0]))]
    for _ in range(60):
        side = rng.uniform(*SIZES[size])
        width, height = side * min(1.0, aspect), side * min(1.0, 1 / aspect)
        x0, y0 = rng.uniform(0.0, 1.0 - width), rng.uniform(0.0, 1.0 - height)
        box = (x0, y0, x0 + width, y0 + height)
        if all(_overlap(box, other.box) <= MAX_OVERLAP for other in others):
            return SceneObject(noun, tint, size, box)
    return None


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return max(0.0, width) * max(0.0, height) / smaller


def relation(a: SceneObject, b: SceneObject) -> str | None:
    """Return how `a` stands to `b` (`left of`, `above`, ...) along the clearer axis, if one is clear."""
    dx, dy = b.centre[0] - a.centre[0], b.centre[1] - a.centre[1]
    if max(abs(dx), abs(dy)) < 0.2:
        return None
    if abs(dx) >= abs(dy):
        return "left of" if dx > 0 else "right of"
    return "above" if dy > 0 else "below"


def place(scene_object: SceneObject) -> str:
    """Return the cell of the picture that holds the object's centre, in words."""
    column, row = (min(2, int(c * 3)) for c in scene_object.centre)
    return PLACES[row * 3 + column]


def phrase(scene_object: SceneObject, with_size: bool = True) -> str:
    """Return the object in words, with its article: `a large red apple`."""
    words = " ".join(w for w in (scene_object.size if with_size else "", scene_object.label) if w)
    return words if scene_object.noun in WITHOUT_ARTICLE else _with_article(words)


def _with_article(words: str) -> str:
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def caption(scene: Scene, rng: np.random.Generator) -> str:
    """Describe the scene in words; what is said is true, and every object is named."""
    objects = [scene.objects[i] for i in rng.permutation(len(scene.objects))]
    text = _count_caption(objects) or _list_caption(objects, rng)
    if rng.random() < 0.7:
        text += f" on {_with_article(' and '.join(scene.background))} background"
    return text


def in_order_of_mention(scene: Scene, text: str) -> list[SceneObject]:
    """Return the objects as the caption names them; those that it counts, from left to right."""
    words = re.findall(r"[a-z]+", text)

    def mention(scene_object: SceneObject) -> tuple[int, float]:
        names = (scene_object.noun, plural(scene_object.noun))
        return next(i for i, word in enumerate(words) if word in names), scene_object.centre[0]

    return sorted(scene.objects, key=mention)


def _count_caption(objects: list[SceneObject]) -> str | None:
    first = objects[0]
    if len(objects) < 2 or any(o.noun != first.noun for o in objects):
        return None
    tint = first.tint if all(o.tint == first.tint for o in objects) else ""
    return " ".join(word for word in (COUNTS[len(objects)], tint, plural(first.noun)) if word)


def _list_caption(objects: list[SceneObject], rng: np.random.Generator) -> str:
    phrases = [phrase(o, with_size=rng.random() < 0.7) for o in objects]
    if len(objects) == 1:
        return phrases[0] + (f" {place(objects[0])}" if rng.random() < 0.5 else "")
    if len(objects) == 2:
        between = relation(objects[0], objects[1])
        if between and rng.random() < 0.7:
            return f"{phrases[0]} {between} {phrases[1]}"
    if rng.random() < 0.3:
        phrases = [f"{p} {place(o)}" for p, o in zip(phrases, objects, strict=True)]
    return ", ".join(phrases[:-1]) + f" and {phrases[-1]}"
