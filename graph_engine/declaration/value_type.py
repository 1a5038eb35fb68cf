"""Value types: what flows along links, and the codec that digests, measures, writes and reads it."""

from __future__ import annotations

import re
import tempfile
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar, get_args, get_origin

from graph_engine.digest import digest_content, digest_text
from graph_engine.errors import NodeDeclarationError

T = TypeVar("T")


class Codec(ABC, Generic[T]):
    """How values of one class are digested, measured, written and read. Never pickle.

    A value read back must have the digest it was written under: the store checks that on every read.
    """

    suffix: ClassVar[str] = ".bin"
    inline: ClassVar[bool] = False  # small values live in the memo database instead of a file

    @abstractmethod
    def write(self, value: T, path: Path) -> None:
        """Write `value` to the new file `path`."""

    @abstractmethod
    def read(self, path: Path) -> T:
        """Read what `write` wrote; any exception counts as a damaged file."""

    def dumps(self, value: T) -> bytes:
        """The bytes that `write` would write."""
        with tempfile.TemporaryDirectory(prefix="latentgraph-") as folder:
            path = Path(folder) / f"value{self.suffix}"
            self.write(value, path)
            return path.read_bytes()

    def loads(self, data: bytes) -> T:
        """The value that `dumps` gave these bytes for."""
        with tempfile.TemporaryDirectory(prefix="latentgraph-") as folder:
            path = Path(folder) / f"value{self.suffix}"
            path.write_bytes(data)
            return self.read(path)

    def digest(self, value: T) -> str:
        """blake3 hex of the content; override where hashing the value itself is cheaper than `dumps`."""
        return digest_content(self.dumps(value))

    def size(self, value: T) -> int:
        """Bytes the value takes, for the budgets; override where `dumps` is expensive."""
        return len(self.dumps(value))


@dataclass(frozen=True)
class ValueType:
    """A class that may flow along links: `name` is `pack/word`, `colour` is how the canvas draws its links.

    `python_type` is read from `Codec[T]` when it is not given; `codec` may be a Codec or its class.
    """

    name: str
    title: str = ""
    colour: str = "#9aa4b2"
    codec: Any = None
    python_type: Any = None

    def __post_init__(self) -> None:
        codec = self.codec() if isinstance(self.codec, type) else self.codec
        if not isinstance(codec, Codec):
            raise NodeDeclarationError(f"Value type '{self.name}' needs a codec, a Codec or its class.")
        python_type = self.python_type or _codec_argument(type(codec))
        if not isinstance(python_type, type):
            raise NodeDeclarationError(
                f"Value type '{self.name}' does not say which class it is for: "
                "write `class MyCodec(Codec[MyClass])` or pass python_type=MyClass."
            )
        object.__setattr__(self, "codec", codec)
        object.__setattr__(self, "python_type", python_type)
        object.__setattr__(self, "title", self.title or python_type.__name__)

    def digest(self, value: Any) -> str:
        """The content digest of a value: the codec's own, bound to this type's name."""
        return digest_text(self.name, self.codec.digest(value))

    def digest_of(self, value: Any, data: bytes) -> str:
        """`digest`, where what the codec writes is at hand already."""
        if type(self.codec).digest is not Codec.digest:
            return self.digest(value)
        return digest_text(self.name, digest_content(data))


def _codec_argument(codec: type) -> Any:
    for base in codec.__mro__:
        for generic in getattr(base, "__orig_bases__", ()):
            if get_origin(generic) is Codec:
                argument = get_args(generic)[0]
                return None if argument is Any or isinstance(argument, TypeVar) else argument
    return None


def snake_case(name: str) -> str:
    """`EmptyLatent` -> `empty_latent`, `VAEModel` -> `vae_model`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
