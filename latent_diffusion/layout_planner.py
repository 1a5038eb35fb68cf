"""From a caption to a layout: a language model that goes on from the words with boxes (LayoutTransformer).

Gupta et al. 2021 write a layout as a sentence of labels and discretised coordinates. Here the caption stands
in front of it: `a cat left of a red apple [SEP] cat <w> <h> <x> <y> red apple <w> <h> <x> <y> [SEP]`, with
width, height and centre of each box. The layout then conditions a denoiser as drawn boxes would.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from latent_diffusion.regions import Region
from latent_diffusion.sampling.noise import image_seed
from latent_diffusion.tokenization import UNKNOWN, token_ids, truncated_words

NUMBERS = 4  # of a box: width, height, x and y of its centre
END = "[SEP]"
IGNORED = -100  # a target that the cross-entropy leaves out


@dataclass(frozen=True)
class LayoutPlannerConfig:
    """Shape of a planner; `bins` are the steps in which a coordinate is told."""

    vocabulary: int
    max_text: int = 48
    max_objects: int = 8
    max_label: int = 4  # words of a label
    bins: int = 64
    width: int = 128
    layers: int = 4
    heads: int = 4

    @property
    def max_tokens(self) -> int:
        """Tokens of the longest caption with the longest layout."""
        return self.max_text + self.max_objects * (self.max_label + NUMBERS) + 1


class LayoutPlanner(nn.Module):
    """A causal transformer over a caption's tokens and the layout's: words first, then `bins` numbers."""

    def __init__(self, config: LayoutPlannerConfig, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.config, self.tokenizer = config, tokenizer
        tokens, width = config.vocabulary + config.bins, config.width
        self.token_emb = nn.Embedding(tokens, width)
        self.pos_emb = nn.Embedding(config.max_tokens, width)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width, config.heads, 4 * width, 0.0, "gelu", batch_first=True, norm_first=True
            )
            for _ in range(config.layers)
        )
        self.norm = nn.LayerNorm(width)
        known = tokenizer.get_vocab()
        self._end = known[END]
        self._special = [known[name] for name in ("[PAD]", UNKNOWN, "[CLS]", END) if name in known]
        self.head = nn.Linear(width, tokens)
        nn.init.normal_(self.token_emb.weight, std=0.02)
        nn.init.normal_(self.pos_emb.weight, std=0.02)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.token_emb.weight.device

    def forward(self, ids: Tensor) -> Tensor:
        """ids [B,L] -> logits [B,L,vocabulary + bins] of the token that follows each."""
        length = ids.shape[1]
        h = self.token_emb(ids) + self.pos_emb(torch.arange(length, device=ids.device))
        causal = nn.Transformer.generate_square_subsequent_mask(length, ids.device, h.dtype)
        for layer in self.layers:
            h = layer(h, src_mask=causal, is_causal=True)
        return self.head(self.norm(h))

    def caption_ids(self, text: str) -> list[int]:
        """Return the tokens of a caption, cut to what the planner takes; the last is `[SEP]`."""
        return token_ids(self.tokenizer, text, self.config.max_text)

    def truncated_words(self, text: str) -> list[str]:
        """Return the words of a caption that the planner has no room for, the one cut in two included."""
        return truncated_words(self.tokenizer, text, self.config.max_text)

    def layout_ids(self, layout: Sequence[Region]) -> list[int]:
        """Return the tokens of a layout, `[SEP]` at its end."""
        ids: list[int] = []
        for region in layout[: self.config.max_objects]:
            words = self.tokenizer.encode(region.label, add_special_tokens=False).ids
            ids += words[: self.config.max_label]
            x0, y0, x1, y1 = region.box
            for number in (x1 - x0, y1 - y0, (x0 + x1) / 2, (y0 + y1) / 2):
                ids.append(self.config.vocabulary + min(self.config.bins - 1, int(number * self.config.bins)))
        return [*ids, self._end]

    def sentences(self, texts: Sequence[str], layouts: Sequence[Sequence[Region]]) -> tuple[Tensor, Tensor]:
        """Return inputs [B,L] and targets [B,L] for training: what follows each token, captions left out."""
        rows = [
            (self.caption_ids(text), self.layout_ids(layout))
            for text, layout in zip(texts, layouts, strict=True)
        ]
        length = max(len(caption) + len(layout) for caption, layout in rows) - 1
        ids = torch.zeros(len(rows), length, dtype=torch.long)
        targets = torch.full((len(rows), length), IGNORED)
        for row, (caption, layout) in enumerate(rows):
            ids[row, : len(caption) + len(layout) - 1] = torch.tensor([*caption, *layout[:-1]])
            targets[row, len(caption) - 1 : len(caption) + len(layout) - 1] = torch.tensor(layout)
        return ids.to(self.device), targets.to(self.device)

    @torch.no_grad()
    def plan(
        self, texts: Sequence[str], seed: int = 0, first_index: int = 0, top_p: float = 0.9
    ) -> list[list[Region]]:
        """Return a layout for each text; text k is number `first_index + k` of the seed.

        Labels are the likeliest words; each coordinate is drawn from the likeliest bins that together have
        the probability `top_p`. A text that names nothing may get an empty layout.
        """
        return [
            self._plan_one(text, image_seed(seed, first_index + k), top_p) for k, text in enumerate(texts)
        ]

    def _plan_one(self, text: str, seed: int, top_p: float) -> list[Region]:
        generator = torch.Generator("cpu").manual_seed(seed)
        caption = self.caption_ids(text)
        ids, layout = list(caption), list[Region]()
        while len(layout) < self.config.max_objects:
            words: list[int] = []
            while (token := self._word(self._logits(ids), words)) is not None:
                if token == self._end:
                    return layout
                words.append(token)
                ids.append(token)
            numbers: list[float] = []
            for _ in range(NUMBERS):
                bin_ = _draw(self._logits(ids)[self.config.vocabulary :], top_p, generator)
                numbers.append((bin_ + 0.5) / self.config.bins)
                ids.append(self.config.vocabulary + bin_)
            layout.append(Region(self._label(words), _box(*numbers)))
        return layout

    def _logits(self, ids: list[int]) -> Tensor:
        logits: Tensor = self(torch.tensor([ids], device=self.device))[0, -1].float().cpu()
        return logits

    def _word(self, logits: Tensor, label: list[int]) -> int | None:
        """Return the likeliest word of a label, or the end in place of a first; None when numbers follow."""
        if len(label) == self.config.max_label:
            return None
        words = logits[: self.config.vocabulary].clone()
        words[self._special] = -torch.inf
        if label:
            return None if logits[self.config.vocabulary :].max() > words.max() else int(words.argmax())
        return self._end if logits[self._end] > words.max() else int(words.argmax())

    def _label(self, words: list[int]) -> str:
        text = " ".join(str(self.tokenizer.id_to_token(word)) for word in words)
        return text.replace(" ##", "").removeprefix("##")


def _draw(logits: Tensor, top_p: float, generator: torch.Generator) -> int:
    """Draw an index from the likeliest ones that together have the probability `top_p`."""
    probabilities, order = logits.softmax(-1).sort(descending=True)
    likely = probabilities.cumsum(-1) - probabilities < top_p  # the first is always among them
    return int(order[torch.multinomial(probabilities * likely, 1, generator=generator)])


def _box(width: float, height: float, x: float, y: float) -> tuple[float, float, float, float]:
    """Return the corners of a box of that size, moved into the picture."""
    x0 = min(max(x - width / 2, 0.0), 1 - width)
    y0 = min(max(y - height / 2, 0.0), 1 - height)
    return x0, y0, min(1.0, x0 + width), min(1.0, y0 + height)
