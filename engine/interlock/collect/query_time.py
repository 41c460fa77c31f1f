"""Runs SQL for as long as a source may take; a statement that does not heed its interruption is left behind."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Thread
from typing import Any

from ..process import OutOfTime

__all__ = ["QueryTime"]

_GRACE = 1.0
"""Seconds that an interrupted statement may take to end. DuckDB looks for an interruption between two chunks of rows,
so one value that takes long, such as `list_sum(range(1000000000))`, is not stopped."""


@dataclass(slots=True)
class QueryTime:
    """The seconds that are left; `lost` says that a statement still runs, so its connection must not be closed."""

    seconds: float
    lost: bool = False

    def run(
        self, connection: Any, sql: str, given: Mapping[str, object] | Sequence[object] | None = None
    ) -> tuple[list[Any], list[Any]]:
        """Return the rows and the description of a statement. Raises OutOfTime, or what DuckDB raises."""
        found: list[tuple[list[Any], list[Any]]] = []
        raised: list[Exception] = []

        def work() -> None:
            try:
                result = connection.execute(sql, given) if given else connection.execute(sql)
                found.append((result.fetchall(), list(result.description or [])))
            except Exception as problem:
                raised.append(problem)

        if self.seconds <= 0:
            raise OutOfTime
        began = time.monotonic()
        thread = Thread(target=work, daemon=True)  # or the end of the process would wait for it
        thread.start()
        thread.join(self.seconds)
        if thread.is_alive():
            self.seconds = 0
            connection.interrupt()
            thread.join(_GRACE)
            self.lost = thread.is_alive()
            raise OutOfTime
        self.seconds -= time.monotonic() - began
        if raised:
            raise raised[0]
        return found[0]
