from pathlib import Path

import pytest
import torch
from torch import nn

from latent_diffusion.training.loop import LearningRate, fit
from latent_diffusion.training.state import TrainingState
from tests.resources.tiny_training import Stopped, ignore, stop_after

RATE = LearningRate(0.1, warm_up=4, decay=0.5)


def counter() -> TrainingState:
    """A state whose one weight counts the steps that were done."""
    layer = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        layer.weight.zero_()
    return TrainingState({"counter": layer}, {"sgd": torch.optim.SGD(layer.parameters())})


def count(state: TrainingState, on_count=lambda step: None):
    def train_step(step: int) -> dict[str, float]:
        with torch.no_grad():
            state.modules["counter"].weight.add_(1)
        on_count(step)
        return {"loss": float(step)}

    return train_step


def run(
    state: TrainingState, path: Path, steps: int = 6, on_step=ignore, on_count=lambda step: None, **options
):
    fit(state, count(state, on_count), steps=steps, rate=RATE, checkpoint=path, on_step=on_step, **options)


def value(state: TrainingState) -> float:
    return state.modules["counter"].weight.item()


def test_the_rate_rises_stays_and_falls_to_zero():
    rate = LearningRate(2.0, warm_up=4, decay=0.5)
    rates = [rate.at(step, 20) for step in range(20)]
    assert rates[:4] == [0.5, 1.0, 1.5, 2.0]
    assert rates[4:11] == [2.0] * 7
    assert rates[11:] == pytest.approx([2.0 * (20 - step) / 10 for step in range(11, 20)])
    assert rate.at(20, 20) == 0


def test_every_step_is_done_once_with_its_rate(tmp_path):
    state, rates = counter(), []
    run(
        state,
        tmp_path / "c",
        on_count=lambda step: rates.append(state.optimizers["sgd"].param_groups[0]["lr"]),
    )
    assert value(state) == state.step == 6
    assert rates == [RATE.at(step, 6) for step in range(6)]


def test_progress_counts_finished_steps(tmp_path):
    seen = []
    run(counter(), tmp_path / "c", steps=3, on_step=lambda step, steps, losses: seen.append((step, steps)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_losses_are_running_means(tmp_path):
    seen = []
    run(counter(), tmp_path / "c", steps=3, on_step=lambda step, steps, losses: seen.append(losses["loss"]))
    assert seen == pytest.approx([0.0, 0.02, 0.98 * 0.02 + 0.04])


def test_what_stops_between_steps_finds_the_state_saved(tmp_path):
    with pytest.raises(Stopped):
        run(counter(), tmp_path / "c", on_step=stop_after(2))
    state = counter()
    state.load(tmp_path / "c")
    assert value(state) == state.step == 2
    run(state, tmp_path / "c")
    assert value(state) == state.step == 6


def test_a_step_broken_off_is_not_saved(tmp_path):
    def interrupt(step: int) -> None:
        if step == 3:
            raise KeyboardInterrupt

    with pytest.raises(Stopped):
        run(counter(), tmp_path / "c", on_step=stop_after(2))
    state = counter()
    state.load(tmp_path / "c")
    with pytest.raises(KeyboardInterrupt):
        run(state, tmp_path / "c", on_count=interrupt)
    again = counter()
    again.load(tmp_path / "c")
    assert value(again) == again.step == 2
    run(again, tmp_path / "c")
    assert value(again) == 6


def test_checkpoints_are_written_at_intervals(tmp_path):
    def on_step(step: int, steps: int, losses: dict[str, float]) -> None:
        state = counter()
        state.load(tmp_path / "c")
        assert state.step == step

    run(counter(), tmp_path / "c", on_step=on_step, checkpoint_seconds=-1)


def test_the_log_is_kept_with_the_state(tmp_path):
    run(counter(), tmp_path / "c", log_every=2)
    state = counter()
    state.load(tmp_path / "c")
    assert [entry["step"] for entry in state.log] == [2, 4, 6]
    assert state.log[0]["loss"] == pytest.approx(0.02)
