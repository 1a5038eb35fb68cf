"""The values that flow between the built-in nodes. Frozen: nobody changes the tensors of a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, model_validator
from pydantic_core import core_schema

from graph_engine import Float
from latent_diffusion.regions import Region
from nodes.errors import ValueShapeError

if TYPE_CHECKING:
    from torch import Tensor

MAX_REGIONS = 64
MAX_LABELS = 256
LONGEST_LABEL = 200  # characters


class LinkOnly:
    """A value that no literal in a document stands for: it comes by a link."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.is_instance_schema(cls)  # no JSON Schema says that


@dataclass(frozen=True, eq=False)
class Image(LinkOnly):
    """Pictures of one size: `pixels` [B,3,H,W], float32 on the CPU, red, green and blue from 0 to 1."""

    pixels: Tensor

    def __post_init__(self) -> None:
        _check("pixels", self.pixels, "[B,3,H,W]", 3)

    @property
    def height(self) -> int:
        """H, in pixels."""
        return int(self.pixels.shape[2])

    @property
    def width(self) -> int:
        """W, in pixels."""
        return int(self.pixels.shape[3])


@dataclass(frozen=True, eq=False)
class Mask(LinkOnly):
    """Where something holds: `values` [B,1,H,W], float32 on the CPU, from 0 (outside) to 1 (inside)."""

    values: Tensor

    def __post_init__(self) -> None:
        _check("values", self.values, "[B,1,H,W]", 1)

    @property
    def height(self) -> int:
        """H, in pixels."""
        return int(self.values.shape[2])

    @property
    def width(self) -> int:
        """W, in pixels."""
        return int(self.values.shape[3])


@dataclass(frozen=True, eq=False)
class LabelMap(LinkOnly):
    """What is where: `indices` [B,H,W], int16 on the CPU, each the place of a label in `labels`."""

    indices: Tensor
    labels: tuple[LabelLiteral, ...]

    def __post_init__(self) -> None:
        dtype = str(self.indices.dtype).removeprefix("torch.")
        if self.indices.ndim != 3 or 0 in self.indices.shape or dtype != "int16":
            raise ValueShapeError(f"`indices` must be int16 [B,H,W]; got {dtype} {list(self.indices.shape)}.")
        low, high = int(self.indices.min()), int(self.indices.max())
        if not 0 <= low <= high < len(self.labels):
            raise ValueShapeError(
                f"`indices` go from {low} to {high}, and must be places among {len(self.labels)} labels."
            )

    @property
    def height(self) -> int:
        """H, in pixels."""
        return int(self.indices.shape[1])

    @property
    def width(self) -> int:
        """W, in pixels."""
        return int(self.indices.shape[2])


@dataclass(frozen=True, eq=False)
class Latent(LinkOnly):
    """Scaled latents `samples` [B,C,h,w], float32 on the CPU; `factor` pixels of a picture are one cell wide.

    `mask` [1 or B,1,h,w] says which cells a sampling draws anew (1) and which it keeps (0); None: all anew.
    """

    samples: Tensor
    factor: int
    mask: Tensor | None = None

    def __post_init__(self) -> None:
        _check("samples", self.samples, "[B,C,h,w]")
        if self.mask is None:
            return
        _check("mask", self.mask, "[B,1,h,w]", 1)
        batches = (1, len(self.samples))
        if self.mask.shape[2:] != self.samples.shape[2:] or len(self.mask) not in batches:
            sizes = f"{list(self.mask.shape)}, the samples {list(self.samples.shape)}"
            raise ValueShapeError(f"the mask of a latent must cover its samples: it is {sizes}.")

    @property
    def height(self) -> int:
        """Height of the picture it decodes to, in pixels."""
        return int(self.samples.shape[2]) * self.factor

    @property
    def width(self) -> int:
        """Width of the picture it decodes to, in pixels."""
        return int(self.samples.shape[3]) * self.factor


@dataclass(frozen=True)
class ModelReference(LinkOnly):
    """A model by the blake3 `digest` of its file; `name` says where it was found, `bytes` how large it is."""

    name: str
    digest: str
    bytes: int

    kind: ClassVar[str] = ""  # what the file's header must say


class AutoencoderModel(ModelReference):
    """E and D: pictures to latents and back."""

    kind = "autoencoder"


class DenoiserModel(ModelReference):
    """epsilon_theta with its noise schedule."""

    kind = "denoiser"


class ConditionerModel(ModelReference):
    """tau_theta: texts, boxes and classes to conditionings."""

    kind = "conditioner"


class PlannerModel(ModelReference):
    """Plans layouts: says where a picture of a text may have what."""

    kind = "planner"


class RecogniserModel(ModelReference):
    """Finds the objects in a picture; it measures what the others made."""

    kind = "recogniser"


class RegionLiteral(BaseModel):
    """A box (x0, y0, x1, y1) in parts of the picture, y down, and the words for what is to be in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: Annotated[str, Field(max_length=LONGEST_LABEL)]
    box: tuple[Float, Float, Float, Float]

    @model_validator(mode="after")
    def _describes_a_region(self) -> RegionLiteral:
        self.region()
        return self

    def region(self) -> Region:
        """The region. Raises `InvalidRegion`, which names the box."""
        return Region(self.label, self.box)


class Regions(RootModel[tuple[RegionLiteral, ...]]):
    """The layout of a picture: a list of `{"label": "red apple", "box": [x0, y0, x1, y1]}`."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"format": "regions"})
    root: Annotated[tuple[RegionLiteral, ...], Field(max_length=MAX_REGIONS)] = ()

    @classmethod
    def of(cls, *regions: Region) -> Regions:
        """The layout of some regions."""
        return cls(tuple(RegionLiteral(label=one.label, box=one.box) for one in regions))

    def __len__(self) -> int:
        return len(self.root)

    def regions(self) -> Iterator[Region]:
        """The regions in order."""
        return (one.region() for one in self.root)


class LabelLiteral(BaseModel):
    """A label: the name of what is to be where its colour, `#rrggbb`, is painted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_LABEL)]
    colour: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$"), AfterValidator(str.lower)]

    @property
    def rgb(self) -> tuple[int, int, int]:
        """Red, green and blue, from 0 to 255."""
        red, green, blue = bytes.fromhex(self.colour[1:])
        return red, green, blue


class LabelPalette(RootModel[tuple[LabelLiteral, ...]]):
    """Labels to paint with: a list of `{"name": "sky", "colour": "#87ceeb"}`, the first for what is empty."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"format": "label-palette"})
    root: Annotated[tuple[LabelLiteral, ...], Field(min_length=1, max_length=MAX_LABELS)]

    @model_validator(mode="after")
    def _tells_its_labels_apart(self) -> LabelPalette:
        for what in ("name", "colour"):
            told = [getattr(one, what) for one in self.root]
            if twice := next((one for one in told if told.count(one) > 1), None):
                raise ValueError(f"two labels have the {what} '{twice}': give one of them another")
        return self


def _check(name: str, value: Tensor, axes: str, channels: int | None = None) -> None:
    wrong = value.ndim != 4 or 0 in value.shape or not value.is_floating_point()
    if wrong or (channels is not None and value.shape[1] != channels):
        dtype = str(value.dtype).removeprefix("torch.")
        raise ValueShapeError(f"`{name}` must be float32 {axes}; got {dtype} {list(value.shape)}.")
