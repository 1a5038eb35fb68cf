"""The doctor: what is in order here and what is not, each with the way out. It changes nothing unasked.

Nothing here imports torch or a pack: what only a worker can say is asked of one, in a folder of its own.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import shutil
import sqlite3
import tempfile
import threading
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias
from urllib.parse import quote

from graph_engine.artifact import Artifact
from graph_engine.artifact_folder import ArtifactFolder
from graph_engine.data_folder import layout_version
from graph_engine.declaration.cancellation import Cancellation
from graph_engine.errors import EngineError
from graph_engine.settings import CONFIG_FILE
from graph_engine.store.lock import is_held
from graph_engine.workers.local import LocalWorkers
from web.service.logs import without_secrets
from web.service.ports import holder_of, is_free
from web.service.settings import ServerSettings

State: TypeAlias = Literal["ok", "warning", "problem"]

PATIENCE = 2.0  # seconds that one look into a database or at files may take
WORKER_SECONDS = 8.0
LEAST_FREE = 1 << 30  # bytes
WRONG_CLOCK = 300.0  # seconds that a file may come from the future
LEFTOVER_SECONDS = 3600.0  # after which nobody is still writing
DATABASES = {
    "jobs.sqlite": "jobs can not be computed again: put a backup in its place",
    "people.sqlite": "put a backup in its place, or move it away and make new tokens",
    "webhooks.sqlite": "put a backup in its place, or move it away and make the webhooks again",
    "uploads.sqlite": "put a backup in its place",
    "workflows/library.sqlite": "workflows can not be computed again: put a backup in its place",
    "store/memo.sqlite": "`latentgraph cache check --repair` begins it anew; it costs time only",
}
LEFTOVERS = ("*.partial", ".*.tmp", "*/.*.tmp", "*/??/.*.tmp", "backups/.*.partial")


@dataclass(frozen=True)
class Finding:
    """What was found of one thing, in a sentence, and the way out where it is not in order."""

    about: str
    state: State
    text: str
    way_out: str = ""


@dataclass
class Patient:
    """What is looked at, and what a worker says of itself."""

    settings: ServerSettings
    fix: bool = False
    worker: dict[str, Any] = field(default_factory=dict)
    _asking: threading.Thread | None = None

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.settings.data.expanduser().absolute()

    def ask_worker(self) -> None:
        """Begin to ask: a worker takes seconds to start."""
        self._asking = threading.Thread(target=self._ask, name="doctor", daemon=True)
        self._asking.start()

    def answered(self) -> dict[str, Any]:
        """What it said; `error` where it said nothing in time."""
        if self._asking is not None:
            self._asking.join(WORKER_SECONDS)
        return self.worker or {"error": f"no worker was ready within {WORKER_SECONDS:.0f} seconds"}

    def _ask(self) -> None:
        with tempfile.TemporaryDirectory(prefix="latentgraph-doctor-", ignore_cleanup_errors=True) as folder:
            plugins = [
                one for one in self.settings.plugin_folders if one in self.settings.plugins or one.is_dir()
            ]
            own = self.settings.model_copy(update={"data": Path(folder), "plugins": tuple(plugins)})
            try:
                with LocalWorkers(own, self.settings.devices) as workers:
                    said = []
                    for worker in workers.workers:
                        worker.ready(Cancellation())
                        said.append(worker.info)
                    found = [one for one in said if one is not None]
                    self.worker = {
                        "devices": [one.device for one in found],
                        "packs": dict(found[0].packs) if found else {},
                        "faults": list(found[0].faults) if found else [],
                    }
            except EngineError as error:
                self.worker = {"error": str(error).partition("\n")[0]}


Check: TypeAlias = Callable[[Patient], Iterator[Finding]]


def examine(settings: ServerSettings, *, fix: bool = False) -> list[Finding]:
    """Everything that was looked at. A check that fails itself is a problem of its own."""
    patient = Patient(settings, fix)
    patient.ask_worker()
    found: list[Finding] = []
    for check in CHECKS:
        try:
            found += check(patient)
        except Exception as error:  # the folder may hold anything; the other checks go on
            name = check.__name__.strip("_").replace("_", " ")
            text = f"could not be looked at ({type(error).__name__}: {error})"
            found.append(Finding(name, "problem", text, "Look at the data folder by hand."))
    return found


def as_json(findings: list[Finding]) -> dict[str, Any]:
    """What was found, as plain JSON."""
    worst = "problem" if any(one.state == "problem" for one in findings) else "ok"
    return {"status": worst, "findings": [asdict(one) for one in findings]}


def _python(patient: Patient) -> Iterator[Finding]:
    here = f"{platform.system()} {platform.machine()}"
    yield Finding("python", "ok", f"Python {platform.python_version()} on {here}")


def _packages(patient: Patient) -> Iterator[Finding]:
    try:
        required = importlib.metadata.requires("latentgraph") or []
    except importlib.metadata.PackageNotFoundError:
        text = "latentgraph is not installed as a distribution"
        yield Finding("packages", "problem", text, "Install it: pip install latentgraph")
        return
    tested = _tested_versions()
    wrong, other = [], []
    for line in required:
        found = re.match(r"([A-Za-z0-9._-]+)\s*>=\s*([0-9.]+)", line)
        if found is None or "extra ==" in line:
            continue
        name, least = found.groups()
        try:
            here = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        if _numbers(here) < _numbers(least):
            wrong.append(f"{name} {here} is older than {least}")
        elif (wanted := tested.get(_plain(name))) is not None and _plain_version(here) != wanted:
            other.append(f"{name} {here} in place of {wanted}")
    if wrong:
        yield Finding("packages", "problem", "; ".join(wrong), "Install the package anew, with pip.")
    if other:
        yield Finding("packages", "warning", "not as tested: " + "; ".join(other), "Use constraints.txt.")
    if not wrong and not other:
        yield Finding("packages", "ok", f"latentgraph {importlib.metadata.version('latentgraph')}")


def _settings(patient: Patient) -> Iterator[Finding]:
    said = []
    try:
        in_file = set(tomllib.loads(CONFIG_FILE.read_text())) if CONFIG_FILE.is_file() else set()
    except (OSError, ValueError):
        in_file = set()
    environment = {name.upper() for name in os.environ}
    for name in type(patient.settings).model_fields:
        value = getattr(patient.settings, name)
        default = type(patient.settings).model_fields[name].get_default(call_default_factory=True)
        if f"LATENTGRAPH_{name.upper()}" in environment:
            source = "environment"
        elif name in in_file:
            source = CONFIG_FILE.name
        elif value != default:
            source = "flag"
        else:
            continue
        said.append(f"{name}={value} ({source})")
    yield Finding("settings", "ok", without_secrets("; ".join(said)) or "all as they are by themselves")


def _folder(patient: Patient) -> Iterator[Finding]:
    data = patient.data
    if not data.exists():
        yield Finding("data folder", "ok", f"'{data}' is not there yet; it is made at first use")
        return
    if not data.is_dir():
        yield Finding("data folder", "problem", f"'{data}' is no folder", "Give another with --data.")
        return
    try:
        version = layout_version(data)
        yield Finding("layout", "ok", f"version {version}")
    except EngineError as error:
        yield Finding("layout", "problem", str(error), "See above.")
    probe = data / f".{time.time_ns():x}.tmp"
    try:
        probe.touch()
        probe.unlink()
        yield Finding("data folder", "ok", f"'{data}' can be written")
    except OSError as error:
        text = f"'{data}' can not be written ({error.strerror or error})"
        yield Finding("data folder", "problem", text, "Make it writable, or give another with --data.")
    free = shutil.disk_usage(data).free
    wanted = max(0, patient.settings.disk_budget - _store_bytes(data))
    text = f"{_size(free)} free; the cache may take {_size(wanted)} more"
    if free < LEAST_FREE:
        yield Finding("disk", "problem", text, "Free space on the disk: `latentgraph cache clear` helps.")
    elif free < wanted:
        yield Finding("disk", "warning", text, "Free space, or set a smaller `disk_budget`.")
    else:
        yield Finding("disk", "ok", text)


def _clock(patient: Patient) -> Iterator[Finding]:
    limit = time.time() + WRONG_CLOCK
    late = [
        path.name
        for path in (*patient.data.glob("*"), *patient.data.glob("logs/*"))
        if path.exists() and path.stat().st_mtime > limit
    ]
    if late:
        text = f"{len(late)} files come from the future: {', '.join(sorted(late)[:3])}"
        yield Finding("clock", "warning", text, "Set the clock of this machine, then `touch` the files.")
    else:
        yield Finding("clock", "ok", "no file comes from the future")


def _databases(patient: Patient) -> Iterator[Finding]:
    for name, way_out in DATABASES.items():
        path = patient.data / name
        if not path.is_file():
            continue
        try:
            rows = _query(path, "PRAGMA quick_check(1)")
        except sqlite3.DatabaseError as error:
            if "interrupted" in str(error):
                text = f"too large to be looked at within {PATIENCE:.0f} seconds"
                yield Finding(
                    name, "warning", text, "Nothing need be done; `latentgraph cache check` looks longer."
                )
            else:
                yield Finding(name, "problem", f"can not be read ({error})", way_out)
            continue
        if rows == [("ok",)]:
            yield Finding(name, "ok", "whole")
        else:
            yield Finding(name, "problem", f"damaged: {str(rows[0][0]).splitlines()[-1]}", way_out)


def _files(patient: Patient) -> Iterator[Finding]:
    """What jobs name, and what is not there any more."""
    path = patient.data / "jobs.sqlite"
    if not path.is_file():
        return
    folder = ArtifactFolder(patient.data / "artifacts")
    try:
        saved = _query(path, "SELECT DISTINCT digest, name, media_type, size FROM artifact")
        waiting = _query(path, "SELECT id, document, required_models FROM job WHERE status = 'queued'")
    except sqlite3.DatabaseError:  # said elsewhere, or a file of an older version
        return
    deadline = time.monotonic() + PATIENCE
    gone = [one[1] for one in saved if time.monotonic() < deadline and not folder.holds(Artifact(*one))]
    if gone:
        text = f"{len(gone)} artifacts of jobs are not on disk any more, for example '{gone[0]}'"
        yield Finding("artifacts", "warning", text, "Retry their jobs: they are computed again.")
    else:
        yield Finding("artifacts", "ok", f"{len(saved)} of jobs, all there")
    lacking = []
    for job, document, models in waiting:
        named = set(re.findall(r'"blake3:([0-9a-f]{64})"', document)) - set(json.loads(models or "[]"))
        locked = set(re.findall(r"[0-9a-f]{64}", json.dumps(json.loads(document).get("lock", {}))))
        if any(not (patient.data / "uploads" / one[:2] / one).is_file() for one in named - locked):
            lacking.append(job)
    if lacking:
        text = f"{len(lacking)} waiting jobs name files that are not here, for example {lacking[0]}"
        yield Finding("uploads", "problem", text, "Upload the files again, or cancel the jobs.")
    else:
        yield Finding("uploads", "ok", "all that waiting jobs name are there")


def _leftovers(patient: Patient) -> Iterator[Finding]:
    limit = time.time() - LEFTOVER_SECONDS
    found = []
    for pattern in LEFTOVERS:
        for path in patient.data.glob(pattern):
            with suppress(OSError):
                if path.lstat().st_mtime < limit:
                    found.append(path)
    if not found:
        yield Finding("leftovers", "ok", "none")
        return
    names = ", ".join(sorted(path.name for path in found)[:3])
    if not patient.fix:
        text = f"{len(found)} files that were never finished: {names}"
        yield Finding("leftovers", "warning", text, "`latentgraph doctor --fix` removes them.")
        return
    for path in found:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
    yield Finding("leftovers", "ok", f"{len(found)} files that were never finished are removed")


def _models(patient: Patient) -> Iterator[Finding]:
    kinds = (".safetensors", ".ckpt")
    found = [one for one in patient.data.glob("models/**/*") if one.suffix in kinds]
    size = sum(one.stat().st_size for one in found if one.exists())
    more = f", {_size(size)}" if found else "; the embedded model needs none"
    yield Finding("models", "ok", f"{len(found)} files in models/{more}")


def _listening(patient: Patient) -> Iterator[Finding]:
    settings = patient.settings
    where = f"'{settings.host}' port {settings.port}"
    if settings.port == 0:
        yield Finding("server", "ok", "it would take a free port")
    elif not is_free(settings.host, settings.port):
        if (version := _server_version(settings)) is not None:
            yield Finding("server", "ok", f"Latent Graph {version} answers at {where}")
        else:
            text = f"{where} is taken by {holder_of(settings.port) or 'another program'}"
            yield Finding("server", "problem", text, "End it, or choose another port with --port.")
    elif is_held(patient.data / "jobs.lock"):
        text = f"the jobs of the folder are run by another process, and nothing answers at {where}"
        yield Finding("server", "warning", text, "It may be `latentgraph work`, or a server at another port.")
    else:
        yield Finding("server", "ok", f"none runs; {where} is free")
    if not settings.on_loopback and not _has_tokens(patient.data):
        text = f"'{settings.host}' is reached from other machines, and there is no token"
        yield Finding("tokens", "problem", text, "Make one: `latentgraph tokens create`.")


def _worker(patient: Patient) -> Iterator[Finding]:
    said = patient.answered()
    if "error" in said:
        yield Finding("workers", "problem", said["error"], "Look at the packs, at --device, and at the logs.")
        return
    yield Finding("workers", "ok", f"ready on {', '.join(said['devices'])}")
    packs = ", ".join(f"{name} {version}".strip() for name, version in sorted(said["packs"].items()))
    yield Finding("packs", "ok", packs or "none")
    for fault in said["faults"]:
        yield Finding("packs", "problem", fault.partition("\n")[0], "Mend or remove the pack.")


CHECKS: tuple[Check, ...] = (
    _python,
    _packages,
    _settings,
    _folder,
    _clock,
    _databases,
    _files,
    _leftovers,
    _models,
    _listening,
    _worker,
)


def _query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a database that is not written to, also in a read-only folder; within bounds of time."""
    deadline = time.monotonic() + PATIENCE
    for options in ("mode=ro", "mode=ro&immutable=1"):
        with closing(
            sqlite3.connect(f"file:{quote(str(path))}?{options}", uri=True, timeout=1)
        ) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > deadline, 100_000)
            try:
                return connection.execute(sql).fetchall()
            except sqlite3.OperationalError as error:
                if "unable to open" not in str(error) or "immutable" in options:
                    raise
    return []


