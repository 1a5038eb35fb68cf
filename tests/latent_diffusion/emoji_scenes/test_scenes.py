import re
from collections import Counter
from dataclasses import dataclass
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_diffusion.emoji_scenes.scenes import (
    MAX_OVERLAP,
    Scene,
    SceneObject,
    caption,
    draw_scene,
    is_held_out,
    phrase,
    place,
    relation,
    scene_generator,
)
from latent_diffusion.emoji_scenes.vocabulary import (
    BACKGROUNDS,
    COUNTS,
    NOUN_NAMES,
    PLACES,
    RELATIONS,
    SIZES,
    TINTABLE,
    TINTS,
    plural,
)

# The font decides the true aspects; scenes are drawn for any.
ASPECTS = {noun: 0.6 + 0.1 * (index % 9) for index, noun in enumerate(NOUN_NAMES)}

numbers = st.integers(0, 2**40)
splits = st.sampled_from(["train", "held_out"])
counts = st.integers(0, 4)


def example(index: int, split: str = "train", count: int = 0, seed: int = 0) -> tuple[Scene, str]:
    rng = scene_generator(seed, split, index)
    scene = draw_scene(rng, ASPECTS, split, count)
    return scene, caption(scene, rng)


def thing(noun: str = "cat", tint: str = "", size: str = "", box=(0.1, 0.1, 0.4, 0.4)) -> SceneObject:
    return SceneObject(noun, tint, size, box)


# Captions, read back by a grammar of our own.


@dataclass(frozen=True)
class Named:
    """What a caption says of one object."""

    noun: str
    tint: str
    size: str
    place: str


def read_object(words: str) -> Named:
    pattern = (
        r"(?:(?P<article>an?) )?(?:(?P<size>small|large) )?"
        rf"(?:(?P<tint>{'|'.join(TINTS)}) )?(?P<noun>{'|'.join(NOUN_NAMES)})"
        rf"(?: (?P<place>{'|'.join(PLACES)}))?"
    )
    found = re.fullmatch(pattern, words)
    assert found, f"cannot be read: {words!r}"
    following = words.removeprefix("an ").removeprefix("a ")
    assert found["article"] in (None, "an" if following[0] in "aeiou" else "a")
    return Named(found["noun"], found["tint"] or "", found["size"] or "", found["place"] or "")


def row_and_column(scene_object: SceneObject) -> str:
    x, y = scene_object.centre
    column = "left" if x < 1 / 3 else "right" if x >= 2 / 3 else ""
    row = "top" if y < 1 / 3 else "bottom" if y >= 2 / 3 else ""
    if not row:
        return f"on the {column}" if column else "in the centre"
    return f"at the {row} {column}".strip()


def match(scene: Scene, said: list[Named]) -> list[SceneObject]:
    """Return the objects in the order in which the caption names them."""
    assert Counter(o.noun for o in scene.objects) == Counter(s.noun for s in said)
    order = []
    for each in said:
        (scene_object,) = [o for o in scene.objects if o.noun == each.noun]
        assert each.tint == scene_object.tint
        assert each.size in ("", scene_object.size)
        assert each.place in ("", row_and_column(scene_object))
        order.append(scene_object)
    return order


@given(numbers, splits, counts)
def test_captions_are_true_and_name_every_object(index, split, count):
    scene, text = example(index, split, count)
    if ground := re.search(r" on (an?) (\w+)(?: and (\w+))? background$", text):
        assert tuple(filter(None, ground.groups()[1:])) == scene.background
        assert ground[1] == ("an" if ground[2] == "orange" else "a")
        text = text[: ground.start()]
    if counted := re.fullmatch(rf"({'|'.join(COUNTS.values())}) (?:({'|'.join(TINTS)}) )?(\w+)", text):
        assert counted[1] == COUNTS[len(scene.objects)]
        assert {plural(o.noun) for o in scene.objects} == {counted[3]}
        tints = {o.tint for o in scene.objects}
        assert tints == {counted[2]} if counted[2] else len(tints) > 1 or tints == {""}
    elif related := re.fullmatch(rf"(.+?) ({'|'.join(RELATIONS)}) (.+)", text):
        a, b = match(scene, [read_object(related[1]), read_object(related[3])])
        dx, dy = a.centre[0] - b.centre[0], a.centre[1] - b.centre[1]
        clear = {"left of": -dx, "right of": dx, "above": -dy, "below": dy}
        assert clear[related[2]] >= 0.2
        assert clear[related[2]] == max(clear.values())
    else:
        match(scene, [read_object(words) for words in re.split(r", | and ", text)])


def test_every_kind_of_caption_comes_up():
    captions = [example(index)[1] for index in range(400)]
    for word in (*RELATIONS, *PLACES, *COUNTS.values(), "small", "large", "background", " and "):
        assert any(word in text for text in captions), word


# Scenes


def test_a_scene_is_decided_by_seed_split_and_number():
    assert example(7) == example(7)
    assert len({repr(example(*key)) for key in ((7,), (8,), (7, "held_out"), (7, "train", 0, 1))}) == 4


