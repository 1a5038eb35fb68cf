"""The verbs of the command line, to which other rooms may add theirs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias


class Commands:
    """A parser with verbs. Every verb has `--data`, and `--json` unless it says otherwise."""

    def __init__(self, program: str, description: str) -> None:
        self.parser = argparse.ArgumentParser(program, description=description)
        self._verbs = self.parser.add_subparsers(required=True, metavar="command")

    def add(
        self, name: str, function: Callable[[argparse.Namespace], int], text: str, *, json_flag: bool = True
    ) -> argparse.ArgumentParser:
        """A verb, and the function that does it and gives the exit status."""
        one = self._verbs.add_parser(name, help=text, description=text)
        one.set_defaults(command=function)
        one.add_argument("--data", type=Path, metavar="DIR", help="the data folder")
        if json_flag:
            one.add_argument("--json", action="store_true", help="print one JSON object on stdout")
        return one

    def verb(self, name: str) -> argparse.ArgumentParser:
        """The parser of a verb that is there, to add options to it."""
        found: argparse.ArgumentParser = self._verbs.choices[name]
        return found


Extend: TypeAlias = Callable[[Commands], None]
