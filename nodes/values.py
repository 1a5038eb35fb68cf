"""The values that flow between the built-in nodes. Frozen: nobody changes the tensors of a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator
from pydantic_core import core_schema

from graph_engine import Float
from latent_diffusion.regions import Region
from nodes.errors import ValueShapeError

if TYPE_CHECKING:
    from torch import Tensor

MAX_REGIONS = 64


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

    label: Annotated[str, Field(max_length=200)]
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


def _check(name: str, value: Tensor, axes: str, channels: int | None = None) -> None:
    wrong = value.ndim != 4 or 0 in value.shape or not value.is_floating_point()
    if wrong or (channels is not None and value.shape[1] != channels):
        dtype = str(value.dtype).removeprefix("torch.")
        raise ValueShapeError(f"`{name}` must be float32 {axes}; got {dtype} {list(value.shape)}.")
