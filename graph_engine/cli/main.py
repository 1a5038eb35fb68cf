"""The command line: runs, documents, the queue, packs and the cache.

Exit status: 0 ok, 1 failed run, 2 bad document or usage, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from graph_engine.checking.locking import LockDiffers
from graph_engine.cli import cache as cli_cache
from graph_engine.cli import documents as cli_documents
from graph_engine.cli import jobs as cli_jobs
from graph_engine.cli import output as cli_output
from graph_engine.cli import packs as cli_packs
from graph_engine.cli.commands import Commands, Extend
from graph_engine.cli.inputs import apply_settings, apply_sweep
from graph_engine.data_folder import open_data_folder
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.documents.diff import diff
from graph_engine.documents.document import Document, document_schema
from graph_engine.documents.document_io import load_document
from graph_engine.engine import Engine
from graph_engine.errors import Cancelled, DocumentError, EngineError, NodeFailed
from graph_engine.export import check_folder, export_artifacts
from graph_engine.messages import nearest, shown
from graph_engine.problem import Problem
from graph_engine.settings import Settings, default_data_folder

OK, FAILED, BAD, STOPPED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None, extend: Iterable[Extend] = ()) -> int:
    """Run the command line; gives the exit status. `extend` add verbs, and options to the verbs here."""
    commands = _commands()
    for one in extend:
        one(commands)
    arguments = commands.parser.parse_args(argv)
    try:
        status = int(arguments.command(arguments))
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except DocumentError as error:
        _report(arguments, error.problems, str(DocumentError(error.problems, str(arguments.file))))
        return BAD
    except Cancelled:
        return STOPPED
    except EngineError as error:
        _report(arguments, [Problem(_code(error), str(error))], str(error))
        return BAD
    except KeyboardInterrupt:
        _say("Stopped.")
        return STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:  # an error of ours: one sentence, and where the rest is
        log = _write_log(arguments, error)
        text = f"Something went wrong inside Latent Graph ({type(error).__name__}: {error}). Details: {log}"
        _report(arguments, [Problem("internal", text)], text, status="failed")
        return FAILED


def _run(arguments: argparse.Namespace) -> int:
    with _engine(arguments) as engine:
        document = _document(arguments, engine)
        check_folder(arguments.out)
        console = cli_output.console_for(document, arguments.quiet)
        engine.show_previews(None)  # a terminal shows none
        cancellation = Cancellation()
        try:
            with _interruptible(cancellation), redirect_stdout(sys.stderr):  # what libraries print
                result = engine.run(
                    document,
                    wanted=tuple(arguments.only) or None,
                    listener=console,
                    cancellation=cancellation,
                    continue_on_error=arguments.keep_going,
                )
        finally:
            console.close()
        complete = result.status == "done" or arguments.keep_going
        paths = export_artifacts(result, engine, arguments.out) if complete else []
        if arguments.json:
            _print_json(cli_output.result_json(result, paths))
        else:
            for path in paths:
                print(path)
            for name in result.outputs if not paths else ():
                print(f"{name}: {shown(cli_output.plain_output(result.outputs[name]))}")
        for name, reason in result.muted_outputs.items():
            _say(f"The output '{name}' is left out, because {reason}.")
        for error in result.errors:
            details = f"\n  details: {_write_log(arguments, error)}" if _is_surprising(error) else ""
            _say(f"{error}{details}")
        if result.status == "cancelled":
            _say("Stopped. What was finished is kept; the next run goes on from there.")
        return {"done": OK, "failed": FAILED, "cancelled": STOPPED}[result.status]


def _validate(arguments: argparse.Namespace) -> int:
    with _engine(arguments) as engine:
        document = _document(arguments, engine)
        problems = engine.check(document)
        if problems:
            raise DocumentError(problems, str(arguments.file))
        if arguments.json:
            _print_json(cli_output.problems_json("ok", []))
        else:
            print(f"{arguments.file} is valid: {len(document.nodes)} nodes.")
    return OK


def _plan(arguments: argparse.Namespace) -> int:
    with _engine(arguments) as engine:
        planned = engine.plan(_document(arguments, engine))
        if arguments.json:
            _print_json(cli_output.plan_json(planned))
        else:
            for line in cli_output.plan_lines(planned):
                print(line)
    return OK


def _diff(arguments: argparse.Namespace) -> int:
    documents = []
    for path in (arguments.before, arguments.after):
        arguments.file = path  # an error names the file that it is about
        with _engine(arguments) as engine:
            documents.append(load_document(path, engine.catalogue.importers))  # as they are, not migrated
    differences = diff(*documents)
    if arguments.json:
        _print_json({"differences": [one.as_dict() for one in differences]})
    else:
        for one in differences:
            print(one)
        if not differences:
            print("The documents say the same.")
    return OK


def _lock(arguments: argparse.Namespace) -> int:
    with _engine(arguments) as engine:
        return cli_documents.lock(arguments, engine)


def _submit(arguments: argparse.Namespace) -> int:
    with _engine(arguments) as engine:
        return cli_jobs.submit(arguments, engine, _document(arguments, engine))


def _work(arguments: argparse.Namespace) -> int:
    return cli_jobs.work(arguments, _interruptible)


def _nodes(arguments: argparse.Namespace) -> int:
    packs = cli_packs.listed(arguments)
    for fault in (fault for pack in packs for fault in pack.faults):
        _say(str(fault))
    found = {name: one for pack in packs for name, one in pack.nodes.items()}
    if arguments.name and arguments.name not in found:
        raise EngineError(f"There is no node type '{arguments.name}'. {nearest(arguments.name, found)}")
    chosen = {arguments.name: found[arguments.name]} if arguments.name else dict(sorted(found.items()))
    if arguments.json:
        _print_json({"nodes": list(chosen.values())})
    elif arguments.name:
        for line in cli_output.node_lines(found[arguments.name]):
            print(line)
    else:
        width = max((len(name) for name in chosen), default=0)
        for name, one in chosen.items():
            print(f"{name:<{width}}  {one['title']}")
    return OK


def _packs(arguments: argparse.Namespace) -> int:
    packs = cli_packs.listed(arguments)
    if arguments.json:
        _print_json({"packs": [cli_packs.pack_json(pack) for pack in packs]})
    else:
        for line in cli_packs.pack_lines(packs):
            print(line)
        for fault in (fault for pack in packs for fault in pack.faults):
            _say(str(fault))
    return OK


def _schema(arguments: argparse.Namespace) -> int:
    print(json.dumps(document_schema(), indent=2))
    return OK


def _cache(arguments: argparse.Namespace) -> int:
    with _engine(arguments) as engine:
        document = _document(arguments, engine) if getattr(arguments, "file", None) else None
        return cli_cache.cache(arguments, engine, document)


def _engine(arguments: argparse.Namespace) -> Engine:
    file: Path | None = getattr(arguments, "file", None)
    roots = [file.expanduser().absolute().parent] if file is not None else []
    settings = Settings.given(data=arguments.data, device=getattr(arguments, "device", None))
    open_data_folder(settings.data.expanduser())
    return Engine(settings=settings, input_roots=roots)


def _document(arguments: argparse.Namespace, engine: Engine) -> Document:
    opened = engine.open(arguments.file)
    for change in opened.changes:
        _say(str(change))
    document = apply_settings(opened.document, engine, arguments.set, arguments.set_file)
    differences = list(opened.differences)
    if document is not opened.document:  # another model may have been set
        differences = engine.lock_differences(document)
    if differences and getattr(arguments, "strict_lock", False):
        raise LockDiffers(differences)
    for difference in differences:
        _say(f"Warning: {difference}")
    swept = getattr(arguments, "sweep", ())
    return apply_sweep(document, engine, swept, "zip" if swept and arguments.zip else "product")


@contextmanager
def _interruptible(cancellation: Cancellation) -> Iterator[None]:
    """The first Ctrl-C asks the run to stop at its next step; the second ends the process at once."""

    def stop(number: int, frame: FrameType | None) -> None:
        cancellation.cancel()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _say("\nStopping at the next step; press Ctrl-C again to stop at once.")

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _report(
    arguments: argparse.Namespace, problems: Sequence[Problem], text: str, status: str = "bad"
) -> None:
    if getattr(arguments, "json", False):
        _print_json(cli_output.problems_json(status, problems))
    _say(text)


def _say(text: str) -> None:
    """Tell the person, on stderr if there still is one: that nobody reads it stops nothing."""
    if sys.stderr is not None:
        with suppress(OSError):
            print(text, file=sys.stderr, flush=True)


def _print_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _code(error: EngineError) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in type(error).__name__)[
        1:
    ]


def _is_surprising(error: EngineError) -> bool:
    return isinstance(error, NodeFailed) and not isinstance(error.__cause__, EngineError)


def _write_log(arguments: argparse.Namespace, error: BaseException) -> str:
    folder = (getattr(arguments, "data", None) or _data_folder()) / "logs"
    path = Path(folder) / time.strftime(f"%Y-%m-%d-%H%M%S-{os.getpid()}.log")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write("".join(traceback.format_exception(error)))
    except OSError:
        return f"none ('{folder}' can not be written)"
    return str(path)


def _data_folder() -> Path:
    try:
        return Settings.given().data
    except EngineError:
        return default_data_folder()


def _commands() -> Commands:
    commands = Commands("latentgraph", "Typed node graphs for latent diffusion.")
    command = commands.add

    def document_options(one: argparse.ArgumentParser) -> None:
        one.add_argument("file", type=Path, metavar="FILE", help="a workflow, or a picture that carries one")
        one.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="set an input")
        one.add_argument(
            "--set-file",
            action="append",
            default=[],
            metavar="NAME=PATH",
            help="set an input to a file's text",
        )
        one.add_argument(
            "--sweep",
            action="append",
            default=[],
            metavar="NAME=VALUES",
            help="run it for each value, a JSON list or values with commas; several make every combination",
        )
        one.add_argument("--zip", action="store_true", help="take the lists of several sweeps side by side")

    run = command("run", _run, "Run a workflow.")
    document_options(run)
    run.add_argument("--out", type=Path, default=Path("outputs"), metavar="DIR", help="where pictures go")
    run.add_argument("--device", metavar="DEVICE", help="auto, cpu, cuda:0, ...")
    run.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="compute this output or node only"
    )
    run.add_argument(
        "--keep-going", action="store_true", help="after a failure, go on with what does not depend on it"
    )
    run.add_argument("--quiet", action="store_true", help="show no progress")
    document_options(command("validate", _validate, "Say everything that is wrong with a workflow."))
    document_options(command("plan", _plan, "Say which nodes would run, and why."))
    differ = command("diff", _diff, "Say in words what differs between two workflows.")
    differ.add_argument(
        "before", type=Path, metavar="BEFORE", help="a workflow, or a picture that carries one"
    )
    differ.add_argument("after", type=Path, metavar="AFTER", help="another")
    lock = command("lock", _lock, "Write into a workflow which packs and models it is made with.")
    migrate = command("migrate", cli_documents.migrate, "Bring workflows to present versions, in place.")
    cli_documents.add_options(lock, migrate)
    submit = command("submit", _submit, "Put a workflow into the queue; it is kept over restarts.")
    document_options(submit)
    for one in (run, submit):
        one.add_argument("--strict-lock", action="store_true", help="refuse what the workflow's lock is not")
    jobs = command("jobs", cli_jobs.jobs, "List the jobs of the queue, show, steer or save one.")
    work = command("work", _work, "Run the jobs of the queue.")
    cli_jobs.add_options(submit, jobs, work)
    nodes = command("nodes", _nodes, "List the node types, or describe one.")
    nodes.add_argument("name", nargs="?", metavar="NAME")
    command(
        "packs", _packs, "List the packs: where they come from, what they offer, what is wrong with them."
    )
    command("schema", _schema, "Print the JSON Schema of workflows.", json_flag=False)
    cache = command("cache", _cache, "Look at, pin, clear or check what can be computed again.")
    cli_cache.add_options(cache, document_options)
    return commands
