"""A small recogniser: a map of object centres with class, size and offset (Zhou et al. 2019).

It measures generated pictures; it is trained on rendered ones only and takes no part in training what it
measures.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIDE = 8  # pixels along a side of one cell of the map


@dataclass(frozen=True)
class RecogniserConfig:
    """Names of the classes, and the width of the network at stride 8."""

    classes: tuple[str, ...]
    width: int = 128
    blocks: int = 4


@dataclass(frozen=True)
class Detection:
    """A found object: class name, score in [0,1] and box (x0, y0, x1, y1) as parts of the picture."""

    name: str
    score: float
    box: tuple[float, float, float, float]


class _Block(nn.Module):
    def __init__(self, width: int, dilation: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.body(x))


def _down(channels: int, width: int, factor: int) -> nn.Sequential:
    convolution = nn.Conv2d(channels, width, factor + 1, stride=factor, padding=factor // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(width), nn.ReLU())


class Recogniser(nn.Module):
    """Images [B,3,H,W] in [-1,1] to class logits [B,K,h,w] and boxes [B,4,h,w], h = H / 8.

    A box is (dx, dy, log width, log height) in cells; dx, dy lead from the cell's middle to the centre.
    """

    def __init__(self, config: RecogniserConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.body = nn.Sequential(
            _down(3, width // 2, 4),
            _Block(width // 2),
            _down(width // 2, width, 2),
            *(_Block(width, 1 + index % 2) for index in range(config.blocks)),
        )
        self.classes = nn.Conv2d(width, len(config.classes), 1)
        self.boxes = nn.Sequential(
            nn.Conv2d(width, width // 2, 3, padding=1), nn.ReLU(), nn.Conv2d(width // 2, 4, 1)
        )
        # Scores begin at about 0.01, as nearly every cell is empty (Lin et al. 2017).
        nn.init.constant_(self.classes.get_parameter("bias"), -4.6)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        features = self.body(images)
        return self.classes(features), self.boxes(features)

    def feature_maps(self, images: Tensor) -> list[Tensor]:
        """Return what each block makes of images [B,3,H,W]: feature maps for a perceptual distance."""
        maps = []
        for block in self.body:
            images = block(images)
            maps.append(images)
        return maps

    @torch.no_grad()
    def detect(self, images: Tensor, threshold: float = 0.3) -> list[list[Detection]]:
        """Return the objects of each image, best first; a box may reach beyond the picture."""
        logits, boxes = self(images)
        scores, classes = logits.sigmoid().max(dim=1)  # [B,h,w]
        peaks = (scores == F.max_pool2d(scores[:, None], 3, 1, 1)[:, 0]) & (scores > threshold)
        found: list[list[Detection]] = [[] for _ in range(len(images))]
        height, width = scores.shape[-2:]
        for b, y, x in peaks.nonzero().tolist():
            dx, dy = boxes[b, :2, y, x].tolist()
            cx, cy = (x + 0.5 + dx) / width, (y + 0.5 + dy) / height
            w, h = boxes[b, 2:, y, x].exp().tolist()
            w, h = min(1.0, w / width), min(1.0, h / height)
            name = self.config.classes[int(classes[b, y, x])]
            box = (cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2)
            found[b].append(Detection(name, float(scores[b, y, x]), box))
        return [sorted(each, key=lambda d: -d.score) for each in found]


def detection_loss(
    logits: Tensor, boxes: Tensor, labels: list[list[tuple[int, tuple[float, float, float, float]]]]
) -> Tensor:
    """Penalty-reduced focal loss on the centre map plus L1 of the box at each centre (Zhou, eq. 1 to 3).

    `labels` holds for each image (class index, box as parts of the picture).
    """
    batch, _, height, width = logits.shape
    target = torch.zeros_like(logits)
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    where: list[tuple[int, int, int]] = []
    wanted: list[tuple[float, float, float, float]] = []
    for index in range(batch):
        for label, (x0, y0, x1, y1) in labels[index]:
            cx, cy, w, h = (
                (x0 + x1) / 2 * width,
                (y0 + y1) / 2 * height,
                (x1 - x0) * width,
                (y1 - y0) * height,
            )
            column, row = min(width - 1, int(cx)), min(height - 1, int(cy))
            spread = max(0.6, 0.12 * min(w, h))
            squared = (columns - column).square() + (rows - row).square()
            bump = torch.exp(-squared / (2 * spread**2)).to(target)
            target[index, label] = torch.maximum(target[index, label], bump)
            where.append((index, row, column))
            wanted.append(
                (
                    cx - column - 0.5,
                    cy - row - 0.5,
                    float(torch.tensor(w).log()),
                    float(torch.tensor(h).log()),
                )
            )
    p = logits.sigmoid().clamp(1e-4, 1 - 1e-4)
    positive = (target == 1).float()
    focal = (
        positive * (1 - p).square() * p.log()
        + (1 - positive) * (1 - target) ** 4 * p.square() * (1 - p).log()
    )
    count = max(1, len(where))
    b, y, x = torch.tensor(where, dtype=torch.long, device=logits.device).reshape(-1, 3).T
    box = (boxes[b, :, y, x] - torch.tensor(wanted, device=boxes.device).reshape(-1, 4)).abs().sum()
    return (-focal.sum() + box) / count
