"""What a node does to its process stays with the node."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from graph_engine.errors import NodeExited
from graph_engine.execution.contained import contained

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("status", [0, 3, None, "a reason"])
def test_leaving_the_program_is_an_error_of_the_node(status: object) -> None:
    with pytest.raises(NodeExited, match=r"it called sys\.exit\("), contained():
        sys.exit(status)


def test_other_errors_and_results_pass() -> None:
    with pytest.raises(KeyError, match="mine"), contained():
        raise KeyError("mine")
    with contained():
        value = 1
    assert value == 1


CODE = """
import os, sys
from graph_engine.execution.contained import contained
try:
    with contained():
        child = os.fork()
        if child == 0:
            {act}
finally:
    print("came out", flush=True)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.parametrize(
    ("act", "status"),
    [("pass", 0), ("raise ValueError('in the child')", 1), ("sys.exit(7)", 7), ("sys.exit('why')", 1)],
)
def test_a_forked_process_never_comes_out_of_a_node(act: str, status: int) -> None:
    code = CODE.format(act=act)
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == ["came out", str(status)]
    assert ("in the child" in ran.stderr) == ("ValueError" in act)
