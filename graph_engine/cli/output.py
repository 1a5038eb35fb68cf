"""What the command line shows while a run goes on, and how results look."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from graph_engine import events
from graph_engine.describe import describe
from graph_engine.documents.document import Document
from graph_engine.execution.paths import shown_path
from graph_engine.execution.plan import Plan
from graph_engine.execution.result import RunResult
from graph_engine.messages import shown
from graph_engine.problem import Problem

if TYPE_CHECKING:
    from rich.progress import TaskID


_LONGEST_OUTPUT = 10_000  # characters
_SECONDS_BETWEEN_LINES = 10.0  # of progress, where there are no bars


class Console(Protocol):
    """A listener that is told when the run begins and ends."""

    def __call__(self, event: events.Event) -> None: ...

    def close(self) -> None: ...


def console_for(document: Document, quiet: bool, *, bars: bool = True) -> Console:
    """Bars on a terminal, plain lines elsewhere, nothing when asked to be quiet. All of it on stderr."""
    if quiet or sys.stderr is None:  # None where it was closed
        return Silent()
    titles = {node_id: node.title or node_id for node_id, node in document.nodes.items()}
    return Bars(titles) if bars and sys.stderr.isatty() else Lines(titles, sys.stderr)


class Silent:
    """Shows nothing."""

    def __call__(self, event: events.Event) -> None:
        return

    def close(self) -> None:
        return


class Lines:
    """Lines for each node that runs, and for a long one every ten seconds; for logs and pipes."""

    def __init__(
        self, titles: dict[str, str], stream: TextIO, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._titles = titles
        self._stream = stream
        self._clock = clock
        self._said = 0.0
        self._note = ""

    def __call__(self, event: events.Event) -> None:
        match event:
            case events.NodeStarted(node, _, reason):
                self._note, self._said = "", self._clock()
                self._say(f"{self._title(node)}: running, because {reason}")
            case events.NodeProgress(node, done, total, note):
                self._note = note
                if self._clock() - self._said >= _SECONDS_BETWEEN_LINES:
                    self._said = self._clock()
                    of = f"/{total:g}" if total else ""
                    self._say(f"{self._title(node)}: {done:g}{of}{self._noted()}")
            case events.NodeFinished(node, _, seconds):
                self._say(f"{self._title(node)}: done in {seconds:.2f} s{self._noted()}")
            case events.NodeOpened(node, _, items) if items:
                self._said = self._clock()
                self._say(f"{self._title(node)}: {items} item{'' if items == 1 else 's'}")
            case events.NodeRetried(node, _, tries, reason):
                self._say(f"{self._title(node)}: failed ({reason}); try {tries + 1}")
            case events.NodeFailed(node, _, _):
                self._say(f"{self._title(node)}: failed")
            case events.NodeHit(node, _):
                self._say(f"{self._title(node)}: cached")
            case events.NodeSkipped(node, _, because):
                self._say(f"{self._title(node)}: skipped, because '{because}' failed")

    def close(self) -> None:
        return

    def _title(self, node: str) -> str:
        return shown_path(node, self._titles)

    def _noted(self) -> str:
        return f" ({self._note})" if self._note else ""

    def _say(self, text: str) -> None:
        with suppress(OSError):  # nobody reads it any more: no reason to stop the run
            print(text, file=self._stream, flush=True)


class Bars:
    """A progress bar for each node that runs."""

    def __init__(self, titles: dict[str, str]) -> None:
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._titles = titles
        self._tasks: dict[str, TaskID] = {}
        self._hits = 0
        title = TextColumn("{task.description}", markup=False)
        columns = (title, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        note = TextColumn("{task.fields[note]}", style="dim", markup=False)
        self._progress = Progress(*columns, note, console=RichConsole(stderr=True))
        self._progress.start()

    def __call__(self, event: events.Event) -> None:
        match event:
            case events.NodeStarted(node, _, _):
                self._add(node, None)
            case events.NodeOpened(node, _, items) if items:
                self._add(node, items)
            case events.NodeRetried(node, _, tries, _) if node in self._tasks:
                self._progress.update(self._tasks[node], note=f"try {tries + 1}")
            case events.NodeProgress(node, done, total, note) if node in self._tasks:
                self._progress.update(self._tasks[node], completed=done, total=total or None, note=note)
            case events.NodeFinished(node, _, _) if node in self._tasks and "/" in node:
                self._progress.remove_task(self._tasks.pop(node))  # what is inside a loop makes room again
            case events.NodeFinished(node, _, _) if node in self._tasks:
                task = self._tasks[node]
                total = next(one.total for one in self._progress.tasks if one.id == task) or 1
                self._progress.update(task, completed=total, total=total)
                self._progress.stop_task(task)
            case events.NodeFailed(node, _, _) if node in self._tasks:
                self._progress.update(self._tasks[node], note="failed")
                self._progress.stop_task(self._tasks[node])
            case events.NodeHit():
                self._hits += 1

    def _add(self, node: str, total: int | None) -> None:
        title = shown_path(node, self._titles)
        self._tasks[node] = self._progress.add_task(title, total=total, note="")

    def close(self) -> None:
        self._progress.stop()
        if self._hits:
            self._progress.console.print(f"{self._hits} cached", style="dim")


def result_json(result: RunResult, paths: Iterable[Path]) -> dict[str, Any]:
    """The one JSON object that `run --json` prints."""
    artifacts = [
        {
            "name": one.name,
            "digest": one.digest,
            "media_type": one.media_type,
            "size": one.size,
            "path": str(path),
        }
        for one, path in zip(result.artifacts, paths, strict=False)
    ]
    return {
        "status": result.status,
        "seconds": round(result.seconds, 4),
        "outputs": {name: plain_output(result.outputs[name]) for name in result.outputs},
        "artifacts": artifacts,
        "nodes": {
            node: {
                "type": report.node_type,
                "status": report.status,
                "reason": report.reason,
                "seconds": round(report.seconds, 4),
            }
            for node, report in result.nodes.items()
        },
        "errors": [str(error) for error in result.errors],
        "problems": [],
    }


def output_lines(outputs: Mapping[str, Any]) -> Iterable[str]:
    """Outputs as a job keeps them, a line each."""
    return (f"{name}: {shown(value)}" for name, value in outputs.items())


def problems_json(status: str, problems: Iterable[Problem]) -> dict[str, Any]:
    """What `--json` prints for a document that can not run."""
    return {"status": status, "problems": [problem.as_dict() for problem in problems]}


def plan_lines(plan: Plan) -> Iterable[str]:
    """A plan as aligned lines."""
    width = max((len(step.node) for step in plan), default=0)
    kinds = max((len(step.node_type) for step in plan), default=0)
    words = {"hit": "cached", "miss": "will run", "unknown": "depends"}
    for step in plan:
        because = f" because {step.reason}" if step.reason else ""
        said = words.get(step.status, step.status)
        yield f"{step.node:<{width}}  {step.node_type:<{kinds}}  {said}{because}"


def plan_json(plan: Plan) -> dict[str, Any]:
    """What `plan --json` prints."""
    return {
        "nodes": {
            step.node: {"type": step.node_type, "status": step.status, "reason": step.reason} for step in plan
        }
    }


def node_lines(listed: dict[str, Any]) -> Iterable[str]:
    """A node type, as `node_listing` gives it, as a page of help."""
    yield f"{listed['type']} (version {listed['version']}): {listed['title']}"
    yield from (f"  {line}" for line in listed["help"].splitlines())
    for title in ("inputs", "outputs"):
        sockets = listed[title]
        if sockets:
            yield f"{title}:"
        width = max((len(name) for name in sockets), default=0)
        for name, one in sockets.items():
            default = f" = {shown(one['default'])}" if "default" in one else ""
            yield f"  {name:<{width}}  {one['type']}{default}"


def plain_output(value: Any) -> Any:
    """An output as JSON where JSON can say it in a few words, and described elsewhere."""
    from pydantic_core import PydanticSerializationError, to_json

    try:
        text = to_json(value, inf_nan_mode="strings")
    except (PydanticSerializationError, ValueError):
        return describe(value)
    return json.loads(text) if len(text) <= _LONGEST_OUTPUT else describe(value)
