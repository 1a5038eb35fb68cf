"""The laws of nodes, checked by running a node in real engines of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_engine import events
from graph_engine.artifact import Artifact
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.declaration.node import NodeType, node_type_of
from graph_engine.declaration.pack import Pack
from graph_engine.declaration.value_type import Codec
from graph_engine.describe import describe
from graph_engine.engine import Engine
from graph_engine.errors import EngineError, NodeDeclarationError, NodeMutatedInput, NodeReturnedWrongType
from graph_engine.execution.result import RunResult
from graph_engine.settings import Settings
from graph_engine.testing.altered import altered
from graph_engine.testing.codec_laws import codec_laws
from graph_engine.testing.given import NODE, Setup, set_up
from graph_engine.testing.laws import BrokenLaw, NodeLawBroken

_BUDGET = 1 << 34  # bytes: nothing is evicted while a node is checked
_ALTERATIONS = 8  # of one input


@dataclass(frozen=True)
class CheckedNode:
    """What a node that keeps the laws gave: `files` are the artifacts' bytes, `laws` those it was held to."""

    outputs: dict[str, Any]
    artifacts: tuple[Artifact, ...]
    files: tuple[bytes, ...]
    progress: tuple[events.NodeProgress, ...]
    previews: tuple[events.NodePreview, ...]
    seconds: float
    laws: tuple[str, ...]


@dataclass(frozen=True)
class NodeTest:
    """How nodes are checked: the packs whose value types they use, the device, folders of files they read.

    Installed packs are known without being named.
    """

    packs: tuple[Pack, ...] = ()
    device: str = "cpu"
    input_roots: tuple[Path, ...] = ()

    def check(self, function: Callable[..., Any], /, **inputs: Any) -> CheckedNode:
        """Run a node with these inputs and check its laws. Raises `NodeLawBroken` or `CannotCheck`."""
        declared = node_type_of(function)
        broken = list(declaration_laws(declared))
        if any(one.law == "declaration" for one in broken):
            raise NodeLawBroken(f"The node '{declared.name}'", broken)
        with tempfile.TemporaryDirectory(prefix="latentgraph-check-", ignore_cleanup_errors=True) as folder:
            setup = set_up(function, self.packs, inputs, Path(folder) / "files")
            check = _Check(declared, setup, self, Path(folder), broken)
            for fault in setup.faults:
                way_out = fault.hint or "Give the check the pack that registers it: `check_node(node, pack)`."
                broken.append(BrokenLaw("declaration", f"{fault.where}: {fault.message}", way_out))
            if setup.faults:
                raise NodeLawBroken(f"The node '{declared.name}'", broken)
            checked = check.all()
        if broken or checked is None:
            raise NodeLawBroken(f"The node '{declared.name}'", broken) from check.cause
        return checked


def check_node(function: Callable[..., Any], /, *packs: Pack, **inputs: Any) -> CheckedNode:
    """Run a node with these inputs in real engines, and check its laws. Raises `NodeLawBroken`.

    `packs` are those whose value types it uses. The laws: `declaration`, `title`, `help`, `defaults`, `runs`,
    `result`, `inputs_unchanged`, `codec`, `cached`, `key`, `deterministic`, `cancel` and `resume`.
    """
    return NodeTest(packs).check(function, **inputs)


def declaration_laws(declared: NodeType) -> Iterator[BrokenLaw]:
    """The laws that a declaration breaks, before anything runs."""
    try:
        inputs, _ = declared.inputs, declared.outputs
    except NodeDeclarationError as error:
        yield BrokenLaw("declaration", str(error), "Write a signature that says all of it.")
        return
    if not declared.title.strip():
        yield BrokenLaw("title", "its title is empty.", 'Give it one: @node(title="Blur image").')
    if not declared.help.strip():
        yield BrokenLaw("help", "it has no help.", "Write a docstring that says what it does.")
    for one in inputs.values():
        if one.required:
            continue
        written = one.default_literal[1]
        try:
            same = one.literal(written)[1] == written
        except ValueError:
            same = False
        if not same:
            yield BrokenLaw(
                "defaults",
                f"the default of '{one.name}' is another value when a document writes it out, {written!r}.",
                "Let its class read the JSON that it writes.",
            )


