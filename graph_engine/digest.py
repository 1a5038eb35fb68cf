"""Digests and the canonical JSON they are taken of."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from blake3 import blake3

DIGEST_PATTERN = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical_json(value: Any) -> str:
    """The one JSON text of a plain value: sorted keys, no spaces; equal values give equal text."""
    return _encode(value)


def digest_bytes(*parts: bytes) -> str:
    """blake3 of the parts, each preceded by its length so that no two lists of parts collide."""
    hasher = blake3()
    for part in parts:
        hasher.update(len(part).to_bytes(8, "little"))
        hasher.update(part)
    return hasher.hexdigest()


def digest_text(*parts: str) -> str:
    """`digest_bytes` of the parts in UTF-8."""
    return digest_bytes(*(part.encode("utf-8", "surrogatepass") for part in parts))


def digest_content(data: bytes) -> str:
    """Plain blake3 of a file's bytes, as `b3sum` prints it."""
    return blake3(data).hexdigest()


def digest_file(path: Path) -> str:
    """Plain blake3 of a file, read in pieces."""
    hasher = blake3()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            hasher.update(chunk)
    return hasher.hexdigest()


def is_digest(text: str) -> bool:
    """Whether `text` is a blake3 hex digest; guards every path that is built from one."""
    return DIGEST_PATTERN.fullmatch(text) is not None
