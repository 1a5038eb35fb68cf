import pytest

from latent_diffusion.emoji_scenes.score import Score


@pytest.mark.parametrize(("real", "ratio"), [(0.8, 0.5), (None, None), (0.0, None)])
def test_the_ratio_is_the_part_of_what_real_renders_give(real, ratio):
    assert Score("share", 0.4, 0.3, 0.5, 10, real).ratio == ratio


def test_misses_do_not_make_a_score_another():
    assert Score("share", 0.4, 0.3, 0.5, 10, misses=("a cat",)) == Score("share", 0.4, 0.3, 0.5, 10)
