"""Make or update the environment of a checkout: the slow path of scripts/setup, standard library only."""

import argparse
import fcntl
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
KINDS = ("run", "dev")
LOG_LINES_SHOWN = 15


class SetupFailed(Exception):
    """The environment could not be made; the message is for the person at the shell."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment at `venv` for the checkout at `root`; its lock and log lie beside it."""

    root: Path
    venv: Path

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def lock(self) -> Path:
        return self.venv.with_name(self.venv.name + ".lock")

    @property
    def log(self) -> Path:
        return self.venv.with_name(self.venv.name + ".log")

    @property
    def building(self) -> Path:
        """There while an installation is under way, so also after one that was cut off."""
        return self.venv / "latentgraph.building"

    def stamp(self, kind: str) -> Path:
        return self.venv / f"latentgraph-{kind}.stamp"

    def is_made(self, kind: str, stamp: str) -> bool:
        """Whether a complete environment of this kind was made from the files that `stamp` stands for."""
        file = self.stamp(kind)
        return file.is_file() and file.read_text().strip() == stamp and not self.building.exists()

    def is_usable(self) -> bool:
        """Whether an update can build on what is there: finished, made for this checkout, able to start."""
        stamps = [self.stamp(kind).read_text().strip() for kind in KINDS if self.stamp(kind).is_file()]
        if not stamps or self.building.exists():
            return False
        if not all(stamp.endswith(f" {self.root}") for stamp in stamps):
            return False
        probe = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
        try:
            subprocess.run([self.python, "-c", probe], capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return False
        return True

    def clear(self) -> None:
        """Leave an empty folder marked as being built.

        Refuses one with contents that this did not make, and a link: what it leads to may be another's.
        """
        if self.venv.is_symlink():
            raise SetupFailed(
                f"{self.venv} is a symbolic link to {os.readlink(self.venv)}, which is left as it is. "
                "Delete the link, or set LATENTGRAPH_VENV to a folder that may be made."
            )
        ours = [self.building, *(self.stamp(kind) for kind in KINDS)]
        if self.venv.exists() and any(self.venv.iterdir()) and not any(file.exists() for file in ours):
            raise SetupFailed(
                f"{self.venv} was not made by this program, so it is left as it is. "
                "Delete it, or set LATENTGRAPH_VENV to a folder that may be made."
            )
        self.venv.mkdir(parents=True, exist_ok=True)
        self.building.touch()
        for child in self.venv.iterdir():
            if child.is_dir() and not child.is_symlink():
                shutil.rmtree(child)
            elif child != self.building:
                child.unlink()


def torch_index(environ: Mapping[str, str], system: str, has_nvidia_driver: bool) -> str | None:
    """The package index that torch alone comes from, or None for pip's own.

    On Linux the default index brings gigabytes of CUDA libraries, useless without an NVIDIA driver.
    """
    if chosen := environ.get("LATENTGRAPH_TORCH_INDEX"):
        return chosen
    return CPU_INDEX if system == "Linux" and not has_nvidia_driver else None


def has_nvidia_driver() -> bool:
    """Whether an NVIDIA driver is loaded, on bare Linux or inside WSL."""
    places = ("/proc/driver/nvidia/version", "/dev/nvidiactl", "/usr/lib/wsl/lib/libcuda.so.1")
    return any(Path(place).exists() for place in places) or shutil.which("nvidia-smi") is not None


def pinned(constraints: Path, name: str) -> str:
    """The line `name==version` of a constraints file."""
    found = re.search(rf"^{re.escape(name)}==\S+", constraints.read_text(), re.MULTILINE)
    if found is None:
        raise SetupFailed(f"{constraints} does not pin {name}: the checkout is damaged, get a fresh one.")
    return found.group()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`; the system lets go of it even when this process is killed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start is installing Latent Graph; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def make(environment: Environment, kind: str, stamp: str) -> None:
    """Bring the environment to the state `stamp` names, from nothing where the old one cannot be used."""
    say(f"Installing Latent Graph into {environment.venv} (takes minutes, once). Log: {environment.log}")
    with environment.log.open("w") as log:
        if not environment.is_usable():
            environment.clear()
            call([sys.executable, "-m", "venv", environment.venv], log)
        environment.building.touch()
        install(environment, kind, log)
    # What developing needs includes what running needs.
    for finished in {"run", kind}:
        environment.stamp(finished).write_text(stamp + "\n")
    environment.building.unlink()


def install(environment: Environment, kind: str, log: TextIO) -> None:
    """Install torch from its own index where that is wanted, then the project and all else, as pinned."""
    constraints = environment.root / "constraints.txt"
    pip = [str(environment.python), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
    index = torch_index(os.environ, platform.system(), has_nvidia_driver())
    if index is not None:
        quick = ["--retries", "0", "--timeout", "15"]
        try:
            call([*pip, *quick, "--no-deps", "--index-url", index, pinned(constraints, "torch")], log)
        except subprocess.CalledProcessError:
            if "LATENTGRAPH_TORCH_INDEX" in os.environ:
                raise
            log.write(f"{index} did not serve torch; taking it from the default index.\n")
    environ = {**os.environ, "LATENTGRAPH_CLIENT_LATER": "1"}  # scripts/setup builds it, after this
    extra = "" if kind == "run" else f"[{kind}]"
    call([*pip, "--constraint", constraints, "--editable", f"{environment.root}{extra}"], log, environ)


def call(command: Sequence[str | Path], log: TextIO, environ: Mapping[str, str] | None = None) -> None:
    """Run a command with its output in the log; a failure raises CalledProcessError."""
    log.write(f"$ {' '.join(map(str, command))}\n")
    log.flush()
    subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, check=True, env=environ
    )


def failure_report(environment: Environment) -> str:
    """What a person needs after a failed installation: the end of the log and the way out."""
    lines = environment.log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
    return "\n".join(
        [
            f"latentgraph: the installation failed. The end of {environment.log}:",
            *(f"    {line}" for line in lines),
            "Check the network connection and the free disk space, then run the same command again: "
            "downloads are kept, and the environment is made anew.",
        ]
    )


def main() -> int:
    """Make the environment under its lock; returns an exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="the checkout")
    parser.add_argument("--venv", type=Path, required=True, help="where the environment lies or will lie")
    parser.add_argument("--kind", choices=KINDS, required=True, help="what it is for")
    parser.add_argument("--stamp", required=True, help="one line that names the state of the checkout")
    arguments = parser.parse_args()
    environment = Environment(arguments.root, arguments.venv)
    try:
        with locked(environment.lock):
            # Whoever held the lock before may have made it; the caller looked before waiting.
            if not environment.is_made(arguments.kind, arguments.stamp):
                make(environment, arguments.kind, arguments.stamp)
    except subprocess.CalledProcessError:
        say(failure_report(environment))
        return 1
    except (SetupFailed, OSError) as problem:
        say(f"latentgraph: {problem}")
        return 1
    except KeyboardInterrupt:
        say("latentgraph: stopped; the same command starts the installation again.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
