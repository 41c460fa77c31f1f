"""The state of a trade gate: as text, as a file, and what it drops."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from interlock.errors import UsageError
from interlock.guard.trade_gate.gate_state import GateState, exact, instant

HINT = "not a gate's state: begin a new one with `GateState.begun`, which blocks until it has seen enough"
TEXT = (
    '{"allowed": {"BTC-USD": ["2026-03-30T06:00:00.5Z"]}, "began": "2026-03-28T00:00:00Z", "interlock": 1, '
    '"trades": {"BTC-USD": [["2026-03-29T00:00:00Z", "-1.50"], ["2026-03-30T00:00:00Z", "2"]]}}'
)


def filled() -> GateState:
    state = GateState.begun("2026-03-28")
    state.allow("BTC-USD", instant("2026-03-30T06:00:00.5Z"))
    state.close("BTC-USD", instant("2026-03-30"), Decimal(2))
    state.close("BTC-USD", instant("2026-03-29"), Decimal("-1.50"))
    return state


def test_it_is_text_and_comes_back_from_it(tmp_path: Path) -> None:
    assert filled().to_json() == TEXT
    assert GateState.from_json(TEXT) == filled()
    filled().write(tmp_path / "state.json")
    assert GateState.read(tmp_path / "state.json") == filled()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        TEXT.replace('"interlock": 1', '"interlock": 2'),
        TEXT.replace('"-1.50"', '"NaN"'),
        TEXT.replace('"-1.50"', "-1.5"),
        TEXT.replace("2026-03-28T00:00:00Z", "yesterday"),
        TEXT.replace('"allowed"', '"allow"'),
        TEXT.replace('["2026-03-30T06:00:00.5Z"]', "7"),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "state.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        GateState.read(file)
    assert str(caught.value) == f"{file.as_posix()}: {HINT}"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        GateState.read(tmp_path / "no.json")
    assert (
        str(caught.value) == f"cannot read `{(tmp_path / 'no.json').as_posix()}`: no such file or directory"
    )


def test_it_forgets_after_thirty_days_and_says_so() -> None:
    state = filled()
    state.allow("ETH-USD", instant("2026-04-29T03:00:00Z"))
    assert state.began == instant("2026-03-30T03:00:00Z")
    assert state.trades == {"BTC-USD": []}
    assert state.allowed == {
        "BTC-USD": [instant("2026-03-30T06:00:00.5Z")],
        "ETH-USD": [instant("2026-04-29T03:00:00Z")],
    }


def test_instants_and_numbers_are_exact() -> None:
    zoned = datetime(2026, 3, 30, 6, tzinfo=UTC)
    assert instant(zoned) == instant("2026-03-30T06:00:00Z") == instant(zoned.timestamp())
    assert exact(0.1) == Decimal("0.1")
    assert [exact(each) for each in (True, "1", None, float("inf"), Decimal("NaN"))] == [None] * 5
    for wrong in (datetime(2026, 3, 30), "06:00", -1, 1e300, float("nan")):
        with pytest.raises(UsageError):
            instant(wrong)
