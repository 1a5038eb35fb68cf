"""The law of execution: parallel, serial, cached and resumed runs of any document give equal results."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

import pytest
import toy_pack
from execution_law import check_every_way, engine_in
from random_documents import random_document

from graph_engine import Catalogue

DOCUMENTS = 60  # `benchmarks/random_documents.py` runs a thousand


@pytest.mark.parametrize("part", range(4))
def test_every_way_to_run_a_document_gives_the_same(part: int, tmp_path: Path) -> None:
    catalogue = Catalogue([toy_pack.pack])
    with engine_in(tmp_path / "shared", catalogue, 2) as shared:
        for seed in range(part * DOCUMENTS // 4, (part + 1) * DOCUMENTS // 4):
            rng = Random(seed)
            one = random_document(rng, catalogue)
            with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
                try:
                    check_every_way(one, Path(folder), shared, catalogue, rng)
                except AssertionError as error:
                    raise AssertionError(f"document of seed {seed}: {error}") from error
