"""`jobs export` and `jobs import` on the command line: a queue moved to another data folder."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from graph_engine.jobs.errors import JobConflict
from graph_engine.jobs.exporting import export_jobs
from graph_engine.jobs.importing import import_jobs


def export_to(data: Path, arguments: argparse.Namespace) -> int:
    """Write the jobs, or those of some statuses, and their files into one archive."""
    path = _file(arguments)
    done = export_jobs(data, path, arguments.status)
    if arguments.json:
        print(json.dumps({"file": str(path)} | asdict(done), ensure_ascii=False, indent=2))
    else:
        print(f"{path}: {_jobs(done.jobs)} and {_files(done.files)}.")
    for name in done.missing:
        print(f"Warning: '{name}' is no longer in '{data}'; its jobs go without it.", file=sys.stderr)
    return 0


def import_from(data: Path, arguments: argparse.Namespace) -> int:
    """Add the jobs and files of an archive, all or none."""
    path = _file(arguments)
    done = import_jobs(data, path)
    if arguments.json:
        print(json.dumps({"file": str(path)} | asdict(done), ensure_ascii=False, indent=2))
    else:
        known = f"; here already: {_jobs(done.known)}" if done.known else ""
        print(f"{path}: added {_jobs(done.jobs)} and {_files(done.files)}{known}.")
    return 0


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count:,} jobs"


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"


def _file(arguments: argparse.Namespace) -> Path:
    if not arguments.id:
        raise JobConflict(f"Say which file: latentgraph jobs {arguments.action} FILE.zip.")
    return Path(arguments.id)
