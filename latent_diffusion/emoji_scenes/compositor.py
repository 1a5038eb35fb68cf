"""Draw scenes: Noto Emoji glyphs, tinted and scaled, alpha-composited on a background."""

from __future__ import annotations

import colorsys
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from latent_diffusion.emoji_scenes.scenes import Scene, SceneObject
from latent_diffusion.emoji_scenes.vocabulary import BACKGROUNDS, NOUNS, TINTS

FONT_PATHS = (
    Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"),
    Path("/usr/share/fonts/google-noto-emoji/NotoColorEmoji.ttf"),
    Path("/Library/Fonts/NotoColorEmoji.ttf"),
)
BITMAP_SIZE = 109  # the one size that the bitmap font has


class EmojiFontMissing(RuntimeError):
    """The Noto Color Emoji font, needed to compose training scenes, is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "The font NotoColorEmoji.ttf was not found; composing emoji scenes needs it. Install it with "
            "`apt-get install fonts-noto-color-emoji`, or give its path as the font."
        )


def find_font() -> Path:
    """Return the path of the installed Noto Color Emoji font; raise `EmojiFontMissing`."""
    for path in FONT_PATHS:
        if path.is_file():
            return path
    raise EmojiFontMissing


class Compositor:
    """Renders scenes at `size` x `size` pixels; keeps scaled glyphs in memory (about 60 MB at 128)."""

    def __init__(self, size: int = 128, font: Path | None = None) -> None:
        self.size = size
        face = ImageFont.truetype(str(font or find_font()), BITMAP_SIZE)
        self._glyphs = {noun: _glyph(face, character) for noun, character in NOUNS.items()}
        self.aspects = {noun: glyph.width / glyph.height for noun, glyph in self._glyphs.items()}
        self._scaled = lru_cache(maxsize=20_000)(self._scale)

    def render(self, scene: Scene) -> np.ndarray:
        """Return the picture of a scene, uint8 [size, size, 3]."""
        size = self.size
        canvas = np.empty((size, size, 3), np.float32)
        canvas[:] = BACKGROUNDS[scene.background[0]]
        if len(scene.background) == 2:
            canvas[size // 2 :] = BACKGROUNDS[scene.background[1]]
        for scene_object in scene.objects:
            self._paste(canvas, scene_object)
        return (canvas + 0.5).astype(np.uint8)

    def _paste(self, canvas: np.ndarray, scene_object: SceneObject) -> None:
        x0, y0, x1, y1 = (round(c * self.size) for c in scene_object.box)
        width, height = max(1, x1 - x0), max(1, y1 - y0)
        colour, alpha = self._scaled(scene_object.noun, scene_object.tint, width, height)
        width, height = min(width, self.size - x0), min(height, self.size - y0)
        region = canvas[y0 : y0 + height, x0 : x0 + width]
        region *= 1.0 - alpha[:height, :width]
        region += colour[:height, :width]

    def _scale(self, noun: str, tint: str, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
        glyph = self._tinted(noun, tint) if tint else self._glyphs[noun]
        # Resampling premultiplied colours keeps dark fringes away from the edges.
        pixels = np.asarray(glyph, np.float32)
        alpha = pixels[..., 3:] / 255.0
        planes = np.concatenate([pixels[..., :3] * alpha, alpha], axis=2)
        resized = [
            np.asarray(Image.fromarray(planes[..., c]).resize((width, height), Image.Resampling.BILINEAR))
            for c in range(4)
        ]
        return np.stack(resized[:3], axis=2), resized[3][..., None]

    @lru_cache(maxsize=1024)  # noqa: B019 (one compositor lives as long as its process)
    def _tinted(self, noun: str, tint: str) -> Image.Image:
        return tinted(self._glyphs[noun], TINTS[tint])


def _glyph(face: ImageFont.FreeTypeFont, character: str) -> Image.Image:
    image = Image.new("RGBA", (160, 160))
    ImageDraw.Draw(image).text((8, 8), character, font=face, embedded_color=True)
    return image.crop(image.getbbox())


def tinted(glyph: Image.Image, hue: float) -> Image.Image:
    """Return the glyph with its saturated pixels turned to `hue` (in turns), value and saturation kept."""
    pixels = np.asarray(glyph, np.float32) / 255.0
    rgb, alpha = pixels[..., :3], pixels[..., 3:]
    value = rgb.max(axis=2)
    chroma = value - rgb.min(axis=2)
    saturation = np.where(value > 0, chroma / np.maximum(value, 1e-6), 0.0)
    target = np.array(colorsys.hsv_to_rgb(hue, 1.0, 1.0), np.float32)
    recoloured = value[..., None] * (1.0 - saturation[..., None] * (1.0 - target))
    mixed = np.where(saturation[..., None] > 0.25, recoloured, rgb)
    return Image.fromarray((np.concatenate([mixed, alpha], axis=2) * 255 + 0.5).astype(np.uint8), "RGBA")
