import pytest
import torch
from torch import Tensor

from latent_diffusion.recogniser import STRIDE, Recogniser, RecogniserConfig, detection_loss
from tests.resources.tiny_models import tiny_recogniser

CLASSES = ("apple", "cat", "dog")
BOX = (0.30, 0.10, 0.70, 0.40)  # of a map 8 x 8: centre (4.0, 2.0), so column 4, row 2; 3.2 by 2.4 cells


class Planted(Recogniser):
    """A recogniser whose maps are given."""

    def __init__(self, logits: Tensor, boxes: Tensor) -> None:
        super().__init__(RecogniserConfig(CLASSES, width=4, blocks=0))
        self.maps = logits, boxes

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return self.maps


def maps() -> tuple[Tensor, Tensor]:
    return torch.full((2, 3, 8, 8), -8.0), torch.zeros(2, 4, 8, 8)


def planted_map() -> tuple[Tensor, Tensor]:
    logits, boxes = maps()
    logits[0, 1, 2, 4] = 4.0
    boxes[0, :, 2, 4] = torch.tensor([-0.5, -0.5, torch.tensor(3.2).log(), torch.tensor(2.4).log()])
    return logits, boxes


def test_the_map_has_one_cell_for_each_stride():
    recogniser = tiny_recogniser(CLASSES)
    with torch.no_grad():
        logits, boxes = recogniser(torch.zeros(2, 3, 64, 96))
    assert logits.shape == (2, 3, 64 // STRIDE, 96 // STRIDE)
    assert boxes.shape == (2, 4, 64 // STRIDE, 96 // STRIDE)


def test_a_fresh_recogniser_expects_nothing():
    torch.manual_seed(0)
    recogniser = Recogniser(RecogniserConfig(CLASSES, width=16, blocks=1)).eval()
    assert recogniser.detect(torch.zeros(1, 3, 32, 32)) == [[]]


def test_a_planted_peak_is_found_with_its_box():
    found = Planted(*planted_map()).detect(torch.zeros(2, 3, 64, 64))
    assert [d.name for d in found[0]] == ["cat"]
    assert found[0][0].box == pytest.approx(BOX, abs=1e-6)
    assert found[0][0].score == pytest.approx(torch.tensor(4.0).sigmoid().item())
    assert found[1] == []


def test_neighbours_of_a_peak_are_one_object_and_the_best_comes_first():
    logits, boxes = planted_map()
    logits[0, 1, 2, 5] = 3.0
    logits[0, 2, 6, 1] = 5.0
    found = Planted(logits, boxes).detect(torch.zeros(2, 3, 64, 64))
    assert [d.name for d in found[0]] == ["dog", "cat"]


def test_peaks_below_the_threshold_are_not_objects():
    assert Planted(*planted_map()).detect(torch.zeros(2, 3, 64, 64), threshold=0.99) == [[], []]


def test_a_box_as_large_as_can_be_is_the_whole_picture_at_most():
    logits, boxes = planted_map()
    boxes[0, 2:, 2, 4] = 1e4
    x0, y0, x1, y1 = Planted(logits, boxes).detect(torch.zeros(2, 3, 64, 64))[0][0].box
    assert (x1 - x0, y1 - y0) == pytest.approx((1, 1))


def test_the_loss_wants_the_class_up_at_the_centre_and_down_elsewhere():
    logits, boxes = maps()
    logits = (logits * 0).requires_grad_()
    detection_loss(logits, boxes, [[(1, BOX)], []]).backward()
    wanted_up = (logits.grad < 0).nonzero().tolist()
    assert wanted_up == [[0, 1, 2, 4]]
    assert logits.grad[1].min() > 0
    near, far = logits.grad[0, 1, 2, 5], logits.grad[0, 1, 7, 0]
    assert 0 < near < far  # close to a centre, a score costs less


def test_the_loss_of_the_planted_map_is_about_zero_and_any_other_box_costs_more():
    logits, boxes = planted_map()
    logits[0, 1, 2, 4] = 12.0
    labels = [[(1, BOX)], []]
    best = detection_loss(logits, boxes, labels).item()
    assert best < 1e-3
    for channel in range(4):
        moved = boxes.clone()
        moved[0, channel, 2, 4] += 0.25
        assert detection_loss(logits, moved, labels).item() == pytest.approx(best + 0.25, abs=1e-5)


def test_boxes_of_empty_cells_cost_nothing():
    logits, boxes = planted_map()
    elsewhere = boxes.clone()
    elsewhere[0, :, 6, 6] = 5.0
    labels = [[(1, BOX)], []]
    assert detection_loss(logits, boxes, labels) == detection_loss(logits, elsewhere, labels)


def test_pictures_without_objects_have_a_loss():
    logits, boxes = maps()
    quiet = detection_loss(logits, boxes, [[], []])
    loud = detection_loss(logits + 10, boxes, [[], []])
    assert 0 <= quiet.item() < 0.1 < loud.item()


def test_an_object_at_the_very_edge_lies_in_the_last_cell():
    logits, boxes = maps()
    logits = (logits * 0).requires_grad_()
    detection_loss(logits, boxes, [[(0, (0.99, 0.99, 1.01, 1.01))], []]).backward()
    assert (logits.grad < 0).nonzero().tolist() == [[0, 0, 7, 7]]
