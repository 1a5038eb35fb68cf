"""`latentgraph submit FILE --server URL`: a workflow from here, run there, its pictures here again.

No pack is imported: the server says what the inputs take, and files that they name are sent to it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph_engine.cli.inputs import split_option
from graph_engine.cli.jobs import job_json
from graph_engine.cli.output import output_lines
from graph_engine.errors import FileMissing
from graph_engine.export import check_folder
from graph_engine.files import UPLOAD_PREFIX
from web.cli.as_jobs import as_job
from web.cli.connection import connected
from web.cli.following import STATUS_OF, follow
from web.cli.server_option import BadServerOption
from web.client import BadCall, Client
from web.models.jobs import InputView, JobView

BLANK = b" \t\r\n\xef\xbb\xbf"  # what JSON may begin with, and the mark of UTF-8


@dataclass
class Wishes:
    """What the options set, in the words of the server."""

    inputs: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    sweep: dict[str, list[Any]] = field(default_factory=dict)


def submit(arguments: argparse.Namespace) -> int:
    """Submit a workflow to a server, and with --wait follow it to its end and save what it made."""
    if arguments.owner:
        raise BadServerOption("A server takes the owner from the token; leave --owner away.")
    if arguments.wait:
        check_folder(arguments.out)
    path: Path = arguments.file
    with connected(arguments) as client:
        document = read_document(client, path)
        if not document.get("name"):
            document = {**document, "name": path.stem}
        job = _submitted(client, document, path, arguments)
        if not arguments.wait:
            _print(job, arguments, [])
            return 0
        return _waited(client, job, document, arguments)


def read_document(client: Client, path: Path) -> dict[str, Any]:
    """The workflow in a file; one that is no JSON, as a picture, is sent, and the server reads it."""
    try:
        with path.expanduser().open("rb") as file:
            begin = file.read(1024).lstrip(BLANK)
    except OSError as error:
        raise FileMissing(f"'{path}' can not be read ({error.strerror or error}).") from error
    if not begin.startswith(b"{"):
        return client.read_document(client.upload(path).reference, path.suffix or ".png")
    try:
        found = json.loads(path.expanduser().read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadCall(f"'{path}' is no JSON: {error}.") from error
    document: dict[str, Any] = found  # it begins as an object
    return document


def _submitted(
    client: Client, document: dict[str, Any], path: Path, arguments: argparse.Namespace
) -> JobView:
    wishes = asked(client, document, path, arguments)
    return client.submit(
        document,
        inputs=wishes.inputs,
        texts=wishes.texts,
        sweep=wishes.sweep,
        how="zip" if arguments.zip else "product",
        wanted=arguments.only or None,
        strict_lock=arguments.strict_lock,
        priority=arguments.priority,
        continue_on_error=arguments.keep_going,
        idempotency_key=arguments.key,
    )


def asked(client: Client, document: dict[str, Any], path: Path, arguments: argparse.Namespace) -> Wishes:
    """What the options and the files beside the document set. Files are sent, and named by digest."""
    options = [("--set", *split_option(one, "--set", "value")) for one in arguments.set]
    options += [("--set-file", *split_option(one, "--set-file", "path")) for one in arguments.set_file]
    swept = [split_option(one, "--sweep", "values") for one in arguments.sweep]
    folder = path.expanduser().absolute().parent
    beside = dict(_files_beside(document, folder))
    named = [name for _, name, _ in options] + [name for name, _ in swept]
    wishes = Wishes()
    if not named and not beside:
        return wishes
    places = {_place(document, name) for name in named}
    extra = [name for name in named if "." in name] + [name for name in beside if name not in places]
    inputs = client.interface(document, list(dict.fromkeys(extra))).inputs
    for name, file in beside.items():
        if name not in places and _takes_file(inputs.get(name)):
            wishes.inputs[name] = client.upload(file).reference
    for flag, name, text in options:
        typed = _text_of(name, text) if flag == "--set-file" else text
        wishes.texts[name] = _sent(client, inputs.get(name), typed, folder)
    for name, text in swept:
        wishes.sweep[name] = [*_values(client, inputs.get(name), text, folder)]
    return wishes


def _sent(client: Client, wanted: InputView | None, text: str, folder: Path) -> str:
    """What is typed; a file that it names is sent, where the input takes files."""
    if not _takes_file(wanted) or not text or text.startswith(UPLOAD_PREFIX):
        return text
    for path in (Path(text).expanduser(), folder / text):
        if path.is_file():
            return client.upload(path).reference
    return text  # the server may have it; if not, it says so


def _values(client: Client, wanted: InputView | None, text: str, folder: Path) -> Iterator[Any]:
    """The values of a sweep: a JSON list, or values with commas between."""
    try:
        values = json.loads(text)
    except ValueError:
        values = text
    if isinstance(values, list):
        yield from values
        return
    for one in text.split(","):
        typed = _sent(client, wanted, one.strip(), folder)
        if _takes_file(wanted) or (wanted is not None and wanted.takes_text):
            yield typed
            continue
        try:
            yield json.loads(typed)
        except ValueError:
            yield typed


def _takes_file(wanted: InputView | None) -> bool:
    return wanted is not None and wanted.file is not None


def _files_beside(document: dict[str, Any], folder: Path) -> Iterator[tuple[str, Path]]:
    """Texts in the document that name a file inside its folder, by `node.input`."""
    nodes = document.get("nodes")
    for node_id, node in nodes.items() if isinstance(nodes, dict) else ():
        inputs = node.get("inputs") if isinstance(node, dict) else None
        for name, value in inputs.items() if isinstance(inputs, dict) else ():
            if isinstance(value, str) and (path := _inside(folder, value)) is not None:
                yield f"{node_id}.{name}", path


def _inside(folder: Path, text: str) -> Path | None:
    """A file in the folder, by its path from there; nothing outside is ever sent, whatever leads there."""
    if not 0 < len(text) < 1000 or text.startswith(UPLOAD_PREFIX) or not text.isprintable():
        return None
    try:
        path = (folder / text).resolve()
        return path if path.is_relative_to(folder.resolve()) and path.is_file() else None
    except (OSError, ValueError):
        return None


def _place(document: dict[str, Any], name: str) -> str:
    """The input of a node, as `node.input`, that a name of the interface leads to."""
    interface = document.get("interface")
    inputs = interface.get("inputs") if isinstance(interface, dict) else None
    port = inputs.get(name) if isinstance(inputs, dict) else None
    return f"{port.get('node')}.{port.get('input')}" if isinstance(port, dict) else name


def _text_of(name: str, path: str) -> str:
    try:
        return Path(path).expanduser().read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FileMissing(f"--set-file {name}: '{path}' can not be read as text.") from error


def _waited(client: Client, job: JobView, document: dict[str, Any], arguments: argparse.Namespace) -> int:
    try:
        print(f"{job.id} is at {client.address}; Ctrl-C leaves it there.", file=sys.stderr)
        ended = follow(client, job, document, quiet=arguments.quiet)
        paths = client.save(job.id, arguments.out) if ended.status == "done" else []
    except KeyboardInterrupt:
        print(
            f"Job '{job.id}' goes on without you. `latentgraph logs {job.id} -f --server {client.address}` "
            f"follows it, `latentgraph jobs cancel {job.id} --server {client.address}` ends it.",
            file=sys.stderr,
        )
        return 130
    _print(ended, arguments, paths)
    if ended.error:
        print(ended.error, file=sys.stderr)
    return STATUS_OF[ended.status]


def _print(job: JobView, arguments: argparse.Namespace, paths: list[Path]) -> None:
    if arguments.json:
        shown = job_json(as_job(job)) | ({"paths": list(map(str, paths))} if arguments.wait else {})
        print(json.dumps(shown, ensure_ascii=False, indent=2))
    elif arguments.wait:
        for line in paths or output_lines(job.outputs):
            print(line)
    else:
        print(job.id)
