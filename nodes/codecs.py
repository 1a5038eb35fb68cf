"""How the values of the pack are digested and stored: tensors as safetensors, model references as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from graph_engine import Codec, JsonCodec, ValueType
from graph_engine.digest import digest_bytes
from latent_diffusion.conditioning import Conditioning, ConditioningEntry
from nodes.errors import ConditioningNotStorable
from nodes.values import (
    AutoencoderModel,
    ConditionerModel,
    DenoiserModel,
    Image,
    LabelLiteral,
    LabelMap,
    Latent,
    Mask,
    ModelReference,
    PlannerModel,
    RecogniserModel,
    Regions,
)

if TYPE_CHECKING:
    from torch import Tensor

T = TypeVar("T")
M = TypeVar("M", bound=ModelReference)

ABOUT = "latentgraph"
ROUTES = ("tokens", "mask", "channels", "vector")
NUMBERS = ("strength", "start", "end")


class TensorCodec(Codec[T], Generic[T]):
    """A value as named tensors and a little JSON beside them, in one safetensors file."""

    suffix: ClassVar[str] = ".safetensors"

    def taken_apart(self, value: T) -> tuple[dict[str, Tensor], Mapping[str, Any]]:
        """The tensors by name, and plain data."""
        raise NotImplementedError

    def put_together(self, tensors: dict[str, Tensor], about: Mapping[str, Any]) -> T:
        """The value that `taken_apart` took apart."""
        raise NotImplementedError

    def digest(self, value: T) -> str:
        """blake3 over the plain data and each tensor's name, dtype, shape and bytes."""
        tensors, about = self.taken_apart(value)
        parts = [_json(about)]
        for name, tensor in sorted(tensors.items()):
            parts += [f"{name} {tensor.dtype} {list(tensor.shape)}".encode(), _bytes(tensor)]
        return digest_bytes(*parts)

    def size(self, value: T) -> int:
        return sum(tensor.nbytes for tensor in self.taken_apart(value)[0].values())

    def write(self, value: T, path: Path) -> None:
        from safetensors.torch import save_file

        tensors, about = self.taken_apart(value)
        plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        save_file(plain, path, {ABOUT: _json(about).decode()})

    def read(self, path: Path) -> T:
        from safetensors import safe_open

        with safe_open(path, framework="pt") as file:
            about = json.loads(file.metadata()[ABOUT])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        return self.put_together(tensors, about)


class ImageCodec(TensorCodec[Image]):
    """Pixels exactly as they are, so that a stored picture is the computed one, bit for bit."""

    def taken_apart(self, value: Image) -> tuple[dict[str, Tensor], Mapping[str, Any]]:
        return {"pixels": value.pixels}, {}

    def put_together(self, tensors: dict[str, Tensor], about: Mapping[str, Any]) -> Image:
        return Image(tensors["pixels"])


class MaskCodec(TensorCodec[Mask]):
    """The values of a mask."""

    def taken_apart(self, value: Mask) -> tuple[dict[str, Tensor], Mapping[str, Any]]:
        return {"values": value.values}, {}

    def put_together(self, tensors: dict[str, Tensor], about: Mapping[str, Any]) -> Mask:
        return Mask(tensors["values"])


class LabelMapCodec(TensorCodec[LabelMap]):
    """The places, and the labels in order."""

    def taken_apart(self, value: LabelMap) -> tuple[dict[str, Tensor], Mapping[str, Any]]:
        return {"indices": value.indices}, {"labels": [one.model_dump() for one in value.labels]}

    def put_together(self, tensors: dict[str, Tensor], about: Mapping[str, Any]) -> LabelMap:
        labels = tuple(LabelLiteral(**one) for one in about["labels"])
        return LabelMap(tensors["indices"], labels)


class LatentCodec(TensorCodec[Latent]):
    """Samples, and the mask if there is one."""

    def taken_apart(self, value: Latent) -> tuple[dict[str, Tensor], Mapping[str, Any]]:
        masked = {} if value.mask is None else {"mask": value.mask}
        return {"samples": value.samples, **masked}, {"factor": value.factor}

    def put_together(self, tensors: dict[str, Tensor], about: Mapping[str, Any]) -> Latent:
        return Latent(tensors["samples"], about["factor"], tensors.get("mask"))


class ConditioningCodec(TensorCodec[Conditioning]):
    """The tensors and numbers of every entry; patches are code and weights elsewhere, and are refused."""

    def taken_apart(self, value: Conditioning) -> tuple[dict[str, Tensor], Mapping[str, Any]]:
        for entry in value.entries:
            if entry.patches:
                names = ", ".join(patch.name for patch in entry.patches)
                raise ConditioningNotStorable(
                    f"a conditioning with patches ({names}) can not be stored. Its plugin must register a "
                    "value type of its own, with a codec, and make the patches of it where they are used."
                )
        tensors = {
            f"{index}.{route}": getattr(entry, route)
            for index, entry in enumerate(value.entries)
            for route in ROUTES
            if getattr(entry, route) is not None
        }
        return tensors, {"entries": [{n: getattr(entry, n) for n in NUMBERS} for entry in value.entries]}

    def put_together(self, tensors: dict[str, Tensor], about: Mapping[str, Any]) -> Conditioning:
        entries = []
        for index, numbers in enumerate(about["entries"]):
            routes: dict[str, Any] = {route: tensors.get(f"{index}.{route}") for route in ROUTES}
            entries.append(ConditioningEntry(**routes, **numbers))
        return Conditioning(tuple(entries))


class ModelCodec(Codec[M], Generic[M]):
    """A few bytes of JSON: the weights stay in the one file that the digest names."""

    suffix: ClassVar[str] = ".json"
    inline: ClassVar[bool] = True

    def __init__(self, model: type[M]) -> None:
        self._model = model

    def digest(self, value: M) -> str:
        """The file's content, wherever it lies."""
        return digest_bytes(value.kind.encode(), value.digest.encode())

    def dumps(self, value: M) -> bytes:
        return _json({"name": value.name, "digest": value.digest, "bytes": value.bytes})

    def loads(self, data: bytes) -> M:
        return self._model(**json.loads(data))

    def write(self, value: M, path: Path) -> None:
        path.write_bytes(self.dumps(value))

    def read(self, path: Path) -> M:
        return self.loads(path.read_bytes())


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True).encode()


def _bytes(tensor: Tensor) -> bytes:
    import torch

    return tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


def _model(model: type[ModelReference], colour: str) -> ValueType:
    return ValueType(f"core/{model.kind}", model.kind.capitalize(), colour, ModelCodec(model), model)


VALUE_TYPES: tuple[ValueType, ...] = (
    ValueType("core/image", "Image", "#64b5f6", ImageCodec, Image),
    ValueType("core/mask", "Mask", "#81c784", MaskCodec, Mask),
    ValueType("core/label_map", "Label map", "#aed581", LabelMapCodec, LabelMap),
    ValueType("core/latent", "Latent", "#e57fb8", LatentCodec, Latent),
    ValueType("core/conditioning", "Conditioning", "#ffb74d", ConditioningCodec, Conditioning),
    ValueType("core/regions", "Regions", "#4db6ac", JsonCodec(Regions), Regions),
    _model(AutoencoderModel, "#ef5350"),
    _model(DenoiserModel, "#b39ddb"),
    _model(ConditionerModel, "#fff176"),
    _model(PlannerModel, "#dce775"),
    _model(RecogniserModel, "#a1887f"),
)
