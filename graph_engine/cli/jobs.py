"""The verbs of the queue: submit a workflow, look at and steer its job, run what waits."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph_engine import events
from graph_engine.artifact import Artifact
from graph_engine.cli import output as cli_output
from graph_engine.cli import transfer as cli_transfer
from graph_engine.data_folder import open_data_folder
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.documents.document import Document
from graph_engine.documents.document_io import loads_document
from graph_engine.engine import Engine
from graph_engine.errors import DocumentError
from graph_engine.export import about_job, check_folder, write_artifacts, write_file
from graph_engine.jobs.dispatcher import Dispatcher
from graph_engine.jobs.errors import JobConflict
from graph_engine.jobs.job import STATUSES, Job, JobStatus, Request
from graph_engine.jobs.journal import Journal
from graph_engine.jobs.queue import JobQueue
from graph_engine.jobs.runner import the_only_runner
from graph_engine.preparing import Wishes, prepared
from graph_engine.settings import Settings

if TYPE_CHECKING:
    from graph_engine.workers.local_worker import LocalWorker

KEPT = 10_000  # ended jobs; older ones are forgotten


def submit(arguments: argparse.Namespace, engine: Engine, document: Document) -> int:
    """Put a checked, self-contained copy of a document into the queue."""
    wanted = tuple(arguments.only) or None
    try:
        ready = prepared(document, engine, Wishes(wanted=wanted))
    except DocumentError as error:
        raise DocumentError(error.problems, str(arguments.file)) from None
    request = Request(
        document=ready.text,
        name=document.name or Path(arguments.file).stem,
        owner=arguments.owner,
        priority=arguments.priority,
        wanted=wanted,
        idempotency_key=arguments.key,
        required_models=ready.models,
        continue_on_error=arguments.keep_going,
    )
    with _queue(engine.data) as queue:
        job = queue.submit(request)
    print(json.dumps(job_json(job), ensure_ascii=False, indent=2) if arguments.json else job.id)
    return 0


def work(arguments: argparse.Namespace, interruptible: Callable[[Cancellation], Any]) -> int:
    """Run what waits on workers, until the queue is empty, or with --wait until it is stopped.

    This process imports no pack: what only packs can do is asked of the workers.
    """
    from graph_engine.workers.local import LocalWorkers

    check_folder(arguments.out)
    settings = Settings.given(data=arguments.data)
    data = settings.data.expanduser()
    stop = Cancellation()
    open_data_folder(data)  # before it is said that somebody runs jobs in it
    with ExitStack() as stack:
        stack.enter_context(the_only_runner(data))
        queue = stack.enter_context(_queue(data))
        stack.enter_context(interruptible(stop))
        queue.recover()
        workers = stack.enter_context(LocalWorkers(settings, arguments.device))
        shown = _Shown(queue, arguments, several=len(workers.workers) > 1)
        dispatcher = Dispatcher(workers.workers, queue, Journal.of(queue))
        dispatcher.run(shown.listen, shown.ended, stop, wait=arguments.wait)
    return 130 if stop.cancelled else int(shown.failed)


class _Shown:
    """What `work` shows: a console for each job that runs, a line and its files for each that ended."""

    def __init__(self, queue: JobQueue, arguments: argparse.Namespace, several: bool) -> None:
        self._queue, self._arguments, self._several = queue, arguments, several
        self._consoles: dict[str, cli_output.Console] = {}
        self.failed = False

    def listen(self, job: Job) -> events.Listener:
        """The console of a job that begins; where several run at a time, lines in place of bars."""
        try:
            document = loads_document(self._queue.document(job.id))
        except DocumentError:  # the job will fail of it, and say so
            return self._consoles.setdefault(job.id, cli_output.Silent())
        console = cli_output.console_for(document, self._arguments.quiet, bars=not self._several)
        self._consoles[job.id] = console
        return console

    def ended(self, job: Job, worker: LocalWorker) -> None:
        """Say what became of a job, and write what it saved."""
        self._consoles.pop(job.id).close()
        self.failed |= job.status == "failed"
        _tell(job, worker, self._queue, self._arguments)
        self._queue.keep(KEPT)


def jobs(arguments: argparse.Namespace) -> int:
    """List jobs, or do something with one."""
    data = Settings.given(data=arguments.data).data.expanduser()
    with _queue(data) as queue:
        return int(ACTIONS[arguments.action](queue, data, arguments))


def _list(queue: JobQueue, data: Path, arguments: argparse.Namespace) -> int:
    page = queue.page(arguments.limit, statuses=arguments.status, owner=arguments.of, search=arguments.search)
    list_jobs(page.jobs, queue.counts(), queue.paused, as_json=arguments.json)
    return 0


def list_jobs(jobs: Sequence[Job], counts: Mapping[JobStatus, int], paused: bool, *, as_json: bool) -> None:
    """Print jobs, a line each, and how many there are of each status."""
    if as_json:
        listed = {"jobs": [job_json(job) for job in jobs], "counts": dict(counts)}
        print(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    for job in jobs:
        print(job_line(job))
    count = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    held = " The queue is paused: `latentgraph jobs resume` lets it go on." if paused else ""
    print(f"{count or 'no jobs'}.{held}", file=sys.stderr)


def _show(queue: JobQueue, data: Path, arguments: argparse.Namespace) -> int:
    show_job(queue.get(one_job(arguments)), as_json=arguments.json)
    return 0


def show_job(job: Job, *, as_json: bool) -> None:
    """Print all about a job."""
    if as_json:
        print(json.dumps(job_json(job), ensure_ascii=False, indent=2))
        return
    print(job_line(job))
    for name, value in job_json(job).items():
        if value not in ("", None, False, [], {}) and name not in ("id", "status", "result"):
            print(f"  {name}: {value}")
    for node, report in job.result.get("nodes", {}).items():
        print(f"  {node}: {report['status']}{', ' + report['reason'] if report['reason'] else ''}")
    for line in cli_output.output_lines(job.result.get("outputs", {})):
        print(f"  output {line}")
    for artifact in job.result.get("artifacts", ()):
        print(
            f"  {artifact['name']} ({artifact['size']:,} bytes); `latentgraph jobs save {job.id}` writes it"
        )


def _events(queue: JobQueue, data: Path, arguments: argparse.Namespace) -> int:
    for event in Journal.of(queue).read(queue.get(one_job(arguments)).id, arguments.after, arguments.limit):
        print(json.dumps({"number": event.number, "kind": event.kind, **event.data}, ensure_ascii=False))
    return 0


def _save(queue: JobQueue, data: Path, arguments: argparse.Namespace) -> int:
    job = queue.get(one_job(arguments))
    if job.status != "done":
        raise JobConflict(f"Job '{job.id}' is {job.status}; only a done one has something to save.")
    check_folder(arguments.out)
    with Engine(settings=Settings.given(data=arguments.data)) as engine:
        engine.catalogue.packs()  # those that put documents into pictures
        document = _as_run(job, queue)
        about = about_job(job_json(job), document)
        for path in write_artifacts(_artifacts(job), document, engine, arguments.out, about):
            print(path)
    return 0


def _steer(name: str) -> Callable[[JobQueue, Path, argparse.Namespace], int]:
    def act(queue: JobQueue, data: Path, arguments: argparse.Namespace) -> int:
        if name in ("pause", "resume") and not arguments.id:
            (queue.pause_all if name == "pause" else queue.resume_all)()
            print("The queue is paused; running jobs go on." if name == "pause" else "The queue goes on.")
            return 0
        if name == "delete":
            queue.delete(one_job(arguments))
            print(f"{arguments.id}  deleted")
        else:
            print(job_line(getattr(queue, name)(one_job(arguments))))
        return 0

    return act


def _move(queue: JobQueue, data: Path, arguments: argparse.Namespace) -> int:
    job = one_job(arguments)
    if arguments.priority is not None:
        queue.prioritise(job, arguments.priority)
    if arguments.before is not None or arguments.priority is None:
        queue.move(job, arguments.before)
    print(job_line(queue.get(job)))
    return 0


ACTIONS: dict[str, Callable[[JobQueue, Path, argparse.Namespace], int]] = {
    "list": _list,
    "show": _show,
    "events": _events,
    "save": _save,
    "move": _move,
    "export": lambda queue, data, arguments: cli_transfer.export_to(data, arguments),
    "import": lambda queue, data, arguments: cli_transfer.import_from(data, arguments),
    **{name: _steer(name) for name in ("cancel", "retry", "pause", "resume", "delete")},
}


def job_json(job: Job) -> dict[str, Any]:
    """A job as the command line prints it."""
    return asdict(job)


def add_options(
    submit_parser: argparse.ArgumentParser,
    jobs_parser: argparse.ArgumentParser,
    work_parser: argparse.ArgumentParser,
) -> None:
    """Declare the options of the three verbs."""
    submit_parser.add_argument("--priority", type=int, default=0, metavar="N", help="higher goes first")
    submit_parser.add_argument("--owner", default="", metavar="NAME", help="owners take turns")
    submit_parser.add_argument("--key", metavar="KEY", help="submitting again with this key adds no job")
    submit_parser.add_argument(
        "--keep-going", action="store_true", help="after a failure, go on with what does not depend on it"
    )
    submit_parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="compute this output or node only"
    )
    jobs_parser.add_argument("action", nargs="?", choices=sorted(ACTIONS), default="list")
    jobs_parser.add_argument(
        "id", nargs="?", default="", metavar="JOB", help="a job, or for export and import a file"
    )
    jobs_parser.add_argument(
        "--status", choices=STATUSES, action="append", default=[], help="list or export these only"
    )
    jobs_parser.add_argument("--of", metavar="OWNER", help="list this owner's only")
    jobs_parser.add_argument("--search", default="", metavar="TEXT", help="list those that contain it")
    jobs_parser.add_argument("--limit", type=_positive, default=50, metavar="N", help="show at most so many")
    jobs_parser.add_argument("--after", type=int, default=0, metavar="N", help="events after this number")
    jobs_parser.add_argument("--before", metavar="JOB", help="move it right before this one")
    jobs_parser.add_argument("--priority", type=int, metavar="N", help="move it to this priority")
    for one in (jobs_parser, work_parser):
        one.add_argument("--out", type=Path, default=Path("outputs"), metavar="DIR", help="where pictures go")
    work_parser.add_argument("--wait", action="store_true", help="when the queue is empty, wait for more")
    work_parser.add_argument(
        "--device",
        action="append",
        default=[],
        metavar="DEVICE",
        help="auto, cpu, cuda:0, ...; several: a worker each",
    )
    work_parser.add_argument("--quiet", action="store_true", help="show no progress")


def _tell(job: Job, worker: LocalWorker, queue: JobQueue, arguments: argparse.Namespace) -> None:
    paths: list[Path] = []
    if job.status == "done":
        document = _as_run(job, queue)
        text, about = document.dumps(), about_job(job_json(job), document)
        for one in _artifacts(job):
            paths.append(write_file(one.name, worker.export(one, text, about), arguments.out))
    if arguments.json:
        print(json.dumps(job_json(job) | {"paths": list(map(str, paths))}, ensure_ascii=False), flush=True)
        return
    print(job_line(job), flush=True)
    for path in paths or cli_output.output_lines(job.result.get("outputs", {})):
        print(f"  {path}", flush=True)
    if job.error:
        print(job.error, file=sys.stderr)


def _artifacts(job: Job) -> list[Artifact]:
    return [Artifact(**one) for one in job.result.get("artifacts", ())]


def _as_run(job: Job, queue: JobQueue) -> Document:
    """The job's document, locked to what it was run with rather than to what it was submitted with."""
    document = loads_document(queue.document(job.id))
    if "lock" in job.result:
        document = Document.model_validate({**document.as_json(), "lock": job.result["lock"]})
    return document


def job_line(job: Job) -> str:
    """A job in a line."""
    state = "paused" if job.paused and job.status == "queued" else job.status
    who = f"  {job.owner}" if job.owner else ""
    return f"{job.id}  {state:<9}  {job.name}{who}"


def one_job(arguments: argparse.Namespace) -> str:
    """The job that is named. Raises `JobConflict` where none is."""
    if not arguments.id:
        raise JobConflict(
            f"Say which job: latentgraph jobs {arguments.action} JOB. `latentgraph jobs` lists them."
        )
    return str(arguments.id)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("1 at least")
    return number


@contextmanager
def _queue(data: Path) -> Iterator[JobQueue]:
    open_data_folder(data)
    queue = JobQueue(data / "jobs.sqlite")
    try:
        yield queue
    finally:
        queue.close()
