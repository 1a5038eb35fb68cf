"""What the built-in nodes refuse: named errors, each a sentence with the way out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from graph_engine import EngineError


class NodeRefused(EngineError):
    """A node can not work with what it was given; the base of what this pack raises on purpose."""


class ImageRefused(NodeRefused):
    """A file is no picture that may be read: another format, damaged, or too large."""


class SizeMismatch(NodeRefused):
    """Two values that must have one size do not, or a size does not suit the autoencoder."""


class TextTooLong(NodeRefused):
    """A text has more words than the conditioner has room for."""


class ModelMissing(NodeRefused):
    """A model's file is in none of the places where models lie, or is no longer what it was."""


class ConditioningMissing(NodeRefused):
    """A denoiser needs a conditioning that is not connected."""


class ConditioningNotStorable(NodeRefused):
    """A conditioning holds something that can not be written to a file."""


class DeviceUnknown(NodeRefused):
    """The run was given a device that this machine, or torch, does not have."""


class ValueShapeError(ValueError):
    """A value was made of a tensor of the wrong shape or dtype."""


@contextmanager
def refusals() -> Iterator[None]:
    """Within it, what latent_diffusion refuses with a sentence for the person becomes a `NodeRefused`."""
    try:
        yield
    except (ValueError, RuntimeError) as error:
        if not type(error).__module__.startswith("latent_diffusion."):
            raise
        raise NodeRefused(str(error)) from error
