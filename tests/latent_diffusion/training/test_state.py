import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from latent_diffusion.ema import Ema
from latent_diffusion.placement import place
from latent_diffusion.training.state import CheckpointError, TrainingState
from tests.resources.tiny_models import CPU


class Killed(BaseException):
    """The end of the process at some moment."""


def network(seed: int, width: int = 8) -> nn.Module:
    torch.manual_seed(seed)
    return place(nn.Sequential(nn.Conv2d(3, width, 3), nn.BatchNorm2d(width), nn.Conv2d(width, 2, 1)), CPU)


def state_of(module: nn.Module) -> TrainingState:
    optimizer = torch.optim.AdamW(module.parameters(), lr=0.01)
    return TrainingState({"net": module}, {"adamw": optimizer}, {"net": Ema(module, 0.5)})


def step(state: TrainingState, seed: int) -> None:
    module, optimizer = state.modules["net"], state.optimizers["adamw"]
    optimizer.zero_grad()
    images = torch.randn(2, 3, 6, 6, generator=torch.Generator().manual_seed(seed))
    module(images).square().mean().backward()
    optimizer.step()
    state.averages["net"].update(module)
    state.step += 1


def trained(steps: int) -> TrainingState:
    state = state_of(network(0))
    for seed in range(steps):
        step(state, seed)
    return state


def tensors(state: TrainingState) -> dict[str, torch.Tensor]:
    slots = state.optimizers["adamw"].state_dict()["state"]
    return (
        dict(state.modules["net"].state_dict())
        | {f"{index}.{key}": value for index, each in slots.items() for key, value in each.items()}
        | {f"average.{key}": value for key, value in state.averages["net"].shadow.items()}
    )


def assert_equal(a: TrainingState, b: TrainingState) -> None:
    first, second = tensors(a), tensors(b)
    assert first.keys() == second.keys()
    assert [key for key in first if not torch.equal(first[key], second[key])] == []
    assert (a.step, a.averages["net"].updates) == (b.step, b.averages["net"].updates)


def test_everything_comes_back(tmp_path):
    state = trained(3)
    state.log.append({"step": 3, "loss": 0.5})
    state.save(tmp_path / "c.safetensors")
    other = state_of(network(1))
    other.load(tmp_path / "c.safetensors")
    assert_equal(state, other)
    assert other.log == [{"step": 3, "loss": 0.5}]


def test_the_next_step_is_the_same_bit_by_bit(tmp_path):
    state = trained(3)
    state.save(tmp_path / "c.safetensors")
    other = state_of(network(1))
    other.load(tmp_path / "c.safetensors")
    step(state, 9)
    step(other, 9)
    assert_equal(state, other)


def test_the_optimizers_memory_keeps_the_layout_of_the_weights(tmp_path):
    trained(1).save(tmp_path / "c.safetensors")
    other = state_of(network(1))
    other.load(tmp_path / "c.safetensors")
    parameters = list(other.modules["net"].parameters())
    for parameter in parameters:
        assert other.optimizers["adamw"].state[parameter]["exp_avg"].stride() == parameter.stride()


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_kill_while_saving_leaves_the_old_checkpoint(tmp_path, monkeypatch, moment):
    path = tmp_path / "c.safetensors"
    old = trained(1)
    old.save(path)

    def die(*arguments: object) -> None:
        raise Killed

    new = trained(2)
    with monkeypatch.context() as patch:
        patch.setattr(os if moment == "fsync" else Path, moment, die)
        with pytest.raises(Killed):
            new.save(path)
    loaded = state_of(network(1))
    loaded.load(path)
    assert_equal(old, loaded)
    new.save(path)
    loaded.load(path)
    assert_equal(new, loaded)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kept", [0, 100, -7], ids=["empty", "half a header", "half a weight"])
def test_a_damaged_checkpoint_names_the_file_and_the_way_out(tmp_path, kept):
    path = tmp_path / "c.safetensors"
    trained(1).save(path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(CheckpointError, match=r"c.safetensors is damaged.*delete it to start from nothing"):
        state_of(network(0)).load(path)


def test_a_checkpoint_of_other_networks_is_refused(tmp_path):
    path = tmp_path / "c.safetensors"
    trained(1).save(path)
    with pytest.raises(CheckpointError, match="of a training with other networks"):
        state_of(network(0, width=4)).load(path)


def test_a_safetensors_file_that_is_no_checkpoint_is_refused(tmp_path):
    save_file({"weight": torch.zeros(1)}, tmp_path / "c.safetensors")
    with pytest.raises(CheckpointError, match="damaged"):
        state_of(network(0)).load(tmp_path / "c.safetensors")
