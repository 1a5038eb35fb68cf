"""The loop that every training shares: learning rate, checkpoints at intervals, progress, stopping."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from latent_diffusion.training.state import TrainingState

TrainStep = Callable[[int], dict[str, float]]
"""Does one optimisation step, number 0 ... steps - 1, and returns what to log."""

OnStep = Callable[[int, int, dict[str, float]], None]
"""Called after each step with (finished steps, steps, running means of the losses); may raise to stop."""


@dataclass(frozen=True)
class LearningRate:
    """Linear warm-up, a constant part, and a linear fall to zero over the last `decay` part of the steps."""

    peak: float
    warm_up: int = 200
    decay: float = 0.4

    def at(self, step: int, steps: int) -> float:
        """Return the rate of step `step` of `steps`."""
        fall = (steps - step) / max(1.0, self.decay * steps)
        return self.peak * min(1.0, (step + 1) / self.warm_up, fall)


def fit(
    state: TrainingState,
    train_step: TrainStep,
    *,
    steps: int,
    rate: LearningRate,
    checkpoint: Path,
    on_step: OnStep,
    checkpoint_seconds: float = 120.0,
    log_every: int = 50,
) -> None:
    """Train from `state.step` until `steps` are finished; save to `checkpoint` at intervals and at the end.

    Stopped between two steps, as by `on_step`, it saves the state first. Broken off within a step, it keeps
    the last checkpoint: a step half done must not be done again on top.
    """
    saved_at, recent = time.monotonic(), dict[str, float]()
    whole = True
    try:
        while state.step < steps:
            for optimizer in state.optimizers.values():
                for group in optimizer.param_groups:
                    group["lr"] = rate.at(state.step, steps)
            whole = False
            losses = train_step(state.step)
            state.step += 1
            whole = True
            for name, value in losses.items():
                recent[name] = value if name not in recent else 0.98 * recent[name] + 0.02 * value
            if state.step % log_every == 0:
                state.log.append({"step": state.step, **recent})
            if time.monotonic() - saved_at > checkpoint_seconds:
                state.save(checkpoint)
                saved_at = time.monotonic()
            on_step(state.step, steps, recent)
    finally:
        if whole:
            state.save(checkpoint)
