"""What a node may do to the process that it runs in."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from graph_engine.errors import NodeExited


@contextmanager
def contained() -> Iterator[None]:
    """Make `sys.exit` an error of the node, and end a process that the node forked when it comes out of it.

    Such a process would go on as a second run of the same graph. Raises `NodeExited`.
    """
    process = os.getpid()
    try:
        yield
    except SystemExit as error:
        if os.getpid() != process:
            os._exit(error.code if isinstance(error.code, int) else int(error.code is not None))
        raise NodeExited(
            f"it called sys.exit({error.code!r}); a node ends by returning or by raising."
        ) from error
    except BaseException:
        if os.getpid() != process:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        raise
    finally:
        if os.getpid() != process:
            os._exit(0)
