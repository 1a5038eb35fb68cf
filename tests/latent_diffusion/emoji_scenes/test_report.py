import io

import numpy as np
import pytest
import torch
from PIL import Image

from latent_diffusion.emoji_scenes.report import chart, grid, table
from latent_diffusion.emoji_scenes.score import Score

PSNR = Score("reconstruction PSNR", 33.456, 33.1, 33.9, 200, unit="dB")
ONE = Score("one object", 0.91, 0.87, 0.95, 200, real=0.98)
TWO = Score("two objects", 1.0, 1.0, 1.0, 200, real=1.0)


def picture(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    assert image.format == "PNG"
    return image


def test_the_table_has_a_row_a_score_and_as_many_cells_as_its_head():
    head, rule, *rows = table([PSNR, ONE, TWO]).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in (head, rule, *rows)]
    assert {len(row) for row in cells} == {6}
    assert cells[2:] == [
        ["reconstruction PSNR", "33.46 dB", "33.10 to 33.90", "", "", "200"],
        ["one object", "0.910", "0.870 to 0.950", "0.980", "92.9 %", "200"],
        ["two objects", "1.000", "1.000 to 1.000", "1.000", "100.0 %", "200"],
    ]


@pytest.mark.parametrize("scores", [[PSNR, ONE, TWO], [ONE], [PSNR]], ids=["all", "one", "none to show"])
def test_the_chart_is_a_picture(scores):
    assert picture(chart(scores)).width == 1050


def test_the_chart_grows_with_the_tasks_and_equal_scores_give_equal_bytes():
    assert picture(chart([ONE, TWO])).height > picture(chart([ONE, PSNR])).height
    assert chart([ONE, TWO]) == chart([ONE, TWO])


def test_the_grid_shows_every_picture_whole_and_in_order():
    colours = torch.tensor([[-1.0, 0.0, 1.0], [1.0, 1.0, -1.0], [0.2, -0.4, 3.0]])
    images = colours[:, :, None, None].expand(3, 3, 16, 24)
    sheet = np.asarray(picture(grid(images, ["a cat", "a dog", "word " * 80], columns=2)))
    assert sheet.shape == (2 * (16 + 44 + 8) + 8, 2 * (24 + 8) + 8, 3)
    for (x, y), colour in zip([(8, 8), (40, 8), (8, 76)], colours, strict=True):
        levels = ((colour.clamp(-1, 1) + 1) * 127.5).round().byte().numpy()
        assert (sheet[y : y + 16, x : x + 24] == levels).all()


def test_every_picture_has_a_prompt():
    with pytest.raises(ValueError, match="shorter"):
        grid(torch.zeros(2, 3, 8, 8), ["a cat"])
