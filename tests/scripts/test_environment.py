"""Making the environment: where torch comes from, what is cleared or rebuilt, and how a failure reads."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.environment import (
    CPU_INDEX,
    LOG_LINES_SHOWN,
    Environment,
    SetupFailed,
    failure_report,
    locked,
    pinned,
    torch_index,
)

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(root=tmp_path / "checkout", venv=tmp_path / "checkout" / ".venv")


def finish(environment: Environment, stamp: str) -> None:
    environment.stamp("run").write_text(stamp + "\n")
    environment.building.unlink()


def test_linux_without_a_driver_takes_torch_from_the_cpu_index() -> None:
    assert torch_index({}, "Linux", has_nvidia_driver=False) == CPU_INDEX


@pytest.mark.parametrize(("system", "driver"), [("Linux", True), ("Darwin", False), ("Windows", True)])
def test_elsewhere_torch_comes_from_the_default_index(system: str, driver: bool) -> None:
    assert torch_index({}, system, driver) is None


@given(system=st.sampled_from(["Linux", "Darwin", "Windows"]), driver=st.booleans())
def test_the_index_that_a_person_names_always_wins(system: str, driver: bool) -> None:
    environ = {"LATENTGRAPH_TORCH_INDEX": "https://torch.example/simple"}
    assert torch_index(environ, system, driver) == "https://torch.example/simple"


def test_the_constraints_pin_torch_exactly_and_without_a_local_part() -> None:
    line = pinned(CHECKOUT / "constraints.txt", "torch")
    assert line.startswith("torch==")
    assert "+" not in line


def test_a_missing_pin_says_which_file_is_damaged(tmp_path: Path) -> None:
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("torchsde==1.0\n")
    with pytest.raises(SetupFailed, match=r"constraints\.txt does not pin torch"):
        pinned(constraints, "torch")


def test_a_folder_of_someone_else_is_left_as_it_is(environment: Environment) -> None:
    keepsake = environment.venv / "keepsake.txt"
    keepsake.parent.mkdir(parents=True)
    keepsake.write_text("mine")
    with pytest.raises(SetupFailed, match="was not made by this program"):
        environment.clear()
    assert keepsake.read_text() == "mine"


@pytest.mark.parametrize("there", [True, False], ids=["another's environment", "nothing"])
def test_a_link_is_not_followed_whatever_it_leads_to(environment: Environment, there: bool) -> None:
    other = Environment(environment.root, environment.root.parent / "other" / ".venv")
    if there:
        other.clear()
        finish(other, f"1 2 {other.root}")
    environment.venv.parent.mkdir(parents=True)
    environment.venv.symlink_to(other.venv)
    with pytest.raises(SetupFailed, match=r"is a symbolic link to .*other.* Delete the link"):
        environment.clear()
    assert environment.venv.is_symlink()
    assert other.stamp("run").is_file() == there
    assert other.venv.exists() == there


def test_links_inside_an_environment_are_removed_and_not_followed(environment: Environment) -> None:
    keepsake = environment.root.parent / "lib" / "keepsake.txt"
    keepsake.parent.mkdir()
    keepsake.write_text("mine")
    environment.clear()
    (environment.venv / "lib").symlink_to(keepsake.parent)
    environment.clear()
    assert keepsake.read_text() == "mine"
    assert list(environment.venv.iterdir()) == [environment.building]


def test_a_half_made_environment_is_cleared_and_stays_marked(environment: Environment) -> None:
    environment.clear()
    (environment.venv / "lib").mkdir()
    (environment.venv / "pyvenv.cfg").touch()
    environment.clear()
    assert list(environment.venv.iterdir()) == [environment.building]


def test_an_interrupted_installation_does_not_count_as_made(environment: Environment) -> None:
    stamp = f"1 2 {environment.root}"
    environment.clear()
    finish(environment, stamp)
    assert environment.is_made("run", stamp)
    environment.building.touch()
    assert not environment.is_made("run", stamp)


def test_another_state_of_the_checkout_or_another_kind_is_not_made(environment: Environment) -> None:
    environment.clear()
    finish(environment, f"1 2 {environment.root}")
    assert not environment.is_made("run", f"3 4 {environment.root}")
    assert not environment.is_made("dev", f"1 2 {environment.root}")


def test_an_update_builds_on_a_working_environment_of_this_checkout_only(environment: Environment) -> None:
    environment.clear()
    environment.python.parent.mkdir()
    environment.python.symlink_to(sys.executable)
    finish(environment, f"1 2 {environment.root}")
    assert environment.is_usable()
    finished_elsewhere = f"1 2 {environment.root}-before-it-was-moved"
    environment.stamp("run").write_text(finished_elsewhere + "\n")
    assert not environment.is_usable()


def test_an_environment_whose_python_is_gone_is_not_usable(environment: Environment) -> None:
    environment.clear()
    environment.python.parent.mkdir()
    environment.python.symlink_to(environment.root / "removed" / "python3")
    finish(environment, f"1 2 {environment.root}")
    assert not environment.is_usable()


def test_the_lock_admits_one_at_a_time(tmp_path: Path) -> None:
    lock = tmp_path / "deeper" / ".venv.lock"
    attempt = (
        "import fcntl, sys\n"
        "try: fcntl.flock(open(sys.argv[1]), fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        "except BlockingIOError: print('held')\n"
        "else: print('free')\n"
    )

    def probe() -> str:
        return subprocess.run(
            [sys.executable, "-c", attempt, lock], capture_output=True, text=True, check=True
        ).stdout.strip()

    with locked(lock):
        assert probe() == "held"
    assert probe() == "free"


def test_a_failure_shows_the_end_of_the_log_and_the_way_out(environment: Environment) -> None:
    environment.venv.mkdir(parents=True)
    environment.log.write_text("\n".join(f"line {number}" for number in range(100)))
    report = failure_report(environment)
    assert str(environment.log) in report
    assert "line 99" in report
    assert f"line {99 - LOG_LINES_SHOWN}" not in report
    assert "run the same command again" in report
