import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_diffusion.regions import InvalidRegion, Region, fit_into


def test_a_region_may_fill_the_picture():
    assert Region("cat", (0.0, 0.0, 1.0, 1.0)).label == "cat"


@pytest.mark.parametrize(
    "box",
    [
        (0.5, 0.1, 0.5, 0.9),
        (0.1, 0.9, 0.5, 0.2),
        (-0.1, 0.0, 0.5, 0.5),
        (0.0, 0.0, 0.5, 1.1),
        (0.0, 0.0, float("nan"), 1.0),
    ],
    ids=["no width", "upside down", "left of the picture", "below the picture", "not a number"],
)
def test_a_box_has_an_area_inside_the_picture(box):
    with pytest.raises(InvalidRegion, match=r"`cat` must be x0 < x1, y0 < y1, all between 0 and 1"):
        Region("cat", box)


@pytest.mark.parametrize("label", ["", "  "])
def test_a_region_says_what_it_holds(label):
    with pytest.raises(InvalidRegion, match="has no label; say what it should hold"):
        Region(label, (0.0, 0.0, 1.0, 1.0))


def test_a_layout_is_fitted_into_the_middle_of_a_box_with_its_proportions():
    layout = [Region("cat", (0.0, 0.0, 0.2, 0.2)), Region("dog", (0.2, 0.1, 0.4, 0.2))]
    cat, dog = fit_into(layout, (0.5, 0.5, 1.0, 1.0))
    assert cat.box == pytest.approx((0.5, 0.625, 0.75, 0.875))
    assert dog.box == pytest.approx((0.75, 0.75, 1.0, 0.875))
    assert (cat.label, dog.label) == ("cat", "dog")


def boxes(least: float = 0.05) -> st.SearchStrategy[tuple[float, float, float, float]]:
    side = st.floats(0, 0.9).flatmap(
        lambda start: st.tuples(st.just(start), st.floats(start + 1.01 * least, 1))
    )
    return st.tuples(side, side).map(lambda sides: (sides[0][0], sides[1][0], sides[0][1], sides[1][1]))


@given(st.lists(boxes(), min_size=1, max_size=4), boxes())
def test_a_fitted_layout_touches_two_opposite_sides_and_leaves_none(layout, box):
    fitted = [region.box for region in fit_into([Region("cat", one) for one in layout], box)]
    ends = [min(b[0] for b in fitted), min(b[1] for b in fitted)]
    ends += [max(b[2] for b in fitted), max(b[3] for b in fitted)]
    gaps = [ends[0] - box[0], ends[1] - box[1], box[2] - ends[2], box[3] - ends[3]]
    assert min(gaps) > -1e-9
    assert min(max(gaps[0], gaps[2]), max(gaps[1], gaps[3])) < 1e-9


def test_an_empty_layout_stays_empty():
    assert fit_into([], (0.0, 0.0, 1.0, 1.0)) == []
