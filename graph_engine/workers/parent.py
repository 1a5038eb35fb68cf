"""Ending with the parent: no worker goes on when the process that started it is gone."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_parent() -> None:
    """Let the system kill this process when its parent ends (Linux), even when Python is stuck.

    Elsewhere, and as well: the connection to the parent ends, and its reader calls `end_at_once`.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def end_at_once() -> NoReturn:
    """End this process and those that it forked, wherever they are."""
    with suppress(OSError):
        if os.getpgrp() == os.getpid():  # a group of its own; else it would end others
            os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)
