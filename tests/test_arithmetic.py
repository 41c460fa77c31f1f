"""The engine computes in its own decimal context, whatever the program that calls has set."""

from __future__ import annotations

import decimal
import inspect
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Context, Decimal, getcontext, localcontext
from pathlib import Path

import pytest

import interlock
from interlock.arithmetic import own_context, own_contexts
from interlock.cli.main import run
from interlock.ledger.recorder import Recorder
from interlock.ledger.state.state import fold
from interlock.rollout.engine import RolloutEngine
from support import grain, roots
from support.beginnings import recording_in

HOSTILE = {
    "1 digit": Context(prec=1),
    "6 digits": Context(prec=6),
    "9 digits": Context(prec=9),
    "rounds up": Context(prec=12, rounding=decimal.ROUND_UP),
    "rounds down": Context(prec=12, rounding=decimal.ROUND_FLOOR),
    "small exponents": Context(prec=28, Emin=-3, Emax=3),
    "traps all": Context(prec=28, traps=list(getcontext().flags)),
    "traps none": Context(prec=28, traps=[]),
}
FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": """\
metrics:
  calls: {type: event, began: 2026-01-01}
  rate: {type: ratio, range: [0, 1], max_age: 1h}
  beat: {type: timestamp, max_age: never}
  daily: {type: number, range: [-10, 10], every: 1d, began: 2026-03-25}
  level: {type: number, range: [0, 9], max_age: 1h}
""",
    "gate.yaml": """\
policy: gate
version: 1.0.0
title: Gate
owner: risk
verdicts: [GO, NO_GO]
valid_for: 90m
params: {least: 55.55%}
rules:
  - {id: quiet, require: "count(calls, within=1h) == 0"}
  - {id: since, require: since(calls) >= 1h}
  - {id: rate, require: rate >= least}
  - {id: beat, require: age(beat) < 2h}
  - {id: most, require: "most(calls, span=1m, within=1h) <= 0"}
  - {id: hour, require: "count(calls, this='hour') >= 1"}
  - {id: mean, require: "mean(daily, last=3) > 0.6667"}
  - {id: third, require: level / 3 * 3 >= 1}
""",
}
AT = "2026-03-30T06:00:00Z"
SIX = 1_774_850_400
METRICS = {
    "calls": {"covered": ["2026-01-01T00:00:00Z", AT], "points": [{"at": "2026-03-30T05:10:00.5Z"}]},
    "rate": {"value": 0.9, "at": "2026-03-30T04:59:59Z"},
    "beat": "2026-03-30T03:59:59Z",
    "daily": {"from": "2026-03-25", "points": [{"at": f"2026-03-{25 + day}", "value": day % 2} for day in range(5)]},
    "level": 1,
}  # fmt: skip


@pytest.fixture(params=HOSTILE.values(), ids=HOSTILE)
def hostile(request: pytest.FixtureRequest) -> Iterator[Context]:
    """The context of a program that calls, which must find it as it was."""
    with localcontext(request.param) as context:
        before = repr(context)
        yield context
        assert repr(getcontext()) == before


def records(folder: Path) -> list[bytes]:
    """Load, read, evaluate and record, and return what a program sees of the verdicts."""
    policies = interlock.load(folder / "policies")
    snapshot = interlock.Snapshot.read(folder / "s.json")
    found = policies.evaluate(snapshot)[0]
    with recording_in(folder / "ledger.db") as recorder:
        decision = policies.recorded(snapshot, recorder)
    ended = [found.expired(Decimal(SIX + seconds)) for seconds in (5399, 5400, 5401)]
    return [found.canonical(), decision.verdicts[0].canonical(), snapshot.canonical(), repr(ended).encode()]


def written(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    roots.write(folder, FILES)
    (folder / "s.json").write_bytes(roots.document(AT, METRICS))
    return folder


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    with localcontext(Context(prec=28)):
        found = records(written(tmp_path_factory.mktemp("plain")))
    assert b'"verdict":"NO_GO"' in found[0] and b'"outcome":"pass"' not in found[0]
    return found


def test_a_verdict_is_the_same_in_every_context(
    tmp_path: Path, wanted: list[bytes], hostile: Context
) -> None:
    assert records(written(tmp_path)) == wanted


def test_a_command_prints_the_same_in_every_context(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], hostile: Context
) -> None:
    words = [
        "evaluate",
        str(written(tmp_path) / "s.json"),
        "--historic",
        "--policies",
        str(tmp_path / "policies"),
    ]
    assert run(words) == 1
    first = capfd.readouterr().out
    with localcontext(Context(prec=28)):
        assert run(words) == 1
    assert first == capfd.readouterr().out


def test_a_changed_default_context_changes_nothing(tmp_path: Path, wanted: list[bytes]) -> None:
    """New threads, and contexts that leave something open, begin with the default context."""
    program = """
