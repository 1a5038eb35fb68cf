"""The engine's verbs over HTTP: with --server a server does them, without it the data folder here."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from graph_engine.cli.commands import Commands
from web.cli.server_option import BadServerOption, add_options, server_of

Verb: TypeAlias = Callable[[argparse.Namespace], int]


def extend(commands: Commands) -> None:
    """Let `submit` and `jobs` work on a server, and add `logs`, which works on both."""
    submit = commands.verb("submit")
    add_options(submit)
    submit.add_argument("--wait", action="store_true", help="follow the job to its end and save what it made")
    submit.add_argument("--out", type=Path, default=Path("outputs"), metavar="DIR", help="where pictures go")
    submit.add_argument("--quiet", action="store_true", help="show no progress")
    submit.set_defaults(command=_either(_local_submit(submit.get_default("command")), _submit))
    jobs = commands.verb("jobs")
    add_options(jobs)
    jobs.set_defaults(command=_either(jobs.get_default("command"), _jobs))
    logs = commands.add("logs", _logs, "Say what happened to a job, a line each.", json_flag=False)
    logs.add_argument("job", metavar="JOB")
    logs.add_argument("-f", "--follow", action="store_true", help="go on until the job has ended")
    logs.add_argument("--after", type=int, default=0, metavar="N", help="from after this number on")
    add_options(logs)


def _either(here: Verb, there: Verb) -> Verb:
    def do(arguments: argparse.Namespace) -> int:
        return here(arguments) if server_of(arguments) is None else there(arguments)

    return do


def _local_submit(here: Verb) -> Verb:
    def do(arguments: argparse.Namespace) -> int:
        if arguments.wait:
            raise BadServerOption(
                "--wait follows a job on a server: name it with --server. Here `latentgraph run` runs a "
                "workflow at once, and `latentgraph work` what is queued."
            )
        return here(arguments)

    return do


def _submit(arguments: argparse.Namespace) -> int:
    from web.cli.remote_submit import submit  # only with a server is it worth the import

    return submit(arguments)


def _jobs(arguments: argparse.Namespace) -> int:
    from web.cli.remote_jobs import jobs

    return jobs(arguments)


def _logs(arguments: argparse.Namespace) -> int:
    from web.cli.logs import logs

    return logs(arguments)
