"""Values inside structure: of the right class, held as long as somebody needs them, and no longer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import odd_pack
import pytest
import toy_pack

from graph_engine import Catalogue, Engine, Settings, Workflow

CATALOGUE = Catalogue([toy_pack.pack, odd_pack.pack])


@pytest.fixture
def wf() -> Workflow:
    return Workflow("values", catalogue=CATALOGUE)


@pytest.fixture
def forgetful(tmp_path: Path) -> Iterator[Engine]:
    """An engine that keeps no value that is not small."""
    odd_pack.broken.clear()
    odd_pack.calls.clear()
    settings = Settings(data=tmp_path, memory_budget=0, disk_budget=0)
    with Engine(settings=settings, catalogue=CATALOGUE) as engine:
        yield engine


def test_literals_that_pass_through_a_fold_are_of_the_class_that_its_port_wants(
    forgetful: Engine, wf: Workflow
) -> None:
    for kind in ("mode", "quality", "word"):
        with wf.define(kind) as body:
            body.output("choice", body.add(f"odd/{kind}", choice=body.port("choice")))
        fold = wf.add("flow/fold", body=kind, carry=["choice"], times=0, choice="plain")
        wf.output(kind, wf.add("toy/same", thing=fold.choice))
    outputs = dict(forgetful.run(wf.document()).raise_for_status().outputs)
    assert outputs == {"mode": odd_pack.Mode.PLAIN, "quality": odd_pack.Quality.PLAIN, "word": "plain"}


def test_values_that_nobody_needs_are_not_held(
    forgetful: Engine, wf: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    with wf.define("step") as body:
        grown = body.add("odd/grow", blob=body.port("blob"))
        body.output("blob", grown)
        body.output("unused", body.add("odd/stamp", blob=grown))
        body.output("size", body.add("toy/measure", blob=grown))
    blob = wf.add("toy/make_blob", size=9000)
    fold = wf.add("flow/fold", body="step", carry=["blob"], times=40, blob=blob)
    wf.output("sizes", fold["size"])
    alive, most = [0], [0]

    class Counted(toy_pack.Blob):
        def __init__(self, data: bytearray) -> None:
            super().__init__(data)
            alive[0] += 1
            most[0] = max(most[0], alive[0])

        def __del__(self) -> None:
            alive[0] -= 1

    monkeypatch.setattr(odd_pack, "Blob", Counted)
    result = forgetful.run(wf.document()).raise_for_status()
    assert result.outputs["sizes"] == list(range(9001, 9041))
    assert most[0] < 10


def test_a_fold_that_may_stop_computes_each_step_once_also_where_nothing_can_be_kept(
    forgetful: Engine, wf: Workflow
) -> None:
    with wf.define("step") as body:
        grown = body.add("odd/grow", blob=body.port("blob"))
        body.output("blob", grown)
        body.output("stop", body.add("toy/at_least", a=body.add("toy/measure", blob=grown), limit=9020))
    blob = wf.add("toy/make_blob", size=9000)
    fold = wf.add("flow/fold", body="step", carry=["blob"], times=100, until="stop", blob=blob)
    wf.output("size", wf.add("toy/measure", blob=fold.blob))
    assert forgetful.run(wf.document()).raise_for_status().outputs["size"] == 9020
    assert odd_pack.calls["grow"] == 20
