"""The header of a model file: which kind of model it holds, and its configuration. Read without torch."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

HEADER = "latentgraph"
FORMAT = 1


class ModelFileError(ValueError):
    """A model file that is missing, damaged, or of another kind than is wanted."""


@dataclass(frozen=True)
class ModelHeader:
    """What a file holds (`autoencoder`, `denoiser`, ...: a key of `BUILDERS`), and its configuration."""

    kind: str
    config: dict[str, Any]


def read_header(path: Path) -> ModelHeader:
    """Return the header of a model file without reading weights; raise `ModelFileError`."""
    if not path.is_file():
        raise ModelFileError(f"there is no model file {path.name}; fetch or train it, or name another.")
    try:
        with safe_open(path, framework="np") as file:  # torch would map the whole file into memory
            raw = (file.metadata() or {}).get(HEADER)
    except (SafetensorError, OSError) as error:
        raise ModelFileError(
            f"the model file {path.name} cannot be read ({error}); it may be cut short: "
            "fetch or train it again."
        ) from error
    if raw is None:
        raise ModelFileError(
            f"{path.name} is a safetensors file without Latent Graph's header; convert it first."
        )
    try:
        meta = json.loads(raw)
        written, header = int(meta["format"]), ModelHeader(str(meta["kind"]), dict(meta["config"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ModelFileError(
            f"the header of {path.name} is damaged ({type(error).__name__}: {error}); "
            "fetch or train it again."
        ) from error
    if written > FORMAT:
        raise ModelFileError(
            f"{path.name} is of model format {written}, and this version reads up to {FORMAT}; "
            "update Latent Graph."
        )
    return header


def count_parameters(path: Path) -> int:
    """Return how many numbers the weights of a model file are, from its header."""
    with safe_open(path, framework="np") as file:
        return sum(math.prod(file.get_slice(key).get_shape()) for key in file.keys())  # noqa: SIM118 (not a dict)
