"""How many tokens a text has, for whoever types it, and what of it a model has no room for or does not know.

The tokenizer is read from the header of the model that the document links, without torch.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from graph_engine import EngineError, Measure, NodeUse, Run
from nodes.errors import ModelMissing, NodeRefused, refusals
from nodes.models import Stamp, bundle_named, model_file, stamp

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_TEXT = 2000  # characters; what a model has room for is less, and it says so in words
ADDED = 2  # a token begins the text, and one ends it
USUAL_BUNDLE = "emoji-scenes"  # whose models stand in for those that a document does not tell
MODELS = {"core/encode_text": "conditioner", "core/plan_layout": "planner"}  # kind and input alike
KEPT = 8  # tokenizers
MOST_NAMED = 8  # words of a text that a model does not know


@dataclass(frozen=True)
class Reading:
    """How a model reads texts: its tokenizer, and the tokens that it has room for, those added included."""

    tokenizer: Tokenizer
    limit: int


class Readings:
    """How the models read that were asked for lately, for as long as their files stay as they are."""

    def __init__(self) -> None:
        self._known: OrderedDict[Stamp, Reading] = OrderedDict()
        self._lock = Lock()

    def of(self, path: Path, kind: str) -> Reading:
        """How the model of a file reads. Raises `NodeRefused`."""
        try:
            key = stamp(path)
        except OSError as error:
            raise ModelMissing(f"There is no model file {path.name}: install or fetch it again.") from error
        with self._lock:
            found = self._known.pop(key, None) or _reading(path, kind)
            self._known[key] = found
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
            return found


def measure_text(text: str, use: NodeUse, run: Run) -> Measure:
    """The tokens of a text for the model that reads it; of several models, for the one with the least room.

    A text that no model reads is measured in characters.
    """
    readers = [use] if use.type in MODELS else []
    if not readers:
        readers = [one for one, name in use.readers("text") if one.type in MODELS and name == "text"]
    found = [_measure(text, one, run) for one in readers]
    if not found:
        return Measure(len(text), MAX_TEXT, "characters")
    tightest = min(found, key=lambda one: (one.limit or 0) - one.count)
    problems = tuple(dict.fromkeys(problem for one in found for problem in one.problems))
    return Measure(tightest.count, tightest.limit, tightest.unit, problems, tightest.approximate)


def too_long(lost: Sequence[str], limit: int) -> str:
    """That a text does not fit into `limit` tokens; `lost` are the words beyond."""
    return (
        f"the text is too long: this model has room for {limit - ADDED} words and word parts, and "
        f"'{lost[0]}' is the first word that does not fit. Say it in fewer words."
    )


def unknown(words: Sequence[str]) -> str:
    """That a model does not know some words of a text."""
    each = list(dict.fromkeys(words))
    more = f" and {len(each) - MOST_NAMED} more" if len(each) > MOST_NAMED else ""
    return f"words that this model does not know: {', '.join(each[:MOST_NAMED])}{more}"


def _measure(text: str, use: NodeUse, run: Run) -> Measure:
    from latent_diffusion.tokenization import truncated_words, unknown_words

    kind = MODELS[use.type]
    reading = _linked(use, kind, run)
    approximate = reading is None
    if reading is None:
        reading = run.service(Readings).of(bundle_named(USUAL_BUNDLE, run).path(kind), kind)
    problems = []
    if lost := truncated_words(reading.tokenizer, text, reading.limit):
        problems.append(too_long(lost, reading.limit))
    if words := unknown_words(reading.tokenizer, text):
        problems.append(unknown(words))
    count = len(reading.tokenizer.encode(text).ids) - ADDED
    return Measure(count, reading.limit - ADDED, "tokens", tuple(problems), approximate)


def _linked(use: NodeUse, kind: str, run: Run) -> Reading | None:
    """How the linked model reads, where the document tells which one it is and that is here."""
    source = use.source(kind)
    if source is None:
        return None
    loader, output = source
    named = loader.literal("name" if loader.type == "core/load_bundle" else "file")
    if not isinstance(named, str):
        return None
    try:
        if loader.type == "core/load_bundle" and output == kind:
            with refusals():
                return run.service(Readings).of(bundle_named(named, run).path(kind), kind)
        if loader.type == f"core/load_{kind}":
            return run.service(Readings).of(model_file(named, run), kind)
    except EngineError:  # that the model is not here, or is none, its own node says
        return None
    return None


def _reading(path: Path, kind: str) -> Reading:
    from tokenizers import Tokenizer

    from latent_diffusion.model_header import read_header

    with refusals():
        header = read_header(path)
    if header.kind != kind:
        raise NodeRefused(
            f"{path.name} holds a model of kind {header.kind}, and one of kind {kind} is wanted."
        )
    try:
        config: dict[str, Any] = header.config
        limit = (
            config["conditioner"]["text"]["max_tokens"] if kind == "conditioner" else config[kind]["max_text"]
        )
        return Reading(Tokenizer.from_str(config["tokenizer"]), int(limit))
    except Exception as error:  # the tokenizers library raises bare Exceptions
        raise NodeRefused(
            f"the header of {path.name} tells no tokenizer ({error}): fetch it again."
        ) from error
