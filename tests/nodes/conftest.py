"""An engine over the built-in nodes, with a tiny random model in the place of the embedded one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

RESOURCES = Path(__file__).parent.parent / "resources"
sys.path.insert(0, str(RESOURCES))

import tiny_bundle  # noqa: E402

from graph_engine import Catalogue, Engine  # noqa: E402
from latent_diffusion import bundle  # noqa: E402
from nodes import pack  # noqa: E402

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny bundle `emoji-scenes`."""
    folder = tmp_path_factory.mktemp("bundles")
    tiny_bundle.write_tiny_bundle(folder)
    return folder


@pytest.fixture(autouse=True)
def _embedded(bundles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "EMBEDDED", bundles)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue([pack])


@pytest.fixture
def engine(tmp_path: Path, catalogue: Catalogue) -> Iterator[Engine]:
    """An engine with a data folder of its own; documents read files from the examples and from `files`."""
    files = tmp_path / "files"
    files.mkdir(exist_ok=True)
    roots = [EXAMPLES, files]
    with Engine(
        tmp_path / "data", catalogue=catalogue, input_roots=roots, device="cpu", debug=True
    ) as engine:
        yield engine
