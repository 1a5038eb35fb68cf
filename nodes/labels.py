"""Label maps: painted with a palette, each colour the name of what is to be there."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from graph_engine import FilePath, Run, node
from graph_engine.messages import nearest
from nodes.errors import NodeRefused
from nodes.image import file_digest, shown_name
from nodes.image_file import read_image
from nodes.values import LONGEST_LABEL, LabelMap, LabelPalette, Mask


@node(title="Draw label map", category="conditioning", lane="io", kind="external", fingerprint=file_digest)
def draw_labels(file: Annotated[str, FilePath("labels")], labels: LabelPalette, *, run: Run) -> LabelMap:
    """What is to be where, painted: each pixel has the label whose colour is nearest to its own.

    What is transparent in the picture has the first label. Paint with hard edges: a soft one passes colours
    that other labels may be nearest to.
    """
    import torch

    from latent_diffusion.label_map import nearest_colours

    picture = read_image(run.open_file(file), shown_name(file), background=labels.root[0].colour)
    pixels = (picture.pixels[0] * 255).round().to(torch.uint8)
    palette = torch.tensor([one.rgb for one in labels.root], dtype=torch.uint8)
    return LabelMap(nearest_colours(pixels, palette)[None], labels.root)


@node(title="Mask from label map", category="mask")
def mask_from_labels(
    label_map: LabelMap, label: Annotated[str, Field(min_length=1, max_length=LONGEST_LABEL)]
) -> Mask:
    """Inside is every pixel with that label."""
    names = [one.name for one in label_map.labels]
    if label not in names:
        hint = nearest(label, names) or f"There are {', '.join(names[:12])}, and more."
        raise NodeRefused(f"the label map has no label '{label}'. {hint}")
    return Mask((label_map.indices == names.index(label)).float()[:, None])
