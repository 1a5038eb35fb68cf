import pytest
import torch

from latent_diffusion.layout_planner import IGNORED, LayoutPlanner
from latent_diffusion.regions import Region
from tests.resources.tiny_models import tiny_planner

TEXTS = ["a red apple left of a cat", "two cats", ""]
LAYOUT = [Region("red apple", (0.0, 0.25, 0.5, 0.75)), Region("cat", (0.5, 0.5, 1.0, 1.0))]


def words(planner: LayoutPlanner, ids: list[int]) -> list[str]:
    first_bin = planner.config.vocabulary
    return [planner.tokenizer.id_to_token(i) if i < first_bin else str(i - first_bin) for i in ids]


def test_a_layout_is_a_sentence_of_labels_sizes_and_middles():
    planner = tiny_planner()
    spoken = words(planner, planner.layout_ids(LAYOUT))
    assert spoken == ["red", "apple", "8", "8", "4", "8", "cat", "8", "8", "12", "12", "[SEP]"]


def test_the_targets_are_the_layout_shifted_behind_the_caption():
    planner = tiny_planner()
    ids, targets = planner.sentences(["a cat", "two red apples"], [LAYOUT[1:], []])
    caption, layout = planner.caption_ids("a cat"), planner.layout_ids(LAYOUT[1:])
    assert ids[0].tolist() == [*caption, *layout[:-1]]
    assert targets[0].tolist() == [IGNORED] * (len(caption) - 1) + layout
    spoken = targets[1][targets[1] != IGNORED].tolist()
    assert words(planner, spoken) == ["[SEP]"]


def test_the_planner_looks_back_only():
    planner = tiny_planner()
    ids, _ = planner.sentences(TEXTS[:1], [LAYOUT])
    changed = ids.clone()
    changed[0, -1] = 5
    with torch.no_grad():
        before, after = planner(ids), planner(changed)
    torch.testing.assert_close(before[:, :-1], after[:, :-1])
    assert not torch.allclose(before[:, -1], after[:, -1])


@pytest.mark.parametrize("seed", range(8))
def test_a_plan_is_a_layout_whatever_the_weights_say(seed):
    planner = tiny_planner(max_objects=3, max_label=2)
    for layout in planner.plan(TEXTS, seed):
        assert len(layout) <= 3
        for region in layout:  # a Region is checked when it is made
            assert 1 <= len(region.label.split()) <= 2
            assert "[" not in region.label


def test_a_plan_depends_on_text_seed_and_index_and_not_on_the_batch():
    planner = tiny_planner()
    first, second, _ = planner.plan(TEXTS, seed=3)
    assert planner.plan(TEXTS[:1], seed=3) == [first]
    assert planner.plan(TEXTS[1:2], seed=3, first_index=1) == [second]
    assert any(planner.plan(TEXTS[:1], seed=seed) != [first] for seed in range(4, 8))


def test_a_plan_does_not_touch_the_global_generator():
    planner = tiny_planner()
    torch.manual_seed(0)
    before = torch.get_rng_state()
    planner.plan(TEXTS)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_caption_beyond_the_limit_is_cut_and_keeps_its_end():
    planner = tiny_planner(max_text=6)
    spoken = words(planner, planner.caption_ids("a red apple and a cat and a dog"))
    assert spoken == ["[CLS]", "a", "red", "apple", "and", "[SEP]"]
    planner.plan(["cat " * 10_000])
