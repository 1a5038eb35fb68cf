import colorsys

import numpy as np
import pytest
from PIL import Image

from latent_diffusion.emoji_scenes import compositor as compositor_module
from latent_diffusion.emoji_scenes.compositor import Compositor, EmojiFontMissing, find_font, tinted
from latent_diffusion.emoji_scenes.scenes import Scene, SceneObject, draw_scene, scene_generator
from latent_diffusion.emoji_scenes.vocabulary import BACKGROUNDS, NOUN_NAMES


def seen(picture: np.ndarray, background: str) -> tuple[int, int, int, int]:
    """Return the box (x0, y0, x1, y1) in pixels of all that differs from the background."""
    rows, columns = np.nonzero((picture != np.array(BACKGROUNDS[background], np.uint8)).any(axis=2))
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


@pytest.mark.parametrize("noun", NOUN_NAMES[::7])
@pytest.mark.parametrize("corner", [(0.0, 0.0), (0.21, 0.13), (0.3, 0.4)])
def test_an_object_fills_its_box_and_nothing_beyond(compositor, noun, corner):
    aspect = compositor.aspects[noun]
    width, height = 0.6 * min(1, aspect), 0.6 * min(1, 1 / aspect)
    box = (corner[0], corner[1], corner[0] + width, corner[1] + height)
    picture = compositor.render(Scene((SceneObject(noun, "", "", box),), ("pink",)))
    wanted = [round(c * compositor.size) for c in box]
    found = seen(picture, "pink")
    assert found[0] >= wanted[0]
    assert found[1] >= wanted[1]
    assert found[2] <= wanted[2]
    assert found[3] <= wanted[3]
    assert max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= 1  # the outermost row may be faint


def test_drawn_scenes_change_no_pixel_outside_their_boxes(compositor):
    for index in range(20):
        scene = draw_scene(scene_generator(0, "train", index), compositor.aspects)
        empty = compositor.render(Scene((), scene.background))
        free = np.ones(empty.shape[:2], bool)
        for o in scene.objects:
            x0, y0, x1, y1 = (round(c * compositor.size) for c in o.box)
            free[y0:y1, x0:x1] = False
        assert (compositor.render(scene)[free] == empty[free]).all()


def test_a_background_of_two_colours_has_the_first_on_top(compositor):
    picture = compositor.render(Scene((), ("red", "teal")))
    assert (picture[:32] == BACKGROUNDS["red"]).all()
    assert (picture[32:] == BACKGROUNDS["teal"]).all()


def test_a_later_object_covers_an_earlier_one(compositor):
    box = (0.2, 0.2, 0.8, 0.8)
    heart, star = SceneObject("heart", "", "", box), SceneObject("star", "", "", box)
    both = compositor.render(Scene((heart, star), ("white",)))
    centre = (32, 32)
    assert (both[centre] == compositor.render(Scene((star,), ("white",)))[centre]).all()
    assert not (both[centre] == compositor.render(Scene((heart,), ("white",)))[centre]).all()


def test_pictures_are_the_same_whatever_was_drawn_before(compositor):
    scene = draw_scene(scene_generator(0, "train", 5), compositor.aspects)
    assert (compositor.render(scene) == Compositor(compositor.size).render(scene)).all()


def test_every_noun_has_a_look_of_its_own(compositor):
    looks = {
        compositor.render(Scene((SceneObject(noun, "", "", (0.2, 0.2, 0.8, 0.8)),), ("white",))).tobytes()
        for noun in NOUN_NAMES
    }
    assert len(looks) == len(NOUN_NAMES)


@pytest.mark.parametrize("hue", [0.0, 0.33, 0.6])
def test_a_tint_turns_the_hue_and_keeps_the_shading(hue):
    glyph = Image.new("RGBA", (3, 1))
    glyph.putdata([(200, 40, 40, 255), (100, 20, 20, 128), (90, 90, 90, 255)])
    before = np.asarray(glyph, float)[0] / 255
    after = np.asarray(tinted(glyph, hue), float)[0] / 255
    for pixel, old in zip(after[:2], before[:2], strict=True):
        h, s, v = colorsys.rgb_to_hsv(*pixel[:3])
        _, old_s, old_v = colorsys.rgb_to_hsv(*old[:3])
        assert min(abs(h - hue), 1 - abs(h - hue)) < 0.02
        assert (s, v) == pytest.approx((old_s, old_v), abs=0.02)
    np.testing.assert_allclose(after[2], before[2], atol=1e-3)  # grey stays
    np.testing.assert_allclose(after[:, 3], before[:, 3], atol=1e-3)


def test_a_machine_without_the_font_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setattr(compositor_module, "FONT_PATHS", (tmp_path / "NotoColorEmoji.ttf",))
    with pytest.raises(EmojiFontMissing, match="apt-get install fonts-noto-color-emoji"):
        find_font()
