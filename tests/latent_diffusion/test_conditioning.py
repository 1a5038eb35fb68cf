import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from latent_diffusion.conditioning import Conditioning, ConditioningEntry, ConditioningError

TOKENS = torch.ones(1, 3, 6)


def test_routes_name_what_is_given():
    both = Conditioning.of(tokens=TOKENS) + Conditioning.of(vector=torch.ones(1, 3))
    assert both.routes() == {"tokens", "vector"}
    assert Conditioning().routes() == set()


def test_one_row_serves_any_batch_and_n_rows_serve_n():
    assert Conditioning.of(tokens=TOKENS).batch_to(4).entries[0].tokens.shape == (4, 3, 6)
    assert Conditioning.of(tokens=TOKENS.expand(4, 3, 6)).batch_to(4).entries[0].tokens.shape == (4, 3, 6)
    with pytest.raises(ConditioningError, match="2 rows cannot serve 3 images"):
        Conditioning.of(tokens=TOKENS.expand(2, 3, 6)).batch_to(3)


def test_a_dtype_changes_numbers_but_not_the_mask():
    mask = torch.tensor([[True, False, True]])
    entry = Conditioning.of(tokens=TOKENS, mask=mask).to("cpu", torch.bfloat16).entries[0]
    assert entry.tokens.dtype == torch.bfloat16
    assert torch.equal(entry.mask, mask)


@given(progress=st.floats(0, 1), border=st.floats(0.01, 0.99))
def test_adjacent_ranges_take_turns(progress, border):
    early = ConditioningEntry(tokens=TOKENS, end=border)
    late = ConditioningEntry(tokens=TOKENS, start=border)
    assert early.is_active(progress) != late.is_active(progress)


def test_the_whole_range_includes_both_ends():
    entry = ConditioningEntry(tokens=TOKENS)
    assert entry.is_active(0.0)
    assert entry.is_active(1.0)


def test_strengths_multiply_and_zero_turns_off():
    conditioning = Conditioning.of(tokens=TOKENS).weighted(0.5).weighted(0.5)
    assert conditioning.entries[0].strength == 0.25
    assert not conditioning.weighted(0).is_active(0.5)


def test_during_limits_every_entry():
    conditioning = (Conditioning.of(tokens=TOKENS) + Conditioning.of(tokens=TOKENS)).during(0.2, 0.4)
    assert conditioning.is_active(0.3)
    assert not conditioning.is_active(0.5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"tokens": torch.ones(3, 6)},
        {"tokens": TOKENS, "mask": torch.ones(1, 4, dtype=torch.bool)},
        {"mask": torch.ones(1, 4, dtype=torch.bool)},
        {"channels": torch.ones(4, 8, 8)},
        {"vector": torch.ones(3)},
        {"tokens": TOKENS.expand(2, 3, 6), "vector": torch.ones(3, 3)},
        {"tokens": TOKENS, "start": 0.6, "end": 0.5},
        {"tokens": TOKENS, "end": 1.5},
    ],
)
def test_what_does_not_fit_together_is_refused(wrong):
    with pytest.raises(ConditioningError):
        ConditioningEntry(**wrong)
