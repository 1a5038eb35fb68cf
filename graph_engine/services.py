"""Services: objects that live as long as the engine and are shared by all nodes (a model pool, a client)."""

from __future__ import annotations

import threading
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Services:
    """One instance of each class that was asked for, made by `cls()` on first use."""

    def __init__(self) -> None:
        self._instances: dict[type, Any] = {}
        self._lock = threading.RLock()

    def get(self, cls: type[T]) -> T:
        """The engine's one instance of `cls`."""
        with self._lock:
            if cls not in self._instances:
                self._instances[cls] = cls()
            return cast(T, self._instances[cls])

    def reports(self) -> dict[str, dict[str, Any]]:
        """What every service with a `report` method says of itself, as plain JSON, by its class's name."""
        with self._lock:
            instances = list(self._instances.values())
        found = {type(one).__name__: getattr(one, "report", None) for one in instances}
        return {name: report() for name, report in found.items() if callable(report)}

    def close(self) -> None:
        """Close, newest first, every service that has a `close` method."""
        with self._lock:
            while self._instances:
                _, service = self._instances.popitem()
                close = getattr(service, "close", None)
                if callable(close):
                    close()
