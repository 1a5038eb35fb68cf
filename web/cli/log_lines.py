"""Journal entries as lines for people, and a bar for what is under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from graph_engine.execution.paths import shown_path
from web.models.events import ProgressView

if TYPE_CHECKING:
    from rich.progress import TaskID

OVER = ("node_finished", "node_failed")


def line_of(kind: str, data: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """One journal entry in words; one of a kind that is not known here with all it says."""
    words = _WORDS.get(kind)
    if words is None:
        return f"{kind}: {', '.join(f'{name}={value}' for name, value in data.items())}"
    said = words(data)
    return f"{shown_path(str(data['node']), titles)}: {said}" if "node" in data else said


def _status(data: Mapping[str, Any]) -> str:
    status = data.get("status")
    if data.get("cancel_asked"):
        return "job: asked to stop"
    if "paused" in data:
        return "job: paused" if data["paused"] else "job: resumed"
    if status == "running":
        return f"job: running on {data.get('worker') or 'a worker'}, try {data.get('attempt', 1)}"
    if status == "queued":
        why = "retried" if data.get("retried") else str(data.get("reason") or "")
        error = f": {data['error']}" if data.get("error") else ""
        return f"job: queued again, {why}{error}" if why else "job: queued"
    if "seconds" in data:
        return f"job: {status} after {_seconds(data)}"
    return f"job: {status}"


def _seconds(data: Mapping[str, Any]) -> str:
    return f"{float(data.get('seconds') or 0):.2f} s"


def _count(number: Any, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "job_status": _status,
    "job_moved": lambda data: f"job: moved, priority {data.get('priority', 0)}",
    "run_started": lambda data: f"run: {_count(data.get('nodes'), 'node')}",
    "run_finished": lambda data: f"run: {data.get('status')} in {_seconds(data)}",
    "node_started": lambda data: f"running, because {data.get('reason')}",
    "node_finished": lambda data: f"done in {_seconds(data)}",
    "node_hit": lambda data: "cached",
    "node_opened": lambda data: _count(data["items"], "item") if data.get("items") else "opened",
    "node_retried": lambda data: f"failed ({data.get('reason')}); try {int(data.get('tries') or 0) + 1}",
    "node_failed": lambda data: f"failed: {data.get('error')}",
    "node_skipped": lambda data: f"skipped, because '{data.get('because')}' failed",
    "artifact_saved": lambda data: f"saved {data.get('name')} ({int(data.get('size') or 0):,} bytes)",
    "worker_ended": lambda data: f"worker {data.get('worker')}: ended: {data.get('error')}",
    "dropped": lambda data: (
        f"journal: more than {int(data.get('limit') or 0):,} entries; others are left out"
    ),
}


class Progress:
    """Lines on a stream; on a terminal with a bar below them for each node that says how far it is."""

    def __init__(self, stream: TextIO, titles: Mapping[str, str], *, wanted: bool) -> None:
        self._stream, self._titles = stream, titles
        self._tasks: dict[str, TaskID] = {}
        self._bars: Any = None
        if wanted and stream.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bars

            title = TextColumn("{task.description}", markup=False)
            note = TextColumn("{task.fields[note]}", style="dim", markup=False)
            columns = (title, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), note)
            self._bars = Bars(*columns, console=Console(file=stream), transient=True)

    def __enter__(self) -> Self:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def line(self, text: str) -> None:
        """A line, above the bars."""
        if self._bars is not None:
            self._bars.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            print(text, file=self._stream, flush=True)

    def progress(self, view: ProgressView) -> None:
        """A node got further."""
        if self._bars is None:
            return
        if view.node not in self._tasks:
            title = shown_path(view.node, self._titles)
            self._tasks[view.node] = self._bars.add_task(title, total=None, note="")
        self._bars.update(
            self._tasks[view.node], completed=view.done, total=view.total or None, note=view.note
        )

    def settle(self, kind: str, data: Mapping[str, Any]) -> None:
        """What is over has no bar any more."""
        node = str(data.get("node", ""))
        if kind in OVER and node in self._tasks:
            self._bars.remove_task(self._tasks.pop(node))
