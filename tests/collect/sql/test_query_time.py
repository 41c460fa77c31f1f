"""The time of a source's SQL: what takes longer is broken off, or left behind."""

from __future__ import annotations

import threading
from typing import Any

import duckdb
import pytest

from interlock.collect.sql.query_time import QueryTime
from interlock.process import OutOfTime


class Stubborn:
    """A connection whose statement does not heed its interruption until it is released."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.interrupted = False

    def execute(self, sql: str, given: object = None) -> Any:
        self.released.wait(60)
        return duckdb.execute("SELECT 1")

    def interrupt(self) -> None:
        self.interrupted = True


def test_rows_and_errors() -> None:
    left = QueryTime(60)
    with duckdb.connect() as connection:
        assert left.run(connection, "SELECT ? AS a", [1])[0] == [(1,)]
        with pytest.raises(duckdb.Error):
            left.run(connection, "SELECT nothing")
    left.stop()


def test_an_endless_statement_ends_the_time_of_all_that_follow() -> None:
    left = QueryTime(0.05)
    with duckdb.connect(config={"threads": 1}) as connection:
        for _ in range(2):
            with pytest.raises(OutOfTime):
                left.run(connection, "SELECT count(*) FROM range(1000000000000)")
    assert not left.lost


def test_a_statement_that_heeds_no_interruption_is_left_behind() -> None:
    left, connection = QueryTime(0.05), Stubborn()
    with pytest.raises(OutOfTime):
        left.run(connection, "SELECT 1")
    assert (left.lost, connection.interrupted) == (True, True)
    connection.released.set()
