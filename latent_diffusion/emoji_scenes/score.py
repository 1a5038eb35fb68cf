"""A measured figure with its uncertainty, beside what real renders give."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Score:
    """One figure: the mean of `count` trials with a 95 % bootstrap interval, and that on real renders."""

    name: str
    value: float
    low: float
    high: float
    count: int
    real: float | None = None  # what the recogniser reads in real renders; None where there is no such figure
    unit: str = ""
    misses: tuple[str, ...] = field(default=(), compare=False)  # the first prompts that failed

    @property
    def ratio(self) -> float | None:
        """The value as a part of the one on real renders."""
        return self.value / self.real if self.real else None
