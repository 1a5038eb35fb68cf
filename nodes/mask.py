"""Masks: from pictures and boxes, grown, softened, inverted, and what they compose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from graph_engine import FilePath, Run, node
from nodes.errors import NodeRefused, SizeMismatch, refusals
from nodes.image import file_digest, shown_name
from nodes.image_file import read_image
from nodes.resize import Method, resized
from nodes.values import Image, Mask, Regions

if TYPE_CHECKING:
    from torch import Tensor

Side = Annotated[int, Field(ge=1, le=16384)]
LUMA = (0.2126, 0.7152, 0.0722)  # ITU-R BT.709


@node(title="Draw mask", category="mask", lane="io", kind="external", fingerprint=file_digest)
def draw_mask(file: Annotated[str, FilePath("mask")], image: Image | None = None, *, run: Run) -> Mask:
    """A painted mask: white is inside, black or transparent outside, a grey is partly inside.

    Connect the `image` that it is painted over, and the mask has its size: what was painted at another one
    is scaled smoothly. Both must have one shape.
    """
    import torch

    pixels = read_image(run.open_file(file), shown_name(file), background="black").pixels
    grey = (pixels[:, :1] == pixels).all(1, keepdim=True)
    mask = Mask(torch.where(grey, pixels[:, :1], _luminance(pixels)))  # rounding may leave white just below 1
    if image is None:
        return mask
    if not _have_one_shape(mask, image):
        raise SizeMismatch(
            f"the mask was painted at {mask.width} x {mask.height} pixels, and the image under it is "
            f"{image.width} x {image.height}, which has another shape: paint it anew, or crop the image."
        )
    return Mask(resized(mask.values, image.height, image.width, "bilinear").contiguous())


@node(title="Mask from image", category="mask")
def mask_from_image(
    image: Image, channel: Literal["luminance", "red", "green", "blue"] = "luminance"
) -> Mask:
    """White is inside, black outside. Transparency plays no part: a mask is a picture of its own."""
    if channel == "luminance":
        return Mask(_luminance(image.pixels))
    index = ("red", "green", "blue").index(channel)
    return Mask(image.pixels[:, index : index + 1].contiguous())


@node(title="Mask from regions", category="mask")
def mask_from_regions(regions: Regions, width: Side = 128, height: Side = 128) -> Mask:
    """Inside is every pixel that a box touches."""
    import torch

    from latent_diffusion import masks

    if not len(regions):
        raise NodeRefused("there are no regions to make a mask of: draw a box.")
    boxes = torch.tensor([region.box for region in regions.regions()], dtype=torch.float64)
    with refusals():
        return Mask(masks.from_boxes(boxes, height, width))


@node(title="Grow mask", category="mask")
def grow_mask(mask: Mask, pixels: Annotated[int, Field(ge=-512, le=512)] = 8) -> Mask:
    """The mask, larger by so many pixels on every side, or smaller if they are negative."""
    from latent_diffusion import masks

    return Mask(masks.grow(mask.values, pixels))


@node(title="Feather mask", category="mask")
def feather_mask(mask: Mask, radius: Annotated[float, Field(ge=0, le=256)] = 4.0) -> Mask:
    """The mask with its edge softened over `radius` pixels on both sides."""
    from latent_diffusion import masks

    return Mask(masks.feather(mask.values, radius))


@node(title="Invert mask", category="mask")
def invert_mask(mask: Mask) -> Mask:
    """Inside becomes outside."""
    from latent_diffusion import masks

    return Mask(masks.invert(mask.values))


@node(title="Resize mask", category="mask")
def resize_mask(mask: Mask, width: Side = 128, height: Side = 128, method: Method = "nearest") -> Mask:
    """The mask at another size."""
    return Mask(resized(mask.values, height, width, method))


@node(title="Composite images", category="mask")
def composite_images(inside: Image, outside: Image, mask: Mask) -> Image:
    """`inside` where the mask is 1, exactly `outside` where it is 0, and a mixture between."""
    from latent_diffusion import masks

    sizes = [(one.width, one.height) for one in (inside, outside, mask)]
    if len(set(sizes)) > 1:
        said = ", ".join(f"{width} x {height}" for width, height in sizes)
        raise SizeMismatch(f"inside, outside and mask must have one size, and they have {said}: resize one.")
    with refusals():
        return Image(masks.composite(inside.pixels, outside.pixels, mask.values))


def _luminance(pixels: Tensor) -> Tensor:  # [B,3,H,W] -> [B,1,H,W]
    return (pixels * pixels.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True).clamp(0, 1)


def _have_one_shape(mask: Mask, image: Image) -> bool:
    """Whether one is the other scaled, both sides rounded to whole pixels."""
    difference = abs(mask.width * image.height - mask.height * image.width)
    return 2 * difference <= max(mask.width + mask.height, image.width + image.height)
