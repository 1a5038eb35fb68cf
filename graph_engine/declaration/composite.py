"""The codec of lists, tuples and dicts: a manifest and one member file for each value that is not plain."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol

from graph_engine.declaration.value_type import Codec, ValueType
from graph_engine.digest import canonical_json, digest_text

_MANIFEST = "manifest.json"
_CONTAINERS = (list, tuple, dict)


class ValueTypes(Protocol):
    """Where the value types of members are found: the catalogue."""

    def value_type_of(self, value: Any) -> ValueType: ...

    def value_type(self, name: str) -> ValueType: ...


class CompositeCodec(Codec[Any]):
    """An uncompressed zip: `manifest.json` says the structure and the value type of each member file."""

    suffix: ClassVar[str] = ".zip"

    def __init__(self, container: type, value_types: ValueTypes) -> None:
        self._container = container
        self._types = value_types

    def digest(self, value: Any) -> str:
        """Of the members' digests, so that it is known wherever these are."""
        if isinstance(value, dict):
            return _outline_digest(
                {"dict": [[_text_key(key), self._member(item)] for key, item in value.items()]}
            )
        return _outline_digest({_kind(value): [self._member(item) for item in value]})

    def size(self, value: Any) -> int:
        items = list(value.values()) if isinstance(value, Mapping) else list(value)
        return list_size([int(self._types.value_type_of(item).codec.size(item)) for item in items])

    def write(self, value: Any, path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            manifest = self._pack(value, archive)
            archive.writestr(_MANIFEST, json.dumps(manifest))

    def read(self, path: Path) -> Any:
        with zipfile.ZipFile(path) as archive:
            value = self._unpack(json.loads(archive.read(_MANIFEST)), archive)
        if not isinstance(value, self._container):
            raise ValueError(f"{path.name} does not hold a {self._container.__name__}")
        return value

    def _member(self, item: Any) -> str:
        return self._types.value_type_of(item).digest(item)

    def _pack(self, value: Any, archive: zipfile.ZipFile) -> Any:
        if isinstance(value, dict):
            return {"dict": [[_text_key(key), self._pack(item, archive)] for key, item in value.items()]}
        if isinstance(value, list | tuple):
            return {_kind(value): [self._pack(item, archive) for item in value]}
        value_type = self._types.value_type_of(value)
        if value_type.codec.inline:
            return {"type": value_type.name, "text": value_type.codec.dumps(value).decode()}
        member = f"{len(archive.namelist())}{value_type.codec.suffix}"
        archive.writestr(member, value_type.codec.dumps(value))
        return {"type": value_type.name, "file": member}

    def _unpack(self, manifest: Any, archive: zipfile.ZipFile) -> Any:
        if "list" in manifest:
            return [self._unpack(item, archive) for item in manifest["list"]]
        if "tuple" in manifest:
            return tuple(self._unpack(item, archive) for item in manifest["tuple"])
        if "dict" in manifest:
            return {key: self._unpack(item, archive) for key, item in manifest["dict"]}
        codec = self._types.value_type(manifest["type"]).codec
        if "text" in manifest:
            return codec.loads(manifest["text"].encode())
        with tempfile.TemporaryDirectory(prefix="latentgraph-") as folder:
            return codec.read(Path(archive.extract(manifest["file"], folder)))


def list_digest(items: Sequence[str]) -> str:
    """The content digest of a list, from those of its items; what `ValueType.digest` gives for it."""
    return digest_text("list", _outline_digest({"list": list(items)}))


def list_size(items: Sequence[int]) -> int:
    """The size of a list, from those of its items."""
    return 64 + sum(8 + size for size in items)


def _outline_digest(outline: Any) -> str:
    return digest_text(canonical_json(outline))


def _kind(value: Any) -> str:
    return "list" if isinstance(value, list) else "tuple"


def _text_key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a dict that flows along a link needs text keys, not {key!r}")
    return key
