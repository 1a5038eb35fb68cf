import pytest

from latent_diffusion.emoji_scenes.scenes import caption, draw_scene, scene_generator
from latent_diffusion.emoji_scenes.vocabulary import COUNTS, NOUN_NAMES, NOUNS, TINTABLE, plural
from latent_diffusion.emoji_scenes.words import SPECIAL, build_tokenizer

TOKENIZER = build_tokenizer()
ASPECTS = dict.fromkeys(NOUN_NAMES, 1.0)


def test_every_word_of_two_thousand_captions_is_known():
    captions = []
    for index in range(1000):
        for split in ("train", "held_out"):
            rng = scene_generator(5, split, index)
            captions.append(caption(draw_scene(rng, ASPECTS, split), rng))
    unknown = {text for text in captions if "[UNK]" in TOKENIZER.encode(text).tokens}
    assert not unknown
    assert max(len(TOKENIZER.encode(text).tokens) for text in captions) <= 48


def test_every_noun_has_a_token_of_its_own():
    ids = {TOKENIZER.encode(noun).ids[1] for noun in NOUN_NAMES}
    assert len(ids) == len(NOUN_NAMES)
    assert all(len(TOKENIZER.encode(noun).ids) == 3 for noun in NOUN_NAMES)


@pytest.mark.parametrize("noun", NOUN_NAMES)
def test_every_plural_is_known(noun):
    assert "[UNK]" not in TOKENIZER.encode(plural(noun)).tokens


def test_a_regular_plural_is_the_noun_and_an_ending():
    assert TOKENIZER.encode("two cats").tokens == ["[CLS]", "two", "cat", "##s", "[SEP]"]
    assert TOKENIZER.encode("three foxes").tokens == ["[CLS]", "three", "fox", "##es", "[SEP]"]


def test_upper_case_and_accents_do_not_matter():
    assert TOKENIZER.encode("A Réd APPLE").ids == TOKENIZER.encode("a red apple").ids


def test_the_special_tokens_have_the_first_numbers():
    assert [TOKENIZER.token_to_id(token) for token in SPECIAL] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("cat", "cats"),
        ("bus", "buses"),
        ("fox", "foxes"),
        ("cherry", "cherries"),
        ("mouse", "mice"),
        ("leaf", "leaves"),
        ("fish", "fish"),
        ("key", "keys"),
        ("monkey", "monkeys"),
        ("octopus", "octopuses"),
    ],
)
def test_a_plural_is_spelled_as_in_english(noun, expected):
    assert plural(noun) == expected


def test_the_vocabulary_holds_together():
    assert len(set(NOUNS.values())) == len(NOUNS) == 100
    assert set(TINTABLE) <= set(NOUN_NAMES)
    assert list(COUNTS) == [2, 3, 4]
