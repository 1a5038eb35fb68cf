import pytest
import torch

from latent_diffusion.conditioner import ConditionerConfig, ConditionerError
from latent_diffusion.regions import Region
from tests.resources.tiny_models import WIDTH, tiny_conditioner

TEXTS = ["a cat", "a large red apple left of a cat on a blue background", ""]
LEFT, RIGHT = (0.1, 0.2, 0.4, 0.6), (0.5, 0.2, 0.9, 0.6)


def close(a: torch.Tensor, b: torch.Tensor) -> None:
    torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-5)


def test_texts_of_mixed_lengths_have_the_tokens_that_each_has_alone():
    conditioner = tiny_conditioner()
    with torch.no_grad():
        tokens, mask = conditioner.text_tokens(TEXTS)
        for row, text in enumerate(TEXTS):
            alone, full = conditioner.text_tokens([text])
            assert full.all()
            length = int(mask[row].sum())
            assert alone.shape == (1, length, WIDTH)
            close(tokens[row, :length], alone[0])


def test_the_empty_text_has_its_two_end_tokens():
    ids, mask = tiny_conditioner().tokenize([""])
    assert mask.tolist() == [[True, True]]
    assert ids.tolist() == [[2, 3]]  # [CLS], [SEP]


def test_a_long_text_is_cut_and_keeps_its_end_token():
    conditioner = tiny_conditioner(max_tokens=6)
    ids, mask = conditioner.tokenize(["a red apple and a cat and a dog"])
    assert ids.shape == mask.shape == (1, 6)
    assert ids[0, -1] == 3
    close(*(conditioner.text_tokens([text])[0] for text in ("a red apple and a cat", "a red apple and")))


def test_the_words_that_are_cut_off_are_named():
    conditioner = tiny_conditioner(max_tokens=6)
    assert conditioner.truncated_words("a red apple and a cat") == ["a", "cat"]
    assert conditioner.truncated_words("a red apple and") == []
    assert conditioner.truncated_words("a red two cats") == ["cats"]  # `cat` fits and `##s` does not
    assert conditioner.truncated_words("") == []


def test_unknown_words_are_named_as_they_were_written():
    conditioner = tiny_conditioner()
    assert conditioner.unknown_words("a Zeppelin left of two cats, Ünder a flurb") == ["Zeppelin", "flurb"]
    assert conditioner.unknown_words("a red apple") == []


def test_a_text_of_ten_thousand_words_is_encoded():
    conditioner = tiny_conditioner()
    text = "cat " * 10_000
    assert conditioner.encode_text([text]).entries[0].tokens.shape == (1, 24, WIDTH)
    assert len(conditioner.truncated_words(text)) == 10_000 - 22


def test_box_tokens_follow_label_and_place():
    conditioner = tiny_conditioner()
    layouts = [[Region("cat", LEFT)], [Region("dog", LEFT)], [Region("cat", RIGHT)], [Region("cat", LEFT)]]
    with torch.no_grad():
        tokens, mask = conditioner.region_tokens(layouts)
    assert tokens.shape == (4, 1, WIDTH)
    assert mask.all()
    assert not torch.allclose(tokens[0], tokens[1], atol=1e-3)
    assert not torch.allclose(tokens[0], tokens[2], atol=1e-3)
    close(tokens[0], tokens[3])


def test_boxes_of_a_batch_have_the_tokens_that_each_has_alone():
    conditioner = tiny_conditioner()
    layouts = [[Region("cat", LEFT)], [Region("red apple", RIGHT), Region("dog", LEFT)], []]
    with torch.no_grad():
        tokens, mask = conditioner.region_tokens(layouts)
        assert mask.tolist() == [[True, False], [True, True], [False, False]]
        close(tokens[0, :1], conditioner.region_tokens(layouts[:1])[0][0])
        close(tokens[1, [1, 0]], conditioner.region_tokens([layouts[1][::-1]])[0][0])


