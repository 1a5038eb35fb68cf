"""Previews, not larger than their readers want them: each made once for a size, whoever reads it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from graph_engine.errors import EngineError
from web.service.facts import Preview
from web.service.media_types import PICTURES
from web.service.pictures import Pictures

KEPT = 64  # the newest of a node in a size


class ScaledPreviews:
    """Lives on the event loop; `run` calls a function in a thread, where pictures are waited for."""

    def __init__(self, pictures: Pictures, run: Callable[..., Awaitable[bytes]]) -> None:
        self._pictures, self._run = pictures, run
        self._newest: OrderedDict[tuple[str, str, int], tuple[int, asyncio.Future[bytes]]] = OrderedDict()

    async def get(self, preview: Preview, size: int | None) -> bytes:
        """The preview, `size` pixels on the longer side at most; as it is if it can not be made smaller."""
        if size is None or preview.media_type not in PICTURES:
            return preview.data
        key = preview.job, preview.node, size
        known = self._newest.get(key)
        if known is not None and known[0] == preview.number:
            made = known[1]
        else:
            made = asyncio.ensure_future(
                self._run(self._pictures.scaled, preview.data, preview.media_type, size)
            )
            made.add_done_callback(_looked_at)
            if known is None or known[0] < preview.number:  # a late reader does not push out a newer one
                self._newest[key] = preview.number, made
                self._newest.move_to_end(key)
                if len(self._newest) > KEPT:
                    self._newest.popitem(last=False)
        try:
            return await asyncio.shield(made)  # of one reader that leaves, the others still wait
        except EngineError:
            return preview.data


def _looked_at(made: asyncio.Future[bytes]) -> None:
    """A failure is known, even where the one reader that waited has left."""
    if not made.cancelled():
        made.exception()
