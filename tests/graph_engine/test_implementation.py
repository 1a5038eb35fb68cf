"""The digest of a node's code."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graph_engine.declaration.implementation import implementation_digest


def function_from(text: str, folder: Path, name: str) -> Callable[..., Any]:
    path = folder / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.f  # type: ignore[no-any-return]


BASE = "def f(a: int, b: int = 1) -> int:\n    'help'\n    return a + b\n"


def test_comments_docstrings_layout_and_annotations_do_not_count(tmp_path: Path) -> None:
    same = """def f(a: float,
          b: float = 1) -> float:
        # why
        'other help'

        return (a + b)
    """
    first = implementation_digest(function_from(BASE, tmp_path, "one"))
    assert first == implementation_digest(function_from(same, tmp_path, "two"))


def test_code_and_defaults_count(tmp_path: Path) -> None:
    changes = [("", ""), ("a + b", "a - b"), ("= 1", "= 2"), ("'help'\n", "a += 1\n")]
    digests = {
        implementation_digest(function_from(BASE.replace(*change), tmp_path, f"module{index}"))
        for index, change in enumerate(changes)
    }
    assert len(digests) == 4


def test_a_function_without_source_has_a_digest_of_its_code() -> None:
    spaces: list[dict[str, Any]] = [{}, {}, {}]
    exec("def f(a): return a + 1", spaces[0])
    exec("def f(a): return a + 1", spaces[1])
    exec("def f(a): return a + 2", spaces[2])
    first, again, other = (implementation_digest(space["f"]) for space in spaces)
    assert first == again != other
