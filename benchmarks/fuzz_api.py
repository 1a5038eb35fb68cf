"""Thousands of requests made from the server's own OpenAPI document, by schemathesis, against a real server.

    pip install schemathesis; PYTHONPATH=. .venv/bin/python benchmarks/fuzz_api.py [--examples 120] [--seed 1]

The law: no 5xx, no status, media type or body that is not documented, no bad request that is let through.
What a schema can not say (that a node type is there, that a document can run) may be refused, as documented.
The requests know what is there: a job, its artifact, an upload, a workflow with versions, links, tokens,
webhooks and deliveries; what is deleted is there twice. Half of the good requests have a document that runs.
A second pass is against a server that wants a token, with one that may only look.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.served import Served, two_nodes
from tests.resources.toy_pack import png
from web.service.people.people_file import PeopleFile
from web.service.people.tokens import Tokens

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
)
STREAMS = ("/api/v1/events", "/api/v1/jobs/{job}/events")  # without an end: see tests/web/test_events.py
REFUSED = (400, 401, 403, 404, 405, 409, 415, 422, 428, 429, 431, 503)  # that a bad request may get
SHARE = 0.8  # of requests that name what is there
DELETING = {  # what each takes away, which others do not need
    "delete_job": "job",
    "delete_upload": "digest",
    "delete_workflow": "workflow",
    "revoke_share": "share",
    "revoke_token": "token",
    "delete_webhook": "webhook",
}
FEW = 5000  # cases of the first pass; fewer show too little


def main() -> int:
    """Run and report; 1 when the law is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--examples", type=int, default=120, help="for each address, at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--program", default=shutil.which("st") or str(Path(sys.executable).with_name("st")))
    arguments = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        everything = _pass(Path(folder) / "all", arguments, looks_only=False)
        looking = _pass(Path(folder) / "looking", arguments, looks_only=True)
    cases = everything[0] + looking[0]
    print(
        f"{cases:,} cases, {looking[0]:,} of them with a token that may only look; "
        f"{'something is wrong' if everything[1] or looking[1] else 'nothing is wrong'}; "
        f"{time.monotonic() - began:.0f} s"
    )
    if everything[0] < FEW:
        print(f"fewer than {FEW:,} cases say too little: give --examples more")
    return 1 if everything[1] or looking[1] or everything[0] < FEW else 0


def _pass(folder: Path, arguments: argparse.Namespace, *, looks_only: bool) -> tuple[int, bool]:
    """One run of schemathesis against a server of its own: how many cases, and whether something is wrong."""
    data = folder / "data"
    data.mkdir(parents=True)
    admin, looker = _tokens(data) if looks_only else ("", "")
    flags = ("--device", "cpu", *(("--host", "0.0.0.0") if looks_only else ()))
    server = Served(data, *flags, token=admin, LATENTGRAPH_RATE_REQUESTS="0")
    try:
        server.workers_ready()
        there, spare = _things(server), _things(server)
        config, hooks = folder / "schemathesis.toml", folder / "hooks.py"
        hooks.write_text(HOOKS.replace("DOCUMENT", repr(two_nodes(7))))
        config.write_text(_config(there, spare, hooks))
        command = [arguments.program, "--config-file", str(config), "run", f"{server.address}/openapi.json"]
        command += ["--max-examples", str(arguments.examples), "--seed", str(arguments.seed), "--no-color"]
        command += ["--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing"]
        command += ["--continue-on-failure", "--request-timeout", "60", "--workers", "1"]
        if looker:
            command += ["--header", f"Authorization: Bearer {looker}"]
        for path in STREAMS:
            command += ["--exclude-path", path]
        cases, status = _followed(command, folder)
        alive = server.process.poll() is None and server.request("GET", "/healthz")[0] == 200
        if not alive:
            print("the server is gone: " + "".join(server.said))
        return cases, not alive or status != 0
    finally:
        server.stop()


def _followed(command: list[str], folder: Path) -> tuple[int, int]:
    """Run a command and show what it says: how many cases it counts, and its exit status."""
    cases = 0
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if found := re.search(r"([\d,]+) generated", line):
                cases = int(found[1].replace(",", ""))
    return cases, process.returncode


def _tokens(data: Path) -> tuple[str, str]:
    """A token that may do all, and one that may only look, of the same owner."""
    file = PeopleFile(data)
    try:
        tokens = Tokens(file)
        return tokens.create("fuzz", ["admin"])[1], tokens.create("fuzz", ["view"])[1]
    finally:
        file.close()