@pytest.mark.parametrize(
    ("index", "split", "expected"),
    [
        (0, "train", "a large orange crown in the centre"),
        (1, "train", "a small lemon below a robot on a white background"),
        (1000, "train", "grapes and a large pumpkin on a pink and brown background"),
        (1, "held_out", "a clock right of a shoe on a black and pink background"),
        (2, "held_out", "small corn, a small crab and a cactus on a grey background"),
    ],
)
def test_scenes_stay_the_same_for_ever(index, split, expected):
    assert example(index, split)[1] == expected


@given(numbers, splits, counts)
def test_boxes_lie_in_the_picture_and_hardly_overlap(index, split, count):
    scene, _ = example(index, split, count)
    assert 1 <= len(scene.objects) <= (count or 4)
    for o in scene.objects:
        x0, y0, x1, y1 = o.box
        assert 0 <= x0 < x1 <= 1 + 1e-12
        assert 0 <= y0 < y1 <= 1 + 1e-12
        low, high = SIZES[o.size]
        assert low <= max(x1 - x0, y1 - y0) <= high
        assert (x1 - x0) / (y1 - y0) == pytest.approx(ASPECTS[o.noun])
    for a, b in combinations([o.box for o in scene.objects], 2):
        shared = max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))
        smaller = min((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in (a, b))
        assert shared <= MAX_OVERLAP * smaller + 1e-12


@given(numbers, splits, counts)
def test_tints_and_backgrounds_are_those_of_the_vocabulary(index, split, count):
    scene, _ = example(index, split, count)
    assert len(set(scene.background)) == len(scene.background) in (1, 2)
    assert set(scene.background) <= set(BACKGROUNDS)
    assert all(o.tint == "" or (o.tint in TINTS and o.noun in TINTABLE) for o in scene.objects)


@given(numbers, counts)
def test_nothing_held_out_occurs_in_training(index, count):
    scene, _ = example(index, "train", count)
    nouns = {o.noun for o in scene.objects}
    assert not any(is_held_out(a, b) for a, b in combinations(nouns, 2))
    assert not any(is_held_out(o.tint, o.noun) for o in scene.objects if o.tint)


@given(numbers)
def test_two_objects_of_the_held_out_split_never_met_in_training(index):
    scene, _ = example(index, "held_out", 2)
    assert all(is_held_out(a.noun, b.noun) for a, b in combinations(scene.objects, 2))
    assert len(scene.objects) == len({o.noun for o in scene.objects})


@given(numbers, counts)
def test_every_tint_of_the_held_out_split_is_held_out(index, count):
    scene, _ = example(index, "held_out", count)
    assert all(is_held_out(o.tint, o.noun) for o in scene.objects if o.tint)


def test_one_pair_in_ten_is_held_out_whichever_noun_comes_first():
    pairs = list(combinations(NOUN_NAMES, 2))
    assert sum(is_held_out(a, b) for a, b in pairs) / len(pairs) == pytest.approx(0.1, abs=0.02)
    assert all(is_held_out(a, b) == is_held_out(b, a) for a, b in pairs)


def test_every_noun_has_partners_in_both_splits():
    for noun in NOUN_NAMES:
        assert {is_held_out(noun, other) for other in NOUN_NAMES if other != noun} == {True, False}


# Words


@pytest.mark.parametrize(
    ("dx", "dy", "expected"),
    [
        (0.5, 0.1, "left of"),
        (-0.5, 0.1, "right of"),
        (0.1, 0.5, "above"),
        (0.1, -0.5, "below"),
        (0.3, 0.3, "left of"),
        (0.15, 0.19, None),
        (0.0, 0.0, None),
    ],
)
def test_a_relation_goes_along_the_clearer_axis(dx, dy, expected):
    a = thing(box=(0.0, 0.5, 0.25, 0.75))
    b = thing("dog", box=(dx, 0.5 + dy, 0.25 + dx, 0.75 + dy))
    assert relation(a, b) == expected


@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_a_relation_turns_round_with_its_objects(dx, dy):
    a, b = thing(box=(0.5, 0.5, 0.7, 0.7)), thing("dog", box=(0.5 + dx, 0.5 + dy, 0.7 + dx, 0.7 + dy))
    opposite = {"left of": "right of", "right of": "left of", "above": "below", "below": "above", None: None}
    assert relation(b, a) == opposite[relation(a, b)]


def test_the_nine_places_go_row_by_row():
    centres = [(x, y) for y in (0.1, 0.5, 0.9) for x in (0.1, 0.5, 0.9)]
    assert tuple(place(thing(box=(x - 0.05, y - 0.05, x + 0.05, y + 0.05))) for x, y in centres) == PLACES


@pytest.mark.parametrize(
    ("scene_object", "expected"),
    [
        (thing("apple", "red", "large"), "a large red apple"),
        (thing("apple"), "an apple"),
        (thing("car", "orange"), "an orange car"),
        (thing("umbrella", "", "small"), "a small umbrella"),
        (thing("grapes"), "grapes"),
        (thing("scissors", "", "large"), "large scissors"),
        (thing("fire"), "a fire"),
    ],
)
def test_an_object_in_words(scene_object, expected):
    assert phrase(scene_object) == expected


def test_the_size_may_be_left_away():
    assert phrase(thing("cat", size="small"), with_size=False) == "a cat"
    assert thing("apple", "red", "large").label == "red apple"
