"""Runs SQL for as long as a source may take; a statement that does not heed its interruption is left behind."""

from __future__ import annotations

import queue
from collections.abc import Mapping, Sequence
from threading import Thread, Timer
from typing import Any

from ...process import OutOfTime

__all__ = ["QueryTime"]

_GRACE = 1.0
"""Seconds that an interrupted statement may take to end. DuckDB looks for an interruption between two chunks of rows,
so one value that takes long, such as `list_sum(range(1000000000))`, is not stopped."""

Result = tuple[list[Any], list[Any]]


class QueryTime:
    """The time of one source, counted from its first statement.

    `lost` says that a statement still runs, so its connection must not be closed.
    """

    def __init__(self, seconds: float) -> None:
        self.lost = False
        self._over = False
        self._ended: queue.SimpleQueue[Result | Exception | None] = queue.SimpleQueue()
        self._timer = Timer(seconds, self._ended.put, [None])
        self._timer.daemon = True  # or the end of the process would wait for it

    def run(
        self, connection: Any, sql: str, given: Mapping[str, object] | Sequence[object] | None = None
    ) -> Result:
        """Return the rows and the description of a statement. Raises OutOfTime, or what DuckDB raises."""
        if self._over:
            raise OutOfTime
        if not self._timer.ident:
            self._timer.start()
        Thread(target=self._work, args=(connection, sql, given), daemon=True).start()
        found = self._ended.get()
        if found is None:
            self._over = True
            connection.interrupt()
            try:
                self._ended.get(timeout=_GRACE)
            except queue.Empty:
                self.lost = True
            raise OutOfTime
        if isinstance(found, Exception):
            raise found
        return found

    def stop(self) -> None:
        """Count no longer."""
        self._timer.cancel()

    def _work(self, connection: Any, sql: str, given: Mapping[str, object] | Sequence[object] | None) -> None:
        try:
            result = connection.execute(sql, given) if given else connection.execute(sql)
            self._ended.put((result.fetchall(), list(result.description or [])))
        except Exception as problem:
            self._ended.put(problem)
