"""`latentgraph doctor`: is everything in order here, and if not, what is to be done."""

from __future__ import annotations

import argparse
import json
import sys

from graph_engine.cli.commands import Commands

_MARKS = {"ok": "ok     ", "warning": "WARNING", "problem": "PROBLEM"}


def extend(commands: Commands) -> None:
    """Add the verb."""
    one = commands.add("doctor", doctor, "Look whether everything is in order, and say what to do.")
    one.add_argument("--fix", action="store_true", help="remove files that were never finished")
    one.add_argument("--host", metavar="ADDRESS", help="where the server listens, or would")
    one.add_argument("--port", type=int, metavar="N", help="its port")


def doctor(arguments: argparse.Namespace) -> int:
    """Print what was found; 1 where there is a problem."""
    from web.service.doctor import as_json, examine  # only this verb pays for the import
    from web.service.settings import ServerSettings

    settings = ServerSettings.given(data=arguments.data, host=arguments.host, port=arguments.port)
    findings = examine(settings, fix=arguments.fix)
    if arguments.json:
        print(json.dumps(as_json(findings), ensure_ascii=False, indent=2))
    else:
        width = max(len(one.about) for one in findings)
        for one in findings:
            print(f"{_MARKS[one.state]}  {one.about:<{width}}  {one.text}")
            if one.way_out:
                print(f"{'':7}  {'':<{width}}  -> {one.way_out}")
    problems = sum(one.state == "problem" for one in findings)
    said = f"{problems} problem{'' if problems == 1 else 's'}." if problems else "Everything is in order."
    print(said, file=sys.stderr)
    return int(problems > 0)
