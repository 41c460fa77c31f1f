"""A bound on the work that something takes: seconds of this process, which a busy machine does not lengthen."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["at_most"]


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail if the block takes more seconds of processor time; choose the bound many times what it takes."""
    begun = time.process_time()
    yield
    assert time.process_time() - begun < seconds
