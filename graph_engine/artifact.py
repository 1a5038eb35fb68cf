"""An artifact: a file that a run produced, known by the digest of its bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Artifact:
    """A file that a run produced: blake3 hex `digest`, readable `name`, `media_type`, `size` in bytes."""

    digest: str
    name: str
    media_type: str
    size: int
