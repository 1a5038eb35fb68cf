"""A text is measured as the model that reads it will: what is said while it is typed, the run says too."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_engine import Document, Engine, Measure
from graph_engine.measures import Place, measured
from latent_diffusion.emoji_scenes.words import build_tokenizer
from latent_diffusion.tokenization import truncated_words
from nodes import text_measure
from nodes.encode import encode_text
from nodes.errors import TextTooLong
from nodes.load import load_conditioner
from nodes.text_measure import MAX_TEXT, too_long, unknown
from tests.resources.tiny_bundle import MAX_TOKENS

ROOM = MAX_TOKENS - 2
WORDS = st.lists(st.sampled_from(["red", "cats", "left of", "zebra", ",", "balloons"]), max_size=40)


def link(to: str) -> dict[str, str]:
    return {"from": to}


def made(nodes: dict[str, tuple[str, dict[str, Any]]]) -> Document:
    written = {
        name: {"type": f"core/{kind}", "version": 1, "inputs": its} for name, (kind, its) in nodes.items()
    }
    return Document.model_validate({"latentgraph": 1, "nodes": written})


LINKED = {
    "bundle": ("load_bundle", {}),
    "text": ("encode_text", {"conditioner": link("bundle.conditioner"), "text": ""}),
}


def of(engine: Engine, text: str, node: str = "text", nodes: Any = LINKED) -> Measure:
    return measured(engine, made(nodes), Place(node, "text"), text)


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("a red apple", 3), ("two cats, left of a bus", 8), ("ᄒ" * 3, 1)]
)
def test_the_tokens_of_a_text_are_counted_without_those_that_are_added(
    engine: Engine, text: str, count: int
) -> None:
    found = of(engine, text)
    assert (found.count, found.limit, found.unit, found.approximate) == (count, ROOM, "tokens", False)


def test_what_is_too_long_and_what_is_unknown_is_said_as_the_run_says_it(engine: Engine) -> None:
    text = "a zebra " + "red " * ROOM + "apple"
    run = engine.run_for_names()
    with pytest.raises(TextTooLong) as refused:
        encode_text(load_conditioner("emoji-scenes/conditioner.safetensors", run=run), text, run=run)
    found = of(engine, text)
    assert found.problems == (str(refused.value), "words that this model does not know: zebra")
    assert found.count == ROOM + 3


@given(words=WORDS)
def test_a_count_is_beyond_the_limit_exactly_where_words_are_lost(words: list[str]) -> None:
    text, tokenizer = " ".join(words), build_tokenizer()
    count = len(tokenizer.encode(text).ids) - text_measure.ADDED
    assert (count > ROOM) == bool(truncated_words(tokenizer, text, MAX_TOKENS))


def test_a_planner_measures_its_text_too(engine: Engine) -> None:
    nodes = {"model": ("load_planner", {}), "plan": ("plan_layout", {"planner": link("model.planner_model")})}
    found = of(engine, "red " * 50, "plan", nodes)
    assert (found.count, found.limit, found.approximate) == (50, ROOM, False)
    assert found.problems == (too_long(["red"], MAX_TOKENS),)


def test_a_shared_text_has_the_room_of_the_model_with_the_least(engine: Engine) -> None:
    folder = engine.data / "models"
    folder.mkdir(parents=True)
    _shorter("planner", folder / "short.safetensors")
    nodes = {
        "prompt": ("write_text", {"text": ""}),
        **LINKED,
        "text": ("encode_text", {"conditioner": link("bundle.conditioner"), "text": link("prompt.text")}),
        "model": ("load_planner", {"file": "short.safetensors"}),
        "plan": ("plan_layout", {"planner": link("model.planner_model"), "text": link("prompt.text")}),
    }
    found = of(engine, "a red zebra on the left", "prompt", nodes)
    assert (found.count, found.limit, found.approximate) == (6, 3, False)
    assert found.problems == ("words that this model does not know: zebra", too_long(["on"], 5))
    nodes["model"] = ("load_planner", {})
    assert of(engine, "a", "prompt", nodes).limit == ROOM


def test_a_model_that_is_muted_has_no_say(engine: Engine) -> None:
    nodes = {
        "prompt": ("write_text", {"text": ""}),
        **LINKED,
        "text": ("encode_text", {"conditioner": link("bundle.conditioner"), "text": link("prompt.text")}),
    }
    written = made(nodes).as_json()
    written["nodes"]["text"]["mode"] = "mute"
    assert measured(engine, Document.model_validate(written), Place("prompt", "text"), "a cat") == Measure(
        5, MAX_TEXT, "characters"
    )


def test_words_that_are_unknown_are_named_once_and_not_all_of_many() -> None:
    assert unknown(["x", "y", "x"]) == "words that this model does not know: x, y"
    assert unknown([*"abcdefghij"]).endswith(": a, b, c, d, e, f, g, h and 2 more")


def _shorter(kind: str, path: Any) -> None:
    """A planner with room for 5 tokens, which is never run."""
    import json

    import numpy as np
    from safetensors.numpy import save_file

    from latent_diffusion.model_header import HEADER

    config = {"planner": {"max_text": 5}, "tokenizer": build_tokenizer().to_str()}
    header = {HEADER: json.dumps({"format": 1, "kind": kind, "config": config})}
    save_file({"weight": np.zeros(1, np.float32)}, path, header)


def test_a_text_that_no_model_reads_is_measured_in_characters(engine: Engine) -> None:
    nodes = {"prompt": ("write_text", {"text": ""})}
    assert of(engine, "a red apple", "prompt", nodes) == Measure(11, MAX_TEXT, "characters")


@pytest.mark.parametrize(
    "conditioner",
    [
        None,
        ("load_bundle", {"name": "nowhere"}),
        ("load_bundle", {"name": "../../etc"}),
        ("load_bundle", {"name": 7}),
        ("load_bundle", {"name": link("other.text")}),
        ("load_conditioner", {"file": "nowhere.safetensors"}),
        ("load_conditioner", {"file": "emoji-scenes/denoiser.safetensors"}),
        ("load_conditioner", {}),
        ("train_conditioner", {}),
    ],
)
def test_where_the_model_is_not_known_the_usual_one_measures_and_that_is_said(
    engine: Engine, conditioner: Any
) -> None:
    nodes: dict[str, Any] = {"text": ("encode_text", {})}
    if conditioner:
        output = "conditioner" if conditioner[0] == "load_bundle" else "conditioner_model"
        nodes = {"model": conditioner, "text": ("encode_text", {"conditioner": link(f"model.{output}")})}
    found = of(engine, "a red apple", nodes=nodes)
    assert (found.count, found.limit, found.approximate) == (3, ROOM, True)


def test_a_model_file_by_its_own_name_is_used(engine: Engine, bundles: Any) -> None:
    folder = engine.data / "models" / "mine"
    shutil.copytree(bundles / "emoji-scenes", folder)
    for kind, inputs, output in (
        ("load_bundle", {"name": "mine"}, "conditioner"),
        ("load_conditioner", {"file": "mine/conditioner.safetensors"}, "conditioner_model"),
    ):
        nodes = {
            "model": (kind, inputs),
            "text": ("encode_text", {"conditioner": link(f"model.{output}")}),
        }
        assert of(engine, "a red apple", nodes=nodes) == Measure(3, ROOM, "tokens")


def test_tokenizers_of_many_files_are_not_all_kept(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Any] = []
    reading = text_measure._reading
    monkeypatch.setattr(text_measure, "_reading", lambda path, kind: read.append(path) or reading(path, kind))
    monkeypatch.setattr(text_measure, "KEPT", 1)
    plan = {"model": ("load_planner", {}), "plan": ("plan_layout", {"planner": link("model.planner_model")})}
    for _ in range(2):
        of(engine, "red")
        of(engine, "red")
        of(engine, "red", "plan", plan)
    assert len(read) == 4
