"""`latentgraph jobs --server URL`: the verbs of the queue, asked of a server."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

from graph_engine.cli.jobs import job_line, list_jobs, one_job, show_job
from graph_engine.export import check_folder
from graph_engine.jobs.errors import JobConflict
from web.cli.as_jobs import as_job
from web.cli.connection import connected
from web.cli.server_option import BadServerOption
from web.client import Client
from web.models.jobs import JobView


def jobs(arguments: argparse.Namespace) -> int:
    """List jobs, or do something with one."""
    if arguments.action not in ACTIONS:
        raise BadServerOption(
            f"`jobs {arguments.action}` moves a data folder, which a server does not do. "
            "Run it on the server's machine, without --server."
        )
    with connected(arguments) as client:
        ACTIONS[arguments.action](client, arguments)
    return 0


def _list(client: Client, arguments: argparse.Namespace) -> None:
    found = client.jobs(
        status=arguments.status, owner=arguments.of, search=arguments.search, limit=arguments.limit
    )
    listed = [as_job(one) for one in found]
    queue = client.queue()
    list_jobs(listed, dict(queue.counts), queue.paused, as_json=arguments.json)


def _show(client: Client, arguments: argparse.Namespace) -> None:
    show_job(as_job(client.job(one_job(arguments))), as_json=arguments.json)


def _events(client: Client, arguments: argparse.Namespace) -> None:
    for event in client.journal(one_job(arguments), arguments.after, arguments.limit):
        print(json.dumps({"number": event.number, "kind": event.kind, **event.data}, ensure_ascii=False))


def _save(client: Client, arguments: argparse.Namespace) -> None:
    job = client.job(one_job(arguments))
    if job.status != "done":
        raise JobConflict(f"Job '{job.id}' is {job.status}; only a done one has something to save.")
    check_folder(arguments.out)
    for path in client.save(job.id, arguments.out):
        print(path)


def _steer(name: str) -> Callable[[Client, argparse.Namespace], None]:
    def act(client: Client, arguments: argparse.Namespace) -> None:
        if name in ("pause", "resume") and not arguments.id:
            (client.pause_queue if name == "pause" else client.resume_queue)()
            print("The queue is paused; running jobs go on." if name == "pause" else "The queue goes on.")
            return
        steer: Callable[[str], JobView] = getattr(client, name)
        _say(steer(one_job(arguments)), arguments)

    return act


def _move(client: Client, arguments: argparse.Namespace) -> None:
    moved = client.move(one_job(arguments), before=arguments.before, priority=arguments.priority)
    _say(moved, arguments)


def _delete(client: Client, arguments: argparse.Namespace) -> None:
    client.delete(one_job(arguments))
    print(f"{arguments.id}  deleted")


ACTIONS: dict[str, Callable[[Client, argparse.Namespace], None]] = {
    "list": _list,
    "show": _show,
    "events": _events,
    "save": _save,
    "move": _move,
    "delete": _delete,
    **{name: _steer(name) for name in ("cancel", "retry", "pause", "resume")},
}


def _say(job: JobView, arguments: argparse.Namespace) -> None:
    print(job_line(as_job(job)))