def _things(server: Served) -> dict[str, list[str]]:
    """Make one of each thing there is; their names by the parts of paths."""
    picture = png(8, 8, (time.time_ns() % 256, 3, 4))
    upload = _made(server, "POST", "/api/v1/uploads", picture)
    workflow = _made(server, "POST", "/api/v1/workflows", {"document": two_nodes(1), "name": "A sum"})["id"]
    _made(server, "POST", "/api/v1/workflows", {"document": _painting(), "name": "A picture"})
    share = _made(server, "POST", f"/api/v1/workflows/{workflow}/shares", {})
    token = _made(server, "POST", "/api/v1/tokens", {"owner": "other", "scopes": ["view"]})["id"]
    hook = {"url": "http://127.0.0.1:9/hook"}  # where nobody listens: deliveries wait and are tried again
    webhook = _made(server, "POST", "/api/v1/webhooks", hook)["id"]
    job = _made(server, "POST", "/api/v1/jobs", {"document": _painting(), "webhook": hook["url"]})["id"]
    began = time.monotonic()
    while not (deliveries := _deliveries(server, job)):
        if time.monotonic() - began > 60:
            raise SystemExit("the job has not ended, or its webhooks were not told")
        time.sleep(0.05)
    artifact = server.request("GET", f"/api/v1/jobs/{job}")[1]["artifacts"][0]["digest"]
    return {
        "job": [job],
        "digest": [artifact, upload["digest"]],
        "upload": [upload["digest"]],
        "workflow": [workflow],
        "share": [share["id"]],
        "link": [share["path"].rsplit("/", 1)[1]],
        "token": [token],
        "webhook": [webhook],
        "delivery": deliveries,
        "template": ["text_to_image"],
    }


def _made(server: Served, method: str, path: str, body: Any) -> Any:
    status, answer = server.request(method, path, body)
    if status not in (200, 201, 202):
        raise SystemExit(f"{method} {path}: {status} {answer}")
    return answer


def _deliveries(server: Served, job: str) -> list[str]:
    found = server.request("GET", f"/api/v1/webhooks/deliveries?job={job}")[1]["deliveries"]
    return [one["id"] for one in found]


def _painting() -> dict[str, Any]:
    """A document that makes an artifact."""
    paint = {"type": "toy/paint", "version": 1, "inputs": {"seed": time.time_ns() % 2**31}}
    return {"latentgraph": 1, "nodes": {"paint": paint}}


def _config(there: dict[str, list[str]], spare: dict[str, list[str]], hooks: Path) -> str:
    """The names of things, for schemathesis to draw from."""
    lines = [f"hooks = {json.dumps(str(hooks))}"]
    lines += ["[checks.negative_data_rejection]", f"expected-statuses = {list(REFUSED)}"]
    names = {"spare_digest": spare["upload"], "tags": ["*"]}
    names |= there | {f"spare_{part}": spare[part] for part in DELETING.values() if part != "digest"}
    for name, values in names.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
    lines += ["[parameters]", *(_drawn(f"path.{part}", part) for part in there if part != "upload")]
    lines += [_drawn("header.If-Match", "tags")]
    for operation, part in DELETING.items():
        lines += ["[[operations]]", f"include-operation-id = {json.dumps(operation)}"]
        lines += ["[operations.parameters]", _drawn(f"path.{part}", f"spare_{part}")]
    return "\n".join(lines) + "\n"


def _drawn(parameter: str, dictionary: str) -> str:
    return f'"{parameter}" = {{ dictionary = "{dictionary}", probability = {SHARE} }}'


HOOKS = '''
import json
import zlib

import schemathesis

GOOD = DOCUMENT
OPTIONS = ("inputs", "texts", "sweep", "wanted", "strict_lock", "upload", "webhook")


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Give half of the good requests a document that can run, and nothing set in it."""
    good = case.meta is not None and case.meta.generation.mode.is_positive
    if not good or not isinstance(case.body, dict):
        return
    if zlib.crc32(json.dumps(case.body, sort_keys=True, default=str).encode()) % 2:
        return
    for name in OPTIONS:
        if not (name == "upload" and "suffix" in case.body):
            case.body.pop(name, None)
    if "document" in case.body:
        case.body["document"] = GOOD
'''

if __name__ == "__main__":
    sys.exit(main())
