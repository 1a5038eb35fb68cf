"""The formats of documents: what brings one of an earlier format to the present one, a step at a time.

A step that was released is never changed again. The pack's own versions are not its concern: see migrate.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from graph_engine.documents.document import FORMAT
from graph_engine.errors import EngineError

RawDocument: TypeAlias = dict[str, Any]


class FormatFailed(EngineError):
    """A document of an earlier format can not be brought to the present one: it is not of that format."""


@dataclass(frozen=True)
class FormatChange:
    """From one format to the next: `change` takes the document as plain JSON, may do with it as it likes, and
    returns it in the next format; `words` say what is done, for the person whose document it is.
    """

    words: str
    change: Callable[[RawDocument], RawDocument]


FORMATS: tuple[FormatChange, ...] = ()
"""From the oldest format that is read to the present one, in order; format 1 is the first there was."""


def at_present_format(
    raw: RawDocument,
    formats: Sequence[FormatChange] = FORMATS,
    tell: Callable[[str], object] | None = None,
) -> RawDocument:
    """The document in the present format: the same object if it is, or if no step leads on from its format.

    `tell` hears what each step does. Raises `FormatFailed`.
    """
    given = raw["latentgraph"]
    oldest = FORMAT - len(formats)
    if type(given) is not int or not oldest <= given < FORMAT:
        return raw
    raw = copy.deepcopy(raw)
    for number, step in enumerate(formats[given - oldest :], start=given):
        try:
            raw = step.change(raw)
            raw["latentgraph"] = number + 1
        except Exception as error:  # the document may hold anything where the step expects its format
            raise FormatFailed(
                f"It says that it has format {number}, and can not be brought to format {number + 1} "
                f"({type(error).__name__}: {error}). Open it with the version that wrote it, and save it."
            ) from error
        if tell is not None:
            tell(f"The document was brought from format {number} to format {number + 1}: {step.words}")
    return raw
