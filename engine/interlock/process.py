"""Runs a program without a shell, within limits of time and output."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

__all__ = ["FinishedProgram", "OutOfTime", "run_program"]

_ENDING = 5.0
"""Seconds that a program may take to end after it was killed."""

_LAST_OUTPUT = 0.2
"""Seconds that programs left behind by one that has ended may hold its output open."""


class OutOfTime(Exception):
    """A program, or a statement of SQL, took longer than its time limit and was ended."""


@dataclass(frozen=True, slots=True)
class FinishedProgram:
    """How a program ended: its exit status, negative for a signal, and its output, None where it was too much.

    `held` says that a program which it left behind held the output open and was ended: nothing says that it is whole.
    """

    status: int
    output: bytes | None
    held: bool = False


def run_program(
    words: Sequence[str],
    *,
    seconds: float,
    folder: Path | None = None,
    given: bytes = b"",
    output_limit: int = 0,
) -> FinishedProgram:
    """Run a program to its end in its own process group, with `given` on its standard input.

    `words` are its path and its arguments. Output beyond `output_limit` bytes is read and dropped; with a limit of 0
    none is kept, and errors never are. What takes longer than `seconds`, or holds the output open after the program's
    end, is killed with its group. Raises OutOfTime, and OSError or ValueError where the program cannot be started.
    """
    process = subprocess.Popen(  # noqa: S603  no shell; the caller answers for the words
        words,
        cwd=folder,
        stdin=subprocess.PIPE if given else subprocess.DEVNULL,
        stdout=subprocess.PIPE if output_limit else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    kept = bytearray()
    output, process.stdout = process.stdout, None  # read by the thread, not by `communicate`
    reader = threading.Thread(target=_drain, args=(output, kept, output_limit), daemon=True)
    reader.start()
    try:
        process.communicate(given or None, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise OutOfTime from None
    finally:
        held = _end(process, reader)
    return FinishedProgram(process.returncode, bytes(kept) if len(kept) <= output_limit else None, held)


def _drain(stream: IO[bytes] | None, kept: bytearray, limit: int) -> None:
    """Read to the end, so the program never waits for a reader, and keep one byte more than may be used."""
    if stream is None:
        return
    with stream, contextlib.suppress(OSError, ValueError):
        while data := stream.read1(1 << 16):  # type: ignore[attr-defined]
            kept += data[: limit + 1 - len(kept)]


def _end(process: subprocess.Popen[bytes], reader: threading.Thread) -> bool:
    """End the program, and what it left behind with its output open; tell whether anything held that."""
    if process.poll() is not None:
        reader.join(_LAST_OUTPUT)
    held = reader.is_alive()
    if process.poll() is None or held:
        with contextlib.suppress(OSError):
            _kill(process)
    reader.join(_ENDING)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_ENDING)
    if process.stdin is not None:
        process.stdin.close()
    return held


def _kill(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