class _Check:
    """The checks of one node; every engine has a data folder of its own below `folder`."""

    def __init__(
        self, declared: NodeType, setup: Setup, test: NodeTest, folder: Path, broken: list[BrokenLaw]
    ) -> None:
        self._declared, self._setup, self._test, self._folder = declared, setup, test, folder
        self._broken = broken
        self._laws = ["declaration", "title", "help", "defaults", "runs", "result", "inputs_unchanged"]
        self._cached = declared.kind != "volatile"
        self.cause: BaseException | None = None

    def all(self) -> CheckedNode | None:
        """Check everything; None where the node did not even run."""
        seen: list[events.Event] = []
        with self._engine("first") as engine:
            result = self._run(engine, seen.append)
            if result.status != "done":
                self._failed(result, "runs")
                return None
            outputs = dict(result.outputs)
            files = tuple((engine.artifacts.path(one)).read_bytes() for one in result.artifacts)
            digests = self._digests(result)
            self._check_codecs(outputs)
            if self._cached:
                self._check_hit(self._run(engine))
                self._check_keys(engine)
        if self._cached:
            with self._engine("second") as engine:
                self._compare("deterministic", digests, self._run(engine), "with the same inputs, run again")
        steps = [one for one in seen if isinstance(one, events.NodeProgress | events.NodePreview)]
        progress = tuple(one for one in steps if isinstance(one, events.NodeProgress))
        previews = tuple(one for one in steps if isinstance(one, events.NodePreview))
        if any(isinstance(one, events.NodeProgress) for one in steps[1:]) or len(previews) > 1:
            self._check_cancel(digests)
        return CheckedNode(
            outputs,
            result.artifacts,
            files,
            progress,
            previews,
            result.nodes[NODE].seconds,
            tuple(self._laws),
        )

    def _engine(self, name: str) -> Engine:
        settings = Settings.given(
            data=self._folder / name,
            device=self._test.device,
            memory_budget=_BUDGET,
            disk_budget=_BUDGET,
            input_roots=(self._folder / "files", *self._test.input_roots),
            debug=True,
        )
        return Engine(settings=settings, catalogue=self._setup.catalogue)

    def _run(
        self,
        engine: Engine,
        listener: events.Listener | None = None,
        cancellation: Cancellation | None = None,
    ) -> RunResult:
        return engine.run(
            self._setup.document, wanted=self._setup.wanted, listener=listener, cancellation=cancellation
        )

    def _failed(self, result: RunResult, law: str) -> None:
        """Say which law the error of a run means."""
        error: BaseException = result.errors[0] if result.errors else EngineError(f"the run {result.status}")
        cause = error.__cause__ or error
        self.cause = error
        if isinstance(cause, NodeReturnedWrongType):
            way_out = "Return what the annotation says, or annotate what is returned."
            self._broken.append(BrokenLaw("result", str(cause), way_out))
        elif isinstance(cause, NodeMutatedInput):
            way_out = "Work on a copy: values are shared with other nodes and with the cache."
            self._broken.append(BrokenLaw("inputs_unchanged", str(cause), way_out))
        elif _in_codec(cause):
            way_out = "Look at the value type with `check_codec(value_type, value)`."
            self._broken.append(BrokenLaw("codec", f"storing a value raised: {error}", way_out))
        else:
            way_out = "Mend the node, or give the check inputs that it can work with."
            self._broken.append(BrokenLaw(law, str(error), way_out))

    def _digests(self, result: RunResult) -> dict[str, str]:
        """The digests of everything a run gave."""
        values = self._setup.catalogue
        digests = {
            f"the output '{name}'": values.value_type_of(value).digest(value)
            for name, value in result.outputs.items()
        }
        for index, artifact in enumerate(result.artifacts, 1):
            digests[f"artifact {index}, '{artifact.name}',"] = artifact.digest
        return digests

    def _check_codecs(self, outputs: dict[str, Any]) -> None:
        self._laws.append("codec")
        for name, value in outputs.items():
            value_type = self._setup.catalogue.value_type_of(value)
            for one in codec_laws(value_type, value):
                what = (
                    f"the output '{name}', a '{value_type.name}', breaks the law '{one.law}': {one.message}"
                )
                self._broken.append(BrokenLaw("codec", what, one.way_out))

    def _check_hit(self, again: RunResult) -> None:
        self._laws.append("cached")
        report = again.nodes.get(NODE)
        if again.status != "done" or report is None or report.status != "hit":
            why = f" because {report.reason}" if report is not None and report.reason else ""
            way_out = (
                "Let the fingerprint be the same while the world outside is, or declare the node "
                '`kind="volatile"` if it must always run.'
            )
            self._broken.append(BrokenLaw("cached", f"run again with the same inputs it ran{why}.", way_out))

    def _check_keys(self, engine: Engine) -> None:
        self._laws.append("key")
        document = self._setup.document
        given = document.nodes[NODE].inputs
        for one in self._declared.inputs.values():
            raw = given[one.name] if one.name in given else one.default_literal[1]
            if one.file is not None or (isinstance(raw, dict) and "from" in raw):
                continue
            before, tried = one.literal(raw)[0], 0
            for other in altered(raw, one.schema):
                try:
                    differs = bool(one.literal(other)[0] != before)
                except (ValueError, TypeError):
                    continue
                if not differs or tried == _ALTERATIONS:
                    continue
                tried += 1
                plan = engine.plan(document.with_inputs({(NODE, one.name): other}), self._setup.wanted)
                if any(step.node == NODE and step.status == "hit" for step in plan):
                    what = f"'{one.name}' may be {describe(raw)} or {other!r}, and both have one key."
                    way_out = "Let its class write everything that matters into its JSON."
                    self._broken.append(BrokenLaw("key", what, way_out))
                    break

    def _check_cancel(self, digests: dict[str, str]) -> None:
        """Cancel the node at its first step; what it gives when it goes on later is the same."""
        self._laws.append("cancel")
        cancellation = Cancellation()

        def cancel(event: events.Event) -> None:
            if isinstance(event, events.NodeProgress | events.NodePreview):
                cancellation.cancel()

        with self._engine("cancelled") as engine:
            stopped = self._run(engine, cancel, cancellation)
            if stopped.status == "failed":
                self._failed(stopped, "cancel")
            elif stopped.status != "cancelled":
                self._broken.append(
                    BrokenLaw(
                        "cancel",
                        "cancelled at its first step, it went on to its end.",
                        "Call `run.progress` or `run.check_cancelled` at every step; let `Cancelled` pass.",
                    )
                )
            elif self._cached:
                self._laws.append("resume")
                resumed = self._run(engine)
                self._compare("resume", digests, resumed, "cancelled at its first step and run again")

    def _compare(self, law: str, before: dict[str, str], result: RunResult, how: str) -> None:
        if law not in self._laws:
            self._laws.append(law)
        if result.status != "done":
            self._failed(result, law)
            return
        after = self._digests(result)
        different = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        if different:
            way_out = {
                "deterministic": "Draw random numbers from a `Seed()` input; read neither clock nor globals.",
                "resume": "Leave nothing in `run.workspace()` that changes the result.",
            }[law]
            self._broken.append(
                BrokenLaw(law, f"{how}, it gave another value: {', '.join(different)}.", way_out)
            )


def _in_codec(error: BaseException) -> bool:
    """Whether an error was raised inside a codec."""
    trace = error.__traceback__
    while trace is not None:
        if isinstance(trace.tb_frame.f_locals.get("self"), Codec):
            return True
        trace = trace.tb_next
    return False
