"""The types of the API for the client: web/canvas/src/server/schema.ts from the forms that the server has.

`python -m scripts.client_types` writes the file, with `--check` it says whether it is as it should be.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from dataclasses import fields
from inspect import cleandoc
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from graph_engine.wire import event_types
from web.api.app import all_routes, description

ROOT = Path(__file__).parents[1]
CANVAS = ROOT / "web" / "canvas"
TARGET = CANVAS / "src" / "server" / "schema.ts"
COMPILER = CANVAS / "node_modules" / ".bin" / "json2ts"
HEADER = "// Written by scripts/client_types from the forms of the server; change those and run it again.\n\n"
OPTIONS = ("--unreachableDefinitions", "--unknownAny", "--no-additionalProperties", "--maxItems=-1")
ROOT_TYPE = "EventData"


def schema() -> dict[str, Any]:
    """One JSON Schema with everything that travels as a definition of its own, by the server's own names."""
    definitions: dict[str, Any] = {}
    _add(definitions, description()["components"]["schemas"])
    for route in all_routes():
        if route.query is not None:
            found = route.query.model_json_schema(mode="validation")
            _add(definitions, found.pop("$defs", {}) | {route.query.__name__: found})
    _add(definitions, {cls.__name__: _event(cls) for cls in event_types().values()})
    references = {kind: {"$ref": f"#/$defs/{cls.__name__}"} for kind, cls in event_types().items()}
    return {
        "title": ROOT_TYPE,
        "description": "What an event of the engine says, by its kind: `data` of an `EventView`.",
        "type": "object",
        "properties": references,
        "required": list(references),
        "$defs": definitions,
    }


def _add(definitions: dict[str, Any], more: dict[str, Any]) -> None:
    for name, one in more.items():
        plain = _plain(json.loads(json.dumps(one).replace("#/components/schemas/", "#/$defs/")))
        if plain.get("additionalProperties") is not False and "properties" in plain:
            plain["required"] = list(plain["properties"])  # the server leaves nothing out of what it answers
        if definitions.setdefault(name, plain) != plain:
            raise ValueError(f"Two forms of the server are called '{name}'; the client can not have both.")


def _plain(part: Any) -> Any:
    """A schema without titles, from which json-schema-to-typescript would make a type for every field."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:  # what stands beside it would make a second type
        return {"$ref": part["$ref"]}
    return {
        name: {key: _plain(value) for key, value in one.items()} if name == "properties" else _plain(one)
        for name, one in part.items()
        if not (name in ("title", "examples") and not isinstance(one, dict))
    }


def _event(cls: Any) -> dict[str, Any]:
    """An event as it travels: bytes are their number there, errors are texts."""
    hints = get_type_hints(cls)
    properties: dict[str, Any] = {}
    for one in fields(cls):
        hint = hints[one.name]
        if isinstance(hint, type) and issubclass(hint, Exception):
            hint = str
        properties[one.name] = TypeAdapter(int if hint is bytes else hint).json_schema()
    return {"description": cleandoc(cls.__doc__ or ""), "type": "object", "properties": properties}


def typescript() -> str:
    """The text of the file. Raises `CalledProcessError` where the compiler fails."""
    made = subprocess.run(
        [COMPILER, *OPTIONS], input=json.dumps(schema()), capture_output=True, text=True, check=True
    ).stdout
    made = re.sub(r"^/\*.*?\*/\n/\*\*.*?\*/\n", "", made, count=1, flags=re.DOTALL)  # its own header
    made = re.sub(r"\n \*\n \* This interface was referenced by .*?(?=\n \*/)", "", made, flags=re.DOTALL)
    made = re.sub(r"/\*\*\n \* This interface was referenced by .*?\*/\n", "", made, flags=re.DOTALL)
    return HEADER + made.lstrip()


def main() -> int:
    """Write the file, or look whether it is current; gives an exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the file is stale")
    check = parser.parse_args().check
    if not COMPILER.exists():
        print(
            f"client_types: {CANVAS} has no node_modules; `scripts/check client` installs them.",
            file=sys.stderr,
        )
        return 1
    try:
        wanted = typescript()
    except subprocess.CalledProcessError as error:
        print(f"client_types: json2ts failed.\n{error.stderr}", file=sys.stderr)
        return 1
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == wanted:
        return 0
    if check:
        name = TARGET.relative_to(ROOT)
        print(f"client_types: {name} is stale; scripts/client_types writes it.", file=sys.stderr)
        return 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
