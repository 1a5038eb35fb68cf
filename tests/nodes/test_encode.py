"""Encoding and decoding, as plain Python calls."""

from __future__ import annotations

import pytest
import tiny_bundle
import torch

from graph_engine import Engine, Run
from graph_engine.documents.document_io import parse_document
from latent_diffusion.conditioning import Conditioning
from latent_diffusion.regions import Region
from nodes.encode import (
    combine_conditioning,
    decode_latent,
    encode_class,
    encode_image,
    encode_regions,
    encode_text,
)
from nodes.errors import NodeRefused, SizeMismatch, TextTooLong
from nodes.load import BundleModels, load_bundle
from nodes.values import Image, Latent, Regions


@pytest.fixture
def model() -> BundleModels:
    return load_bundle("emoji-scenes")


def tokens(conditioning: Conditioning) -> list[torch.Tensor]:
    return [entry.tokens for entry in conditioning.entries if entry.tokens is not None]


def noise(*shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


def test_a_latent_decodes_to_a_picture_of_the_size_it_was_encoded_from(model: BundleModels) -> None:
    latent = encode_image(model.autoencoder, Image(noise(2, 3, 16, 24)))
    assert latent.samples.shape == (2, tiny_bundle.LATENT_CHANNELS, 2, 3)
    assert (latent.width, latent.height, latent.factor) == (24, 16, tiny_bundle.FACTOR)
    image = decode_latent(model.autoencoder, latent)
    assert image.pixels.shape == (2, 3, 16, 24)
    assert image.pixels.min() >= 0
    assert image.pixels.max() <= 1


def test_encoding_is_deterministic_and_each_picture_is_encoded_alone(model: BundleModels) -> None:
    pixels = noise(2, 3, 16, 16)
    both = encode_image(model.autoencoder, Image(pixels)).samples
    assert torch.equal(both[1:], encode_image(model.autoencoder, Image(pixels[1:])).samples)


def test_a_picture_that_is_no_multiple_of_the_factor_is_named_with_a_size_that_is(
    model: BundleModels,
) -> None:
    with pytest.raises(SizeMismatch, match=r"20 x 33 pixels.*multiples of 8.*16 x 32"):
        encode_image(model.autoencoder, Image(noise(1, 3, 33, 20)))


def test_a_latent_of_another_autoencoder_is_refused(model: BundleModels) -> None:
    with pytest.raises(SizeMismatch, match="has 4 channels, and this autoencoder decodes 16"):
        decode_latent(model.autoencoder, Latent(torch.zeros(1, 4, 2, 2), 8))


def test_texts_differ_and_the_empty_text_is_one_too(model: BundleModels) -> None:
    cat, dog, nothing = (encode_text(model.conditioner, text) for text in ("a cat", "a dog", ""))
    assert not torch.equal(tokens(cat)[0], tokens(dog)[0])
    assert tokens(nothing)[0].shape[1] == 2  # the tokens that begin and end every text


def test_a_text_longer_than_the_conditioner_takes_names_the_first_word_too_many(model: BundleModels) -> None:
    fitting = "cat " * (tiny_bundle.MAX_TOKENS - 2)
    encode_text(model.conditioner, fitting)
    with pytest.raises(
        TextTooLong, match=f"room for {tiny_bundle.MAX_TOKENS - 2} words.*'rocket' is the first"
    ):
        encode_text(model.conditioner, f"{fitting} rocket and a dog")


def test_ten_thousand_words_are_a_problem_of_the_document(engine: Engine) -> None:
    nodes = {
        "model": {"type": "core/load_bundle"},
        "text": {
            "type": "core/encode_text",
            "inputs": {"conditioner": {"from": "model.conditioner"}, "text": "word " * 10_000},
        },
    }
    outputs = {"text": {"node": "text", "output": "conditioning"}}
    raw = {"latentgraph": 1, "nodes": nodes, "interface": {"outputs": outputs}}
    (problem,) = engine.check(parse_document(raw))
    assert (problem.node, problem.input) == ("text", "text")
    assert "50,000 characters, and at most 2,000 fit" in problem.message


def test_words_that_the_model_does_not_know_are_said(model: BundleModels) -> None:
    notes: list[str] = []
    encode_text(
        model.conditioner, "a gryphon and a cat", run=Run("text", listener=lambda e: notes.append(e.note))
    )
    assert notes == ["words that this model does not know: gryphon"]


def test_boxes_give_a_token_each_and_say_where(model: BundleModels) -> None:
    left, right = (Region("cat", (x, 0.2, x + 0.3, 0.6)) for x in (0.0, 0.6))
    both = encode_regions(model.conditioner, Regions.of(left, right))
    assert tokens(both)[0].shape == (1, 2, tiny_bundle.WIDTH)
    assert not torch.equal(tokens(both)[0][:, 0], tokens(both)[0][:, 1])


def test_no_boxes_say_nothing_and_that_is_said(model: BundleModels) -> None:
    notes: list[str] = []
    run = Run("boxes", listener=lambda e: notes.append(e.note))
    assert encode_regions(model.conditioner, Regions(), run=run).entries == ()
    assert notes == ["there are no boxes: where things are is left to the rest of the conditioning"]


def test_boxes_are_encoded_for_the_latent_they_are_drawn_on(model: BundleModels) -> None:
    regions = Regions.of(Region("cat", (0, 0, 1, 1)))
    plain = encode_regions(model.conditioner, regions)
    wide = encode_regions(model.conditioner, regions, Latent(torch.zeros(1, 16, 3, 5), 8))
    shapes = [one.entries[0].channels.shape[1:] for one in (plain, wide)]
    assert shapes == [(tiny_bundle.MAP_CHANNELS, 16, 16), (tiny_bundle.MAP_CHANNELS, 3, 5)]


def test_too_many_boxes_are_refused(model: BundleModels) -> None:
    with pytest.raises(NodeRefused, match="5 boxes, and this conditioner takes 4 at most"):
        encode_regions(model.conditioner, Regions.of(*[Region("cat", (0, 0, 1, 1))] * 5))


def test_a_class_is_one_token_and_has_a_range(model: BundleModels) -> None:
    assert tokens(encode_class(model.conditioner, 3))[0].shape == (1, 1, tiny_bundle.WIDTH)
    with pytest.raises(NodeRefused, match="classes go from 0 to 4"):
        encode_class(model.conditioner, 77)


def test_combined_conditionings_hold_together(model: BundleModels) -> None:
    text = encode_text(model.conditioner, "a cat")
    boxes = encode_regions(model.conditioner, Regions.of(Region("cat", (0, 0, 1, 1))))
    assert combine_conditioning([text, boxes]).entries == (*text.entries, *boxes.entries)
    with pytest.raises(NodeRefused, match="nothing to combine"):
        combine_conditioning([])
