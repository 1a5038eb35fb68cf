"""How uses of a node's earlier versions become uses of the present one; declared beside the node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Inputs: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Migration:
    """From one version of a node to the next.

    `inputs` and `outputs` rename, old name to new: links and the interface follow. `change` takes the inputs
    of a use, renamed already, as the document has them (literals, and links as `{"from": "node.output"}`),
    and returns the new ones; it may do with its argument as it likes.
    """

    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    change: Callable[[Inputs], Inputs] | None = None


Migrations: TypeAlias = Mapping[int, Migration]
Migrate: TypeAlias = (
    Callable[[Inputs], Inputs] | Migration | Mapping[int, Migration | Callable[[Inputs], Inputs]]
)


def migrations_of(migrate: Migrate | None, version: int) -> dict[int, Migration]:
    """The migrations by the version that each begins at; one alone begins at the version before the present.

    Raises ValueError for one that begins at no earlier version.
    """
    if migrate is None:
        return {}
    given = migrate if isinstance(migrate, Mapping) else {version - 1: migrate}
    found = {
        start: one if isinstance(one, Migration) else Migration(change=one) for start, one in given.items()
    }
    for start in found:
        if not 1 <= start < version:
            raise ValueError(f"a migration begins at version {start}, and the node is at version {version}")
    return dict(sorted(found.items()))
