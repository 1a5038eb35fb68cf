"""Values come back from disk as they were, and their digests say exactly what they hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from graph_engine import Catalogue
from latent_diffusion.conditioning import Conditioning, ConditioningEntry
from latent_diffusion.regions import Region
from nodes.errors import ConditioningNotStorable, ValueShapeError
from nodes.values import DenoiserModel, Image, LabelLiteral, LabelMap, Latent, Mask, Regions


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def conditioning(seed: int = 0) -> Conditioning:
    text = ConditioningEntry(tokens=noise(1, 3, 4, seed=seed), mask=torch.tensor([[True, True, False]]))
    vector = ConditioningEntry(vector=noise(2, 5), strength=0.5, start=0.1, end=0.7)
    return Conditioning((text, vector))


LABELS = (LabelLiteral(name="sky", colour="#87ceeb"), LabelLiteral(name="sea", colour="#00008b"))

VALUES: dict[str, Callable[[], Any]] = {
    "image": lambda: Image(noise(2, 3, 4, 5)),
    "mask": lambda: Mask(noise(1, 1, 4, 5)),
    "label map": lambda: LabelMap(torch.tensor([[[0, 1], [1, 1]]], dtype=torch.int16), LABELS),
    "latent": lambda: Latent(noise(2, 4, 3, 3), 8),
    "masked latent": lambda: Latent(noise(2, 4, 3, 3), 8, noise(1, 1, 3, 3)),
    "conditioning": conditioning,
    "no conditioning": Conditioning,
    "regions": lambda: Regions.of(Region("cat", (0.0, 0.25, 0.5, 1.0))),
    "denoiser": lambda: DenoiserModel("a/denoiser.safetensors", "ab" * 32, 12),
}


@pytest.mark.parametrize("case", VALUES)
def test_a_value_read_back_has_its_digest(case: str, tmp_path: Path, catalogue: Catalogue) -> None:
    value = VALUES[case]()
    value_type = catalogue.value_type_of(value)
    path = tmp_path / f"value{value_type.codec.suffix}"
    value_type.codec.write(value, path)
    back = value_type.codec.read(path)
    assert type(back) is type(value)
    assert value_type.digest(back) == value_type.digest(value)
    assert value_type.codec.size(value) >= 0


def test_every_kind_of_value_has_a_digest_of_its_own(catalogue: Catalogue) -> None:
    digests = {catalogue.value_type_of(value).digest(value) for value in (make() for make in VALUES.values())}
    assert len(digests) == len(VALUES)


@given(place=st.integers(0, 2 * 4 * 9 - 1), seed=st.integers(0, 9))
def test_one_changed_number_changes_the_digest(place: int, seed: int, catalogue: Catalogue) -> None:
    latent = Latent(noise(2, 4, 3, 3, seed=seed), 8)
    samples = latent.samples.clone()
    samples.view(-1)[place] += 1
    of = catalogue.value_type_of(latent)
    assert of.digest(latent) == of.digest(replace(latent, samples=latent.samples.clone()))
    assert of.digest(latent) != of.digest(replace(latent, samples=samples))


def test_shape_factor_mask_and_dtype_are_part_of_the_digest(catalogue: Catalogue) -> None:
    latent = Latent(torch.zeros(1, 4, 2, 3), 8)
    others = [
        Latent(torch.zeros(1, 4, 3, 2), 8),
        Latent(torch.zeros(1, 4, 2, 3), 4),
        Latent(torch.zeros(1, 4, 2, 3), 8, torch.zeros(1, 1, 2, 3)),
        Latent(torch.zeros(1, 4, 2, 3, dtype=torch.float64), 8),
    ]
    of = catalogue.value_type_of(latent)
    assert len({of.digest(one) for one in [latent, *others]}) == 5


def test_names_colours_and_their_order_are_part_of_a_label_maps_digest(catalogue: Catalogue) -> None:
    indices = torch.tensor([[[0, 1], [1, 1]]], dtype=torch.int16)
    other = LabelLiteral(name="sea", colour="#00008c")
    variants = [
        LabelMap(indices, LABELS), LabelMap(indices, LABELS[::-1]), LabelMap(1 - indices, LABELS),
        LabelMap(indices, (LABELS[0], other)),
    ]  # fmt: skip
    of = catalogue.value_type_of(variants[0])
    assert len({of.digest(one) for one in variants}) == len(variants)
    assert of.codec.loads(of.codec.dumps(variants[0])).labels == LABELS


def test_strengths_and_ranges_are_part_of_a_conditionings_digest(catalogue: Catalogue) -> None:
    variants = [
        conditioning(), conditioning(1), conditioning().weighted(0.5), conditioning().during(0, 0.5),
    ]  # fmt: skip
    of = catalogue.value_type_of(variants[0])
    assert len({of.digest(one) for one in variants}) == len(variants)


def test_a_model_is_its_content_wherever_it_lies(catalogue: Catalogue) -> None:
    here, there = DenoiserModel("a", "ab" * 32, 12), DenoiserModel("b", "ab" * 32, 12)
    of = catalogue.value_type_of(here)
    assert of.digest(here) == of.digest(there)
    assert of.digest(here) != of.digest(replace(here, digest="cd" * 32))


def test_a_conditioning_with_patches_says_why_it_can_not_be_stored(catalogue: Catalogue) -> None:
    class Lora:
        name = "a LoRA"

    patched = Conditioning.of(patches=(Lora(),))  # type: ignore[arg-type]
    with pytest.raises(ConditioningNotStorable, match=r"a LoRA.*can not be stored"):
        catalogue.value_type_of(patched).digest(patched)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            lambda: Image(torch.zeros(1, 4, 2, 2)),
            r"`pixels` must be float32 \[B,3,H,W\]; got float32 \[1, 4, 2, 2\]",
        ),
        (lambda: Image(torch.zeros(1, 3, 2, 2, dtype=torch.uint8)), "got uint8"),
        (lambda: LabelMap(torch.zeros(1, 2, 2), LABELS), r"int16 \[B,H,W\]; got float32 \[1, 2, 2\]"),
        (lambda: LabelMap(torch.full((1, 2, 2), 2, dtype=torch.int16), LABELS), "from 2 to 2.*among 2"),
        (lambda: LabelMap(torch.full((1, 2, 2), -1, dtype=torch.int16), LABELS), "from -1 to -1"),
        (lambda: Mask(torch.zeros(2, 2)), r"got float32 \[2, 2\]"),
        (lambda: Latent(torch.zeros(1, 4, 0, 2), 8), r"got float32 \[1, 4, 0, 2\]"),
        (lambda: Latent(torch.zeros(1, 4, 2, 2), 8, torch.zeros(1, 1, 2, 3)), "must cover its samples"),
    ],
)
def test_a_value_of_the_wrong_shape_is_not_made(make: Callable[[], Any], said: str) -> None:
    with pytest.raises(ValueShapeError, match=said):
        make()
