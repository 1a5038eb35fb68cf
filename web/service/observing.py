"""Observing: the facts of all jobs, counted; and a line of the log for what is about a job as a whole."""

from __future__ import annotations

import asyncio
import logging

from web.service.facts import STATUS, Fact
from web.service.hub import Hub
from web.service.metrics import Metrics
from web.service.reader import Reader

log = logging.getLogger("web.jobs")

PATIENCE = 60.0
GATHER_SECONDS = 0.05  # so that facts are taken together, and clients are told first
SHOWN = ("status", "worker", "attempt", "seconds", "reason")


async def observe(hub: Hub, metrics: Metrics) -> None:
    """Follow the journal until the hub ends."""
    async with Reader(hub, lambda _: True, progress_seconds=None) as reader:
        while (batch := await reader.take(PATIENCE)) is not None:
            for fact in batch.facts:
                metrics.take(fact)
                _log(fact)
            await asyncio.sleep(GATHER_SECONDS)


def _log(fact: Fact) -> None:
    """Only names and figures: what an error says may quote the document."""
    fields = {"job": fact.job, "owner": fact.owner}
    if fact.kind == STATUS:
        given = {name: value for name, value in fact.data.items() if name in SHOWN}
        log.info("job", extra={"fields": fields | given})
    elif fact.kind == "node_failed":
        given = {name: value for name, value in fact.data.items() if name in ("node", "node_type")}
        log.warning("A node failed.", extra={"fields": fields | given})
    elif fact.kind == "worker_ended":
        log.warning(
            "A worker ended under a job.", extra={"fields": fields | {"worker": fact.data.get("worker")}}
        )
