"""Pictures: from files, into files, resized, cropped, batched, shown."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from graph_engine import Artifact, FilePath, Run, node
from nodes.errors import NodeRefused, SizeMismatch
from nodes.image_file import read_image
from nodes.previews import png_of, small_png, strip
from nodes.resize import Method, resized
from nodes.values import Image

Side = Annotated[int, Field(ge=1, le=16384)]
SHOWN = 60  # characters of a file name in an error


class SavedFiles(NamedTuple):
    """What was saved, a file each."""

    files: list[Artifact]


def file_digest(file: str, run: Run) -> str:
    """The content of the file."""
    from latent_diffusion.bundle import file_digest

    return file_digest(run.open_file(file))


def shown_name(file: str) -> str:
    """A file's name, short enough for an error."""
    return f"{file[:SHOWN]}…" if len(file) > SHOWN else file


@node(title="Load image", category="image", lane="io", kind="external", fingerprint=file_digest)
def load_image(file: Annotated[str, FilePath("image")], *, run: Run) -> Image:
    """A picture from a PNG, JPEG or WebP file, upright; what is transparent in it becomes white."""
    return read_image(run.open_file(file), shown_name(file))


@node(title="Save image", category="image", lane="io", kind="effect")
def save_image(
    image: Image, name: Annotated[str, Field(min_length=1, max_length=100)] = "image", *, run: Run
) -> SavedFiles:
    """Save pictures as PNG files. An exported file carries the workflow that made it."""
    files = []
    for number, pixels in enumerate(image.pixels, 1):
        suffix = f"-{number}" if len(image.pixels) > 1 else ""
        files.append(run.save_artifact(f"{name}{suffix}.png", png_of(pixels), "image/png"))
        run.progress(number, len(image.pixels))
    return SavedFiles(files)


@node(title="Preview image", category="image", kind="effect")
def preview_image(image: Image, *, run: Run) -> Image:
    """Show pictures without saving them, and pass them on."""
    run.preview(lambda: small_png(strip(image.pixels), run.preview_size))
    return image


@node(title="Resize image", category="image")
def resize_image(
    image: Image,
    width: Side = 128,
    height: Side = 128,
    method: Method = "bicubic",
    fit: Literal["stretch", "crop"] = "stretch",
) -> Image:
    """Pictures at another size. `crop` keeps the proportions and cuts off what does not fit, evenly."""
    pixels = image.pixels
    if fit == "crop":
        scale = max(width / image.width, height / image.height)
        inner_width = max(width, round(image.width * scale))
        inner_height = max(height, round(image.height * scale))
        pixels = resized(pixels, inner_height, inner_width, method)
        left, top = (inner_width - width) // 2, (inner_height - height) // 2
        return Image(pixels[..., top : top + height, left : left + width].contiguous())
    return Image(resized(pixels, height, width, method))


@node(title="Crop image", category="image")
def crop_image(
    image: Image,
    left: Annotated[int, Field(ge=0)] = 0,
    top: Annotated[int, Field(ge=0)] = 0,
    width: Side = 128,
    height: Side = 128,
) -> Image:
    """The part of each picture that begins at (left, top), in pixels from the top left corner."""
    if left + width > image.width or top + height > image.height:
        raise SizeMismatch(
            f"a crop of {width} x {height} at ({left}, {top}) leaves the image, which is {image.width} x "
            f"{image.height} pixels: move it, or make it smaller."
        )
    return Image(image.pixels[..., top : top + height, left : left + width].contiguous())


@node(title="Batch images", category="image")
def image_batch(images: list[Image]) -> Image:
    """One batch of all the pictures, in order; they must have one size."""
    import torch

    if not images:
        raise NodeRefused("there is nothing to batch: connect an image, or more.")
    sizes = list(dict.fromkeys((image.width, image.height) for image in images))
    if len(sizes) > 1:
        said = " and ".join(f"{width} x {height}" for width, height in sizes[:3])
        raise SizeMismatch(f"the images of a batch must have one size, and these have {said}: resize one.")
    return Image(torch.cat([image.pixels for image in images]))