import decimal, sys, threading
decimal.DefaultContext.prec, decimal.DefaultContext.rounding = 5, decimal.ROUND_UP
decimal.DefaultContext.traps[decimal.Inexact] = True
decimal.setcontext(decimal.Context())
from pathlib import Path
from test_arithmetic import records
def write():
    for each in records(Path(sys.argv[1])):
        sys.stdout.buffer.write(each + b"\\n")
one = threading.Thread(target=write); one.start(); one.join()
"""
    found = subprocess.run(
        [sys.executable, "-c", program, str(written(tmp_path))], capture_output=True, check=True,
        cwd=Path(__file__).parent,
    )  # fmt: skip
    assert found.stdout == b"".join(each + b"\n" for each in wanted)


TRADE = {"confidence": 0.8, "expected_profit_pct": 1.0, "cost_pct": 0.3, "position_value_usd": 1000}
BEGUN = SIX - 54 * 3600


def desk(time: str) -> interlock.Snapshot:
    metrics = {"market.state": "calm", "bot.mode": "paper"}
    env = {"GRAIN_MAX_DAILY": None, "GRAIN_MIN_RATIO": None}
    return interlock.Snapshot.parse(roots.document(f"2026-03-30T{time}Z", metrics, env=env))


@pytest.mark.parametrize("kept", ["state", "ledger"])
def test_the_interval_of_a_trade_gate_is_the_same_in_every_context(
    tmp_path: Path, kept: str, hostile: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock.clock.now", lambda: Decimal(SIX + 14400))
    more = {"ledger": tmp_path / "l.db", "begin": True} if kept == "ledger" else {}
    gate = interlock.load(grain.POLICIES).gate("trade", state=interlock.GateState.begun(BEGUN), **more)
    found = [
        gate.check(symbol="WHEAT", now=SIX + late, desk=desk(time), **TRADE).allowed
        for late, time in ((0, "06:00:00"), (14350, "09:59:10"), (14399, "09:59:59"), (14400, "10:00:00"))
    ]
    assert found == [True, False, False, True]
    again = interlock.GateState.from_json(gate.state.to_json())
    assert (again, again.began) == (gate.state, BEGUN)


def entries(named: type) -> Iterator[tuple[str, Callable[..., object]]]:
    """What a program may call of a class."""
    for name, each in vars(named).items():
        if name.startswith("_") and name not in ("__enter__", "__exit__"):
            continue
        if isinstance(each, property):
            yield from ((name, one) for one in (each.fget, each.fset) if one)
        elif isinstance(each, classmethod | staticmethod):
            yield name, each.__func__
        elif inspect.isfunction(each):
            yield name, each


def test_every_public_entry_computes_in_its_own_context() -> None:
    public = [getattr(interlock, name) for name in interlock.__all__ if not name.startswith("_")]
    classes = [each for each in public if inspect.isclass(each) and not issubclass(each, Exception)]
    found = [
        (f"{named.__name__}.{name}", each)
        for named in (*classes, Recorder, RolloutEngine)
        for name, each in entries(named)
    ]
    found += [(each.__name__, each) for each in (*public, fold, run) if inspect.isfunction(each)]
    assert len(found) > 60
    assert [name for name, each in found if "own_context" not in each.__code__.co_qualname] == []


def test_what_yields_is_refused() -> None:
    def steps() -> Iterator[int]:
        yield 1

    with pytest.raises(TypeError, match="yields: the context would leak"):
        own_context(steps)


def test_every_kind_of_method_keeps_its_kind() -> None:
    @own_contexts
    class Sums:
        def __init__(self, third: Decimal) -> None:
            self._third = Decimal(1) / third

        @property
        def third(self) -> Decimal:
            """The third."""
            return self._third + 0

        @third.setter
        def third(self, value: Decimal) -> None:
            self._third = Decimal(1) / value

        @classmethod
        def of(cls) -> Sums:
            return cls(Decimal(3))

        @staticmethod
        def ninth() -> Decimal:
            return Decimal(1) / 9

        def _inner(self) -> Decimal:
            return Decimal(1) / 3

    with localcontext(Context(prec=2)):
        sums = Sums.of()
        digits = [len(str(each)) - 2 for each in (sums.third, Sums.ninth(), sums._inner())]
        sums.third = Decimal(7)
        digits.append(len(str(sums.third)) - 2)
    assert (digits, Sums.third.__doc__) == ([34, 34, 2, 34], "The third.")
