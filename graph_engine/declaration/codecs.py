"""Codecs of the built-in value types: JSON-able classes, bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

from pydantic import TypeAdapter

from graph_engine.declaration.value_type import Codec
from graph_engine.digest import canonical_json


class JsonCodec(Codec[Any]):
    """Any class that pydantic can say in JSON: models, dataclasses, enums."""

    suffix: ClassVar[str] = ".json"
    inline: ClassVar[bool] = True

    def __init__(self, python_type: Any) -> None:
        self._adapter: TypeAdapter[Any] = TypeAdapter(python_type)

    def dumps(self, value: Any) -> bytes:
        return canonical_json(self._adapter.dump_python(value, mode="json")).encode()

    def loads(self, data: bytes) -> Any:
        return self._adapter.validate_json(data)

    def write(self, value: Any, path: Path) -> None:
        path.write_bytes(self.dumps(value))

    def read(self, path: Path) -> Any:
        return self.loads(path.read_bytes())


class ScalarCodec(Codec[Any]):
    """Booleans, numbers, text and nothing, as one JSON token (also `NaN` and `Infinity`)."""

    suffix: ClassVar[str] = ".json"
    inline: ClassVar[bool] = True

    def dumps(self, value: Any) -> bytes:
        return json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)

    def write(self, value: Any, path: Path) -> None:
        path.write_bytes(self.dumps(value))

    def read(self, path: Path) -> Any:
        return self.loads(path.read_bytes())


class BytesCodec(Codec[bytes]):
    """Bytes as they are."""

    suffix: ClassVar[str] = ".bin"

    def dumps(self, value: bytes) -> bytes:
        return value

    def loads(self, data: bytes) -> bytes:
        return data

    def write(self, value: bytes, path: Path) -> None:
        path.write_bytes(value)

    def read(self, path: Path) -> bytes:
        return path.read_bytes()
