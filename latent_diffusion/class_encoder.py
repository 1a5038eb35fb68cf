"""tau_theta for classes: one learned vector a class, as a sequence of one token (paper section 4.3)."""

from __future__ import annotations

from torch import Tensor, nn


class ClassEncoder(nn.Module):
    """`classes` real classes and one more, the last, that stands for no class.

    Checkpoint key: `embedding.weight` [classes + 1, width].
    """

    def __init__(self, classes: int, width: int) -> None:
        super().__init__()
        self.classes = classes
        self.embedding = nn.Embedding(classes + 1, width)

    @property
    def no_class(self) -> int:
        """The index to use where the class is dropped."""
        return self.classes

    def forward(self, index: Tensor) -> Tensor:
        """index [B] in 0 ... classes -> tokens [B,1,width]."""
        return self.embedding(index)[:, None, :]
