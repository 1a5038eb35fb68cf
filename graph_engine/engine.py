"""The engine: catalogue, store, files and services of one data folder, and what one does with documents."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from graph_engine import events
from graph_engine.cancellation import Cancellation
from graph_engine.catalogue import Catalogue
from graph_engine.checker import check
from graph_engine.compile import compile_document
from graph_engine.document import Document
from graph_engine.document_io import load_document, parse_document
from graph_engine.errors import Cancelled, DocumentError, EngineError, Paused
from graph_engine.execute import Context, Execution
from graph_engine.files import Files
from graph_engine.interface import set_inputs
from graph_engine.keys import Keys
from graph_engine.migrate import Migrated, migrated
from graph_engine.plan import Plan, plan
from graph_engine.problem import Problem
from graph_engine.result import NodeReport, Outputs, RunResult, RunStatus
from graph_engine.run import Previews, Surroundings
from graph_engine.services import Services
from graph_engine.settings import Settings
from graph_engine.store.artifacts import ArtifactFolder
from graph_engine.store.content import ContentStore


class Engine:
    """Opens a data folder. Use it as a context manager, or `close` it to let services and database go."""

    def __init__(
        self,
        data: Path | str | None = None,
        *,
        catalogue: Catalogue | None = None,
        device: str | None = None,
        input_roots: Sequence[Path] = (),
        settings: Settings | None = None,
        debug: bool | None = None,
    ) -> None:
        self.settings = settings or Settings.given(data=data, device=device, debug=debug)
        self.catalogue = catalogue or Catalogue.discover()
        folder = self.settings.data.expanduser()
        self.data = folder
        self.services = Services()
        self.artifacts = ArtifactFolder(folder / "artifacts")
        roots = (*input_roots, *self.settings.input_roots, folder / "models")
        self.files = Files(roots, folder / "uploads", self.settings.upload_limit)
        self.store = ContentStore(
            folder / "store", self.catalogue, self.settings.memory_budget, self.settings.disk_budget
        )
        self._keys = Keys(self.files)
        self._surroundings = Surroundings(self.settings.device, self.services, self.files, self.artifacts)

    def load(self, path: Path | str) -> Document:
        """Read a document from a .json file or a picture, at present versions. Raises `DocumentError`."""
        return self.open(path).document

    def open(self, path: Path | str) -> Migrated:
        """`load`, with what had to be changed for the present versions of its nodes."""
        return migrated(load_document(path, self.catalogue.importers), self.catalogue)

    def check(self, document: Document) -> list[Problem]:
        """All problems of a document, at present versions."""
        return self._problems(migrated(document, self.catalogue))

    def plan(self, document: Document, wanted: Iterable[str] | None = None) -> Plan:
        """What would run, and why. Raises `DocumentError`."""
        _, graph = self._compile(document, wanted)
        return plan(graph, self.store, self._keys, self._surroundings)

    def run(
        self,
        document: Document,
        *,
        wanted: Iterable[str] | None = None,
        listener: events.Listener | None = None,
        cancellation: Cancellation | None = None,
    ) -> RunResult:
        """Run a document in this process. Raises `DocumentError` before anything runs."""
        started = time.perf_counter()
        tell = listener or _silent
        context = Context(
            self.store,
            self._keys,
            self._surroundings,
            cancellation or Cancellation(),
            tell,
            self.settings.debug,
        )
        document, graph = self._compile(document, wanted)
        planned = plan(graph, self.store, self._keys, self._surroundings)
        execution = Execution(graph, planned, context)
        tell(events.RunStarted(document.name, len(planned.steps)))
        status: RunStatus = "done"
        try:
            execution.run()
        except Cancelled:
            status = "cancelled"
        except Paused:
            status = "paused"
        except EngineError as error:
            execution.errors.append(error)
        if execution.errors and status == "done":
            status = "failed"
        seconds = time.perf_counter() - started
        tell(events.RunFinished(status, seconds))
        outputs = {
            name: partial(execution.value, link)
            for name, link in graph.graph["outputs"].items()
            if execution.known(link)
        }
        reports: dict[str, NodeReport] = {
            node: execution.reports[node] for node in graph.graph["order"] if node in execution.reports
        }
        return RunResult(
            document,
            status,
            Outputs(outputs),
            execution.artifacts(),
            reports,
            seconds,
            tuple(execution.errors),
        )

    def show_previews(self, previews: Previews | None) -> None:
        """How runs from now on show work in progress; None: not at all."""
        self._surroundings = replace(self._surroundings, previews=previews)

    def close(self) -> None:
        """Close services and store."""
        self.services.close()
        self.store.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _compile(self, document: Document, wanted: Iterable[str] | None) -> tuple[Document, Any]:
        """The document at present versions, and the graph of it."""
        opened = migrated(document, self.catalogue)
        if problems := self._problems(opened):
            raise DocumentError(problems)
        return opened.document, compile_document(opened.document, self.catalogue, wanted)

    def _problems(self, opened: Migrated) -> list[Problem]:
        failed = {problem.node for problem in opened.problems}
        found = check(opened.document, self.catalogue)
        rest = [one for one in found if one.code != "unknown_version" or one.node not in failed]
        return [*opened.problems, *rest]


def run_document(
    document: Document | Mapping[str, Any] | Path | str,
    inputs: Mapping[str, Any] | None = None,
    engine: Engine | None = None,
    *,
    wanted: Iterable[str] | None = None,
    listener: events.Listener | None = None,
    cancellation: Cancellation | None = None,
) -> RunResult:
    """Run a document, or a file that holds one, with inputs set; raises the error of a failed run."""
    if engine is None:
        with Engine() as own:
            result = run_document(
                document, inputs, own, wanted=wanted, listener=listener, cancellation=cancellation
            )
            loaded = dict(result.outputs)
        return RunResult(
            result.document,
            result.status,
            Outputs({name: partial(_same, value) for name, value in loaded.items()}),
            result.artifacts,
            result.nodes,
            result.seconds,
        )
    if isinstance(document, Path | str):
        document = engine.load(document)
    elif not isinstance(document, Document):
        document = parse_document(document)
    document = set_inputs(document, inputs or {})
    result = engine.run(document, wanted=wanted, listener=listener, cancellation=cancellation)
    return result.raise_for_status()


def _same(value: Any) -> Any:
    return value


def _silent(event: events.Event) -> None:
    """Nobody listens."""
