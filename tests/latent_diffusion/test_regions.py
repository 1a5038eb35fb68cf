import pytest

from latent_diffusion.regions import InvalidRegion, Region


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
