"""Runs a command at a terminal, as a person does."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

__all__ = ["on_a_terminal"]


def on_a_terminal(*words: str) -> str:
    """Return what `interlock WORDS` writes to a terminal on its stdout; its end must be a good one."""
    screen, stdout = os.openpty()
    with subprocess.Popen([sys.executable, "-m", "interlock", *words], stdout=stdout) as process:
        os.close(stdout)
        shown = bytearray()
        with contextlib.suppress(OSError):  # Linux tells the end of a terminal by an error
            while data := os.read(screen, 1 << 16):
                shown += data
    os.close(screen)
    assert process.returncode == 0
    return shown.decode("utf-8").replace("\r\n", "\n")
