"""A progress bar on stderr for work of over a second: at a terminal only, gone afterwards."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress"]

_DELAY = 1.0


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[], None]]:
    """Yield a function to call after each step; without `total` the bar shows only that work goes on."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    bar = _Bar(label, total)
    timer = threading.Timer(_DELAY, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield bar.advance
    finally:
        timer.cancel()
        bar.stop()


class _Bar:
    """A bar that may never be shown; the timer's thread starts it, the command's stops it."""

    def __init__(self, label: str, total: int | None) -> None:
        self.label, self.total = label, total
        self.lock = threading.Lock()
        self.steps, self.over = 0, False
        self.draw: Callable[[int], None] | None = None
        self.close: Callable[[], None] | None = None

    def start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        with self.lock:
            if self.over:
                return
            columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            drawn = Progress(*columns, console=Console(stderr=True), transient=True)
            task = drawn.add_task(self.label, total=self.total)
            drawn.start()
            self.draw = lambda steps: drawn.update(task, completed=steps)
            self.close = drawn.stop

    def advance(self) -> None:
        self.steps += 1
        if self.draw is not None:
            self.draw(self.steps)

    def stop(self) -> None:
        with self.lock:
            self.over = True
            if self.close is not None:
                self.close()
