"""Show an evaluation: a table, a chart of the scores, a grid of pictures with their prompts."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from latent_diffusion.emoji_scenes.score import Score


def table(scores: Sequence[Score]) -> str:
    """Return the scores as a Markdown table."""
    lines = [
        "| what | value | 95 % interval | on real renders | part of real | trials |",
        "|---|---|---|---|---|---|",
    ]
    for s in scores:
        real = "" if s.real is None else f"{s.real:.3f}"
        part = "" if s.ratio is None else f"{100 * s.ratio:.1f} %"
        unit = f" {s.unit}" if s.unit else ""
        digits = 2 if s.unit else 3
        lines.append(
            f"| {s.name} | {s.value:.{digits}f}{unit} | {s.low:.{digits}f} to {s.high:.{digits}f} "
            f"| {real} | {part} | {s.count} |"
        )
    return "\n".join(lines) + "\n"


def chart(scores: Sequence[Score]) -> bytes:
    """Return a PNG with a bar a task, generated beside real, with the intervals."""
    from matplotlib.figure import Figure  # half a second, for this alone

    shown = [s for s in scores if s.real is not None]
    figure = Figure(figsize=(7.0, 0.9 + 0.9 * len(shown)), dpi=150, layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(shown))
    real = [s.real or 0.0 for s in shown]
    values = [s.value for s in shown]
    errors = [[max(0.0, s.value - s.low) for s in shown], [max(0.0, s.high - s.value) for s in shown]]
    axes.barh(places + 0.19, real, height=0.36, color="#c9ced6", label="real renders")
    axes.barh(
        places - 0.19, values, height=0.36, color="#3b6fd4", xerr=errors, ecolor="#1c2f57", label="generated"
    )
    axes.set_yticks(places, ["\n".join(textwrap.wrap(s.name, 30)) for s in shown])
    axes.set_xlim(0, 1.02)
    axes.set_xlabel("share of trials that came out right (bars: 95 % bootstrap interval)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper right", ncols=2, frameon=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def grid(images: Tensor, prompts: Sequence[str], columns: int = 8) -> bytes:
    """Return a PNG of images [B,3,H,W] in [-1,1] with the prompt under each."""
    height, width = images.shape[-2:]
    text_height, gap = 44, 8
    rows = -(-len(images) // columns)
    sheet = Image.new(
        "RGB", (columns * (width + gap) + gap, rows * (height + text_height + gap) + gap), "white"
    )
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(10)
    levels = ((images.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    for index, (pixels, prompt) in enumerate(zip(levels, prompts, strict=True)):
        x = gap + index % columns * (width + gap)
        y = gap + index // columns * (height + text_height + gap)
        sheet.paste(Image.fromarray(pixels), (x, y))
        lines = textwrap.wrap(prompt, 25)
        shown = lines[:3] if len(lines) <= 3 else [*lines[:2], lines[2][:22] + "..."]
        draw.multiline_text((x, y + height + 2), "\n".join(shown), fill="#333a45", font=font, spacing=2)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
