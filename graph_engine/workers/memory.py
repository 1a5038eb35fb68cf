"""How much memory this process has."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

MEMORY_SECONDS = 5.0  # between two reports


def resident_bytes() -> int:
    """Bytes of this process in memory now; where the system does not say, the most there were."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
