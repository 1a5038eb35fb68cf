import pytest
import torch
from torch import nn

from latent_diffusion.ema import Ema


def layer(value: float) -> nn.Linear:
    linear = nn.Linear(2, 1)
    with torch.no_grad():
        linear.weight.fill_(value)
        linear.bias.fill_(-value)
    return linear


def test_the_average_is_the_weighted_sum_of_all_weights():
    values = [3.0, -1.0, 4.0, 1.0, -5.0, 9.0]
    decays = [min(0.5, (1 + n) / (10 + n)) for n in range(1, len(values))]
    module = layer(values[0])
    average = Ema(module, decay=0.5)
    expected = values[0]
    for value, decay in zip(values[1:], decays, strict=True):
        with torch.no_grad():
            module.weight.fill_(value)
        average.update(module)
        expected = decay * expected + (1 - decay) * value
    assert average.shadow["weight"][0, 0].item() == pytest.approx(expected, rel=1e-5)


def test_without_warm_up_it_is_the_closed_form():
    module = layer(1.0)
    average = Ema(module, decay=0.6)
    average.updates = 100  # (1 + n) / (10 + n) is above 0.6 from here on
    with torch.no_grad():
        module.weight.fill_(0.0)
    for _ in range(5):
        average.update(module)
    assert average.shadow["weight"][0, 0].item() == pytest.approx(0.6**5, rel=1e-5)


def test_the_first_update_takes_most_of_the_new_weights():
    module = layer(0.0)
    average = Ema(module)
    with torch.no_grad():
        module.weight.fill_(1.0)
    average.update(module)
    assert average.shadow["weight"][0, 0].item() == pytest.approx(1 - 2 / 11)


def test_training_on_does_not_move_the_average():
    module = layer(1.0)
    average = Ema(module)
    with torch.no_grad():
        module.weight.fill_(7.0)
    assert average.shadow["weight"].unique().tolist() == [1.0]


def test_the_average_is_written_into_a_network():
    average, other = Ema(layer(2.0)), layer(0.0)
    average.copy_to(other)
    assert other.weight.unique().tolist() == [2.0]
    assert other.bias.tolist() == [-2.0]


def test_applied_to_a_network_gives_a_copy_with_the_average_for_use():
    average, module = Ema(layer(2.0)), nn.Sequential(layer(0.0), nn.BatchNorm1d(1)).train()
    module[1].running_mean.fill_(5.0)
    average.shadow = {f"0.{name}": value for name, value in average.shadow.items()}
    average.shadow |= {f"1.{name}": p.detach().clone() for name, p in module[1].named_parameters()}
    applied = average.applied_to(module)
    assert applied[0].weight.unique().tolist() == [2.0]
    assert applied[1].running_mean.tolist() == [5.0]  # what is no parameter comes from the network
    assert not applied.training
    assert not any(p.requires_grad for p in applied.parameters())
    with torch.no_grad():
        applied[0].weight.fill_(9.0)
    assert module.training
    assert all(p.requires_grad for p in module.parameters())
    assert module[0].weight.unique().tolist() == [0.0]
    assert average.shadow["0.weight"].unique().tolist() == [2.0]