def test_a_label_is_the_normalised_mean_of_its_words_without_the_end_tokens():
    conditioner = tiny_conditioner()
    seen = []
    conditioner.boxes.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    with torch.no_grad():
        conditioner.region_tokens([[Region("red apple", LEFT), Region("cat", RIGHT)]])
    vocabulary = conditioner.tokenizer.get_vocab()
    red, apple, cat = (
        conditioner.text.transformer.token_emb.weight[vocabulary[word]] for word in ("red", "apple", "cat")
    )
    means = torch.stack([(red + apple) / 2, cat])
    spread = means.var(1, unbiased=False, keepdim=True).add(1e-5).sqrt()
    close(seen[0][0], (means - means.mean(1, keepdim=True)) / spread)


def test_an_empty_label_is_zeros():
    with torch.no_grad():
        assert not tiny_conditioner().phrases([""]).any()


def test_conditionings_of_text_and_boxes_combine():
    conditioner = tiny_conditioner()
    both = conditioner.encode_text(["a cat"]) + conditioner.encode_regions([[Region("cat", LEFT)]])
    assert [entry.tokens.shape[1] for entry in both.entries] == [4, 1]
    assert both.routes() == {"tokens"}
    assert not any(entry.tokens.requires_grad for entry in both.entries)


def test_layouts_without_boxes_say_nothing():
    assert tiny_conditioner().encode_regions([[], []]).entries == ()


def test_a_map_of_boxes_comes_with_their_tokens_at_the_size_of_the_latent():
    conditioner = tiny_conditioner(map_channels=6)
    layouts = [[Region("cat", LEFT)], []]
    (entry,) = conditioner.encode_regions(layouts).entries
    assert entry.channels.shape == (2, 6, 8, 8)
    assert entry.channels[0].any()
    assert not entry.channels[1].any()
    assert conditioner.encode_regions(layouts, (4, 12)).entries[0].channels.shape == (2, 6, 4, 12)
    assert tiny_conditioner().encode_regions(layouts).entries[0].channels is None


def test_more_boxes_than_were_trained_are_refused():
    with pytest.raises(ConditionerError, match="9 boxes, and this conditioner takes 8 at most"):
        tiny_conditioner().encode_regions([[Region("cat", LEFT)] * 9])


def test_a_conditioner_without_boxes_says_so():
    with pytest.raises(
        ConditionerError, match="has no box encoder; use a bundle that was trained with boxes"
    ):
        tiny_conditioner(boxes=False).encode_regions([[Region("cat", LEFT)]])


def test_classes_are_tokens_and_the_last_is_no_class():
    conditioner = tiny_conditioner(classes=3)
    tokens = conditioner.encode_class([0, 3]).entries[0].tokens
    assert tokens.shape == (2, 1, WIDTH)
    assert torch.equal(tokens[1, 0], conditioner.classes.embedding.weight[3])


@pytest.mark.parametrize("index", [-1, 4])
def test_a_class_out_of_range_is_refused(index):
    with pytest.raises(ConditionerError, match="classes go from 0 to 2"):
        tiny_conditioner(classes=3).encode_class([index])


def test_a_conditioner_without_classes_says_so():
    with pytest.raises(ConditionerError, match="has no class encoder; use a class-conditional bundle"):
        tiny_conditioner().encode_class([0])


def test_gradients_reach_the_words_through_texts_and_labels():
    conditioner = tiny_conditioner()
    vocabulary = conditioner.tokenizer.get_vocab()
    embedding = conditioner.text.transformer.token_emb.weight
    for tokens, word in (
        (conditioner.text_tokens(["a cat"])[0], "cat"),
        (conditioner.region_tokens([[Region("dog", LEFT)]])[0], "dog"),
    ):
        embedding.grad = None
        tokens.square().sum().backward()
        assert embedding.grad[vocabulary[word]].abs().max() > 0


def test_the_configuration_survives_json():
    config = tiny_conditioner(classes=2).config
    assert ConditionerConfig.from_json(config.to_json()) == config