def _store_bytes(data: Path) -> int:
    with suppress(sqlite3.Error, IndexError, TypeError, ValueError):
        return int(_query(data / "store" / "memo.sqlite", "SELECT bytes FROM total")[0][0])
    return 0


def _has_tokens(data: Path) -> bool:
    path = data / "people.sqlite"
    with suppress(sqlite3.Error):
        return path.is_file() and bool(_query(path, "SELECT 1 FROM token WHERE revoked IS NULL LIMIT 1"))
    return path.is_file()


def _server_version(settings: ServerSettings) -> str | None:
    """The version of the server that answers there, or None where it is another program."""
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    base = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{base}/openapi.json", timeout=PATIENCE) as answer:
            info = json.loads(answer.read(16 << 20))["info"]
            return str(info["version"]) if "Latent Graph" in info["title"] else None
    except (OSError, ValueError, KeyError, TypeError, urllib.error.URLError):
        return None


def _tested_versions() -> dict[str, str]:
    """What constraints.txt says, where this is a checkout."""
    path = Path(__file__).parents[2] / "constraints.txt"
    with suppress(OSError):
        lines = (line.partition("==") for line in path.read_text().splitlines() if "==" in line)
        return {_plain(name): version for name, _, version in lines}
    return {}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _plain_version(version: str) -> str:
    return version.partition("+")[0]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(one) for one in re.findall(r"\d+", version.partition("+")[0])[:4])


def _size(size: int) -> str:
    return f"{size / (1 << 30):.1f} GiB" if size >= 1 << 30 else f"{size / (1 << 20):.1f} MiB"
