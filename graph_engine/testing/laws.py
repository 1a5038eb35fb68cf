"""Broken laws, and the errors that list them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph_engine.errors import EngineError


@dataclass(frozen=True)
class BrokenLaw:
    """One law that does not hold: its name, what was seen, and the way out."""

    law: str
    message: str
    way_out: str = ""

    def __str__(self) -> str:
        return f"{self.law}: {self.message} {self.way_out}".strip()


class CannotCheck(EngineError):
    """The test itself is wrong: it gives a node inputs that it does not have, or no values of them."""


class LawBroken(EngineError, AssertionError):
    """Something of a pack breaks laws of the engine; `broken` holds all that were seen."""

    def __init__(self, what: str, broken: Sequence[BrokenLaw]) -> None:
        self.broken = tuple(broken)
        count = f"{len(self.broken)} law{'' if len(self.broken) == 1 else 's'}"
        lines = "\n".join(f"  - {one}" for one in self.broken)
        super().__init__(f"{what} breaks {count}:\n{lines}")

    @property
    def laws(self) -> tuple[str, ...]:
        """The names of the broken laws, each once."""
        return tuple(dict.fromkeys(one.law for one in self.broken))


class NodeLawBroken(LawBroken):
    """A node breaks laws of nodes."""


class CodecLawBroken(LawBroken):
    """The codec of a value type breaks laws of codecs."""


class PackLawBroken(LawBroken):
    """A pack breaks laws of packs."""
