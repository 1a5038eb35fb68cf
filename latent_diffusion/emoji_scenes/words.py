"""The tokenizer of emoji scenes: WordPiece over the words that captions use."""

from __future__ import annotations

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from latent_diffusion.emoji_scenes.vocabulary import (
    BACKGROUNDS,
    COUNTS,
    NOUN_NAMES,
    PLACES,
    RELATIONS,
    SIZES,
    TINTS,
    plural,
)

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
OTHER = (
    "a",
    "an",
    "and",
    "background",
    "with",
    "the",
    "of",
    "one",
    "big",
    "under",
    "over",
    "below",
    "center",
    "gray",
)


def build_tokenizer() -> Tokenizer:
    """Return a WordPiece tokenizer; a regular plural is its noun and `##s`, one token for all nouns."""
    words = dict.fromkeys([*SPECIAL, *OTHER, *NOUN_NAMES, *TINTS, *BACKGROUNDS, *(s for s in SIZES if s)])
    for phrase in (*PLACES, *RELATIONS, *COUNTS.values()):
        words |= dict.fromkeys(phrase.split())
    words |= dict.fromkeys(["##s", "##es", ","])
    words |= dict.fromkeys(plural(n) for n in NOUN_NAMES if not plural(n).startswith(n))
    vocabulary = {word: index for index, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(s, vocabulary[s]) for s in ("[CLS]", "[SEP]")]
    )
    return tokenizer
