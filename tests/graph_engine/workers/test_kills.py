"""`kill -9` of workers and their parent at random moments; benchmarks/kill_workers.py does it 200 times."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from tests.graph_engine.workers.conftest import ROOT


def test_no_kill_loses_a_job_ends_it_twice_or_computes_a_finished_node_again(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("kill_workers", ROOT / "benchmarks" / "kill_workers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["kill_workers"] = module  # where its dataclasses look for their annotations
    spec.loader.exec_module(module)
    found = module.kill_and_verify(6, 3, tmp_path)
    assert found.wrong == []
    assert found.kills.total() == 6
    assert found.statuses.total() > 0
