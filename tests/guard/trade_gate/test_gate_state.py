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


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.clock.now", lambda: instant("2026-03-30T12:00:00Z"))


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
        TEXT.replace('["2026-03-30T06:00:00.5Z"]', "{}"),
        # what `to_json` never writes
        TEXT.replace('"interlock": 1', '"interlock": 1.0'),
        TEXT.replace('"interlock": 1', '"interlock": true'),
        TEXT.replace('{"allowed"', '{"allowed": {}, "allowed"'),
        TEXT.replace('"allowed": {', '"allowed": {"BTC-USD": [], '),
        TEXT.replace('"trades"', '"trades": {}, "trades"'),
        TEXT.replace(', "interlock": 1', "").replace('{"allowed"', '{"interlock": 1, "allowed"'),
        TEXT.replace('"-1.50"', '"-15e-1"'),
        TEXT.replace('"-1.50"', f'"-1.{"5" * 34}"'),
        TEXT.replace('"-1.50"', '" -1.50"'),
        TEXT.replace('"-1.50"', '"-1_0.50"'),
        TEXT.replace('"2"]', '"2", "3"]'),
        TEXT.replace("06:00:00.5Z", "06:00:00.50Z"),
        TEXT.replace("06:00:00.5Z", "06:00:00.5z"),
        TEXT.replace("06:00:00.5Z", "08:00:00.5+02:00"),
        TEXT.replace('"2026-03-28T00:00:00Z"', '"2026-03-28"'),
        TEXT.replace(": ", ":"),
        TEXT.replace("BTC-USD", "BTC\\u002dUSD"),
        # another order, and instants before the state began
        TEXT.replace("2026-03-29T00:00:00Z", "2026-03-30T00:00:01Z"),
        TEXT.replace('["2026-03-30T06:00:00.5Z"]', '["2026-03-30T06:00:00Z", "2026-03-29T06:00:00Z"]'),
        TEXT.replace("2026-03-29T00:00:00Z", "2026-03-27T23:59:59Z"),
        TEXT.replace("2026-03-28T00:00:00Z", "2026-03-29T00:00:01Z"),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "state.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        GateState.read(file)
    assert str(caught.value) == f"{file.as_posix()}: {HINT}"


@pytest.mark.parametrize("place", ["2026-03-30T06:00:00.5Z", "2026-03-28T00:00:00Z", "2026-03-30T00:00:00Z"])
def test_a_state_of_the_future_is_refused(place: str) -> None:
    state = GateState.begun("2026-03-30T12:00:02Z")
    assert GateState.from_json(state.to_json()) == state
    text = TEXT.replace(place, "2026-03-30T12:00:03Z")
    if place.endswith("28T00:00:00Z"):
        text = GateState.begun("2026-03-30T12:00:03Z").to_json()
    with pytest.raises(UsageError) as caught:
        GateState.from_json(text, "state.json")
    late = "2026-03-30T12:00:03Z, which the clock has not reached: check both clocks"
    assert str(caught.value) == f"state.json: a gate's state of {late}"


@pytest.mark.parametrize("data", [b"\xff", TEXT.encode("utf-16"), b"\xef\xbb\xbf" + TEXT.encode()])
def test_bytes_are_utf_8_without_a_mark(data: bytes) -> None:
    assert GateState.from_json(f" {TEXT}\r\n".encode()) == filled()
    with pytest.raises(UsageError) as caught:
        GateState.from_json(data)
    assert str(caught.value) == f"gate state: {HINT}"


def test_a_decision_that_is_added_late_takes_its_place() -> None:
    state = filled()
    state.allow("BTC-USD", instant("2026-03-29"))
    assert state.allowed["BTC-USD"] == [instant("2026-03-29"), instant("2026-03-30T06:00:00.5Z")]
    assert GateState.from_json(state.to_json()) == state


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
    nines, more = (Decimal(f"0.74{'9' * digits}") for digits in (32, 33))
    assert [exact(nines), exact(more), exact(10**40)] == [nines, None, Decimal(10**40)]
    for wrong in (datetime(2026, 3, 30), "06:00", -1, 1e300, float("nan")):
        with pytest.raises(UsageError):
            instant(wrong)
