"""One thing that is wrong with a document, in words and in parts."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Problem:
    """What is wrong and where: a stable `code`, the place, what was expected, what came, and the way out."""

    code: str
    message: str
    node: str = ""
    input: str = ""
    expected: str = ""
    got: str = ""
    hint: str = ""
    definition: str = ""

    def __str__(self) -> str:
        place = f"definition '{self.definition}'" if self.definition else ""
        place += f"{', ' if place else ''}node '{self.node}'" if self.node else ""
        place += f"{', ' if place else ''}input '{self.input}'" if self.input else ""
        text = f"{place}: {self.message}" if place else self.message
        return f"{text} {self.hint}" if self.hint else text

    def as_dict(self) -> dict[str, str]:
        """The problem as plain JSON."""
        return asdict(self)
