"""Texts as token ids of a bounded number, and what of a text does not fit or is not known."""

from __future__ import annotations

from tokenizers import Tokenizer

UNKNOWN = "[UNK]"


def token_ids(tokenizer: Tokenizer, text: str, limit: int) -> list[int]:
    """Return the text's ids, at most `limit`; of a longer text the end is cut and the last token kept."""
    ids: list[int] = tokenizer.encode(text).ids
    return ids if len(ids) <= limit else [*ids[: limit - 1], ids[-1]]


def truncated_words(tokenizer: Tokenizer, text: str, limit: int) -> list[str]:
    """Return the words that `token_ids` cuts off, the one cut in two included."""
    encoding = tokenizer.encode(text)
    tokens = encoding.word_ids[limit - 1 : -1]
    lost = dict.fromkeys(word for word in tokens if word is not None)
    return [text[slice(*span)] for word in lost if (span := encoding.word_to_chars(word)) is not None]


def unknown_words(tokenizer: Tokenizer, text: str) -> list[str]:
    """Return the words of a text that the vocabulary does not have."""
    encoding = tokenizer.encode(text)
    return [
        text[a:b] for token, (a, b) in zip(encoding.tokens, encoding.offsets, strict=True) if token == UNKNOWN
    ]
