"""A checksum of a row's columns, kept beside them."""

from __future__ import annotations

from blake3 import blake3


def seal(*parts: object) -> str:
    """Changes with any change of the columns that nobody made on purpose; also a function in SQL."""
    return blake3("\n".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest(length=16)
