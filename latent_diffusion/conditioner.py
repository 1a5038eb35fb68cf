"""tau_theta with its tokenizer: words, boxes and classes in, tokens for cross-attention out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn

from latent_diffusion.box_encoder import BoxEncoder
from latent_diffusion.box_map import BoxMapEncoder
from latent_diffusion.class_encoder import ClassEncoder
from latent_diffusion.conditioning import Conditioning
from latent_diffusion.regions import Region
from latent_diffusion.text_encoder import TextEncoder, TextEncoderConfig
from latent_diffusion.tokenization import token_ids, truncated_words, unknown_words


class ConditionerError(ValueError):
    """An input that this conditioner cannot encode."""


@dataclass(frozen=True)
class ConditionerConfig:
    """Which encoders there are: text always; boxes and classes (0: none) at the text encoder's width."""

    text: TextEncoderConfig
    boxes: bool = False
    max_boxes: int = 8
    map_channels: int = 0  # of the map of boxes that is concatenated to the latent
    map_size: int = 16  # cells along a side of that map, where nothing else is asked for
    classes: int = 0

    def to_json(self) -> dict[str, object]:
        """Return plain data that `from_json` takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, object]) -> ConditionerConfig:
        """Return the configuration that `to_json` gave."""
        return cls(**{**data, "text": TextEncoderConfig(**data["text"])})  # type: ignore[arg-type]


class Conditioner(nn.Module):
    """Encoders that share one width. The text's word vectors also stand for the labels of boxes."""

    def __init__(self, config: ConditionerConfig, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.config, self.tokenizer = config, tokenizer
        width = config.text.width
        self.text = TextEncoder(config.text)
        if config.boxes:
            self.boxes = BoxEncoder(width, width)
        if config.map_channels:
            self.box_map = BoxMapEncoder(width, config.map_channels)
        if config.classes:
            self.classes = ClassEncoder(config.classes, width)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.text.transformer.token_emb.weight.device

    def tokenize(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Return ids and mask [B,L]; texts longer than the encoder takes are cut, the last token kept."""
        limit = self.config.text.max_tokens
        rows = [token_ids(self.tokenizer, text, limit) for text in texts]
        length = max(map(len, rows))
        ids = torch.zeros(len(rows), length, dtype=torch.long)
        mask = torch.zeros(len(rows), length, dtype=torch.bool)
        for index, row in enumerate(rows):
            ids[index, : len(row)] = torch.tensor(row)
            mask[index, : len(row)] = True
        return ids.to(self.device), mask.to(self.device)

    def truncated_words(self, text: str) -> list[str]:
        """Return the words of a text that the encoder has no room for, the one cut in two included."""
        return truncated_words(self.tokenizer, text, self.config.text.max_tokens)

    def unknown_words(self, text: str) -> list[str]:
        """Return the words of a text that the vocabulary does not have."""
        return unknown_words(self.tokenizer, text)

    def text_tokens(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Return tokens [B,L,D] and mask [B,L] of texts; differentiable."""
        ids, mask = self.tokenize(texts)
        return self.text(ids, mask), mask

    def region_tokens(self, layouts: Sequence[Sequence[Region]]) -> tuple[Tensor, Tensor]:
        """Return tokens [B,N,D] and mask [B,N] of layouts, N the longest; differentiable."""
        phrases, boxes, mask = self._layout_tensors(layouts)
        return self.boxes(phrases, boxes), mask

    def region_map(
        self, layouts: Sequence[Sequence[Region]], size: tuple[int, int] | None = None
    ) -> Tensor | None:
        """Return channels [B,C,*size] of layouts, `map_size` a side by default, None without a map."""
        if not self.config.map_channels:
            return None
        phrases, boxes, mask = self._layout_tensors(layouts)
        return self.box_map(phrases, boxes, mask, size or (self.config.map_size,) * 2)

    def _layout_tensors(self, layouts: Sequence[Sequence[Region]]) -> tuple[Tensor, Tensor, Tensor]:
        """Return the labels' phrases [B,N,D], the boxes [B,N,4] and the mask [B,N] of layouts."""
        if not self.config.boxes:
            raise ConditionerError(
                "this conditioner has no box encoder; use a bundle that was trained with boxes."
            )
        longest = max(map(len, layouts))
        if longest > self.config.max_boxes:
            raise ConditionerError(
                f"{longest} boxes, and this conditioner takes {self.config.max_boxes} at most."
            )
        boxes = torch.zeros(len(layouts), max(1, longest), 4)
        mask = torch.zeros(boxes.shape[:2], dtype=torch.bool)
        labels = []
        for row, layout in enumerate(layouts):
            for column, region in enumerate(layout):
                boxes[row, column] = torch.tensor(region.box)
                mask[row, column] = True
            labels += [region.label for region in layout] + [""] * (boxes.shape[1] - len(layout))
        phrases = self.phrases(labels).unflatten(0, boxes.shape[:2])
        return phrases, boxes.to(self.device), mask.to(self.device)

    def phrases(self, labels: Sequence[str]) -> Tensor:
        """Return [n,D]: the mean of each label's word vectors, normalised; zeros for an empty label.

        Word vectors start a hundred times smaller than what they are joined with; unnormalised, labels would
        be learned last.
        """
        ids, mask = self.tokenize(labels)
        lengths = mask.sum(1)
        words = mask & (torch.arange(ids.shape[1], device=ids.device) > 0)  # without [CLS] ...
        words &= torch.arange(ids.shape[1], device=ids.device) < (lengths - 1)[:, None]  # ... and [SEP]
        vectors = self.text.transformer.token_emb(ids) * words[..., None]
        means = vectors.sum(1) / words.sum(1).clamp(min=1)[:, None]
        return F.layer_norm(means, means.shape[-1:])

    @torch.no_grad()
    def encode_text(self, texts: Sequence[str]) -> Conditioning:
        """Return the conditioning of one text an image; the empty text is what training used for none."""
        tokens, mask = self.text_tokens(texts)
        return Conditioning.of(tokens=tokens, mask=mask)

    @torch.no_grad()
    def encode_regions(
        self, layouts: Sequence[Sequence[Region]], size: tuple[int, int] | None = None
    ) -> Conditioning:
        """Return the conditioning of one layout an image, to be used alone or added to that of a text.

        `size` is the latent's height and width in cells; by default it is the one of training. Layouts
        without boxes say nothing, which nothing at all says too.
        """
        if not any(layouts):
            return Conditioning()
        tokens, mask = self.region_tokens(layouts)
        return Conditioning.of(tokens=tokens, mask=mask, channels=self.region_map(layouts, size))

    @torch.no_grad()
    def encode_class(self, classes: Sequence[int]) -> Conditioning:
        """Return the conditioning of one class an image."""
        if not self.config.classes:
            raise ConditionerError("this conditioner has no class encoder; use a class-conditional bundle.")
        if not all(0 <= index <= self.config.classes for index in classes):
            raise ConditionerError(f"classes go from 0 to {self.config.classes - 1}; got {list(classes)}.")
        return Conditioning.of(tokens=self.classes(torch.tensor(list(classes), device=self.device)))
