"""A trade gate with counters in a ledger: several processes, restarts, renames, and damage of the file."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from interlock import Gate, GateState, PolicySet
from interlock.errors import IntegrityError, LedgerError, UsageError
from interlock.files import write_atomically
from interlock.guard.trade_gate.gate_state import STATE_LOCK
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.file.verify import verify
from support.beginnings import begun
from support.grain import POLICIES
from support.roots import write

from .test_gate import ALLOWED, check, desk

ENGINE = Path(__file__).resolve().parents[3] / "engine"
BEGUN = GateState.begun("2026-03-28")
INTERVAL = (False, ("interval: the last allowed decision is 0s old, 4h must pass",))

GATE = """\
policy: {name}
version: 1.0.0
{more}title: One at a time
owner: risk
verdicts: [ALLOW, BLOCK]
for_each: symbol
rules:
  - {{id: interval, require: since(decisions.allowed) >= 4h}}
"""


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    return interlock.load(POLICIES)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def opened(policies: PolicySet, path: Path, **more: object) -> Gate:
    return policies.gate("trade", ledger=path, desk=desk(), begin=not path.exists(), **more)  # type: ignore[arg-type]


def kinds(path: Path) -> list[str]:
    with Ledger(path) as ledger:
        verify(ledger)
        return [each.kind for each in ledger.entries()]


def test_every_gate_over_a_ledger_knows_of_what_another_permitted(policies: PolicySet, path: Path) -> None:
    one, two = (opened(policies, path, state=BEGUN) for _ in range(2))
    assert check(one, "06:30:00") == ALLOWED
    assert check(two, "06:30:00") == INTERVAL
    assert check(opened(policies, path), "06:30:00") == INTERVAL
    two.closed(symbol="WHEAT", pnl=-1, now="2026-03-30T06:40:00Z")
    one.closed(symbol="WHEAT", pnl=-1, now="2026-03-30T06:45:00Z")
    assert "cooldown: " in " ".join(check(one, "06:50:00")[1])
    assert kinds(path) == ["begin", "gate", "permission", "trade", "trade"]


def test_a_state_begins_a_ledger_once(policies: PolicySet, path: Path) -> None:
    opened(policies, path)
    assert check(opened(policies, path, state=BEGUN), "06:30:00")[0] is False
    assert kinds(path) == ["begin", "gate"]


ASK = """\
import sys
import interlock
from guard.trade_gate.test_gate import TRADE, desk
from support.grain import POLICIES
gate = interlock.load(POLICIES).gate("trade", ledger=sys.argv[1], desk=desk())
print("ready", flush=True)
sys.stdin.readline()
print(gate.check(symbol="WHEAT", now="2026-03-30T06:30:00Z", **TRADE).allowed)
"""


def test_of_processes_that_ask_at_once_one_is_permitted(policies: PolicySet, path: Path) -> None:
    opened(policies, path, state=BEGUN)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ENGINE), str(ENGINE.parent / "tests")])}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ASK, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=env,
        )
        for _ in range(4)
    ]
    for each in processes:
        assert each.stdout is not None and each.stdin is not None
        assert each.stdout.readline() == "ready\n"
    for each in processes:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    answers = [each.communicate(timeout=120)[0].strip() for each in processes]
    assert sorted(answers) == ["False", "False", "False", "True"]
    assert kinds(path) == ["begin", "gate", "permission"]


def test_what_cannot_be_recorded_is_not_permitted(
    policies: PolicySet, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = opened(policies, path, state=BEGUN)

    def full(*_: object) -> None:
        raise LedgerError("ledger: it cannot be written, is the disk full")

    with monkeypatch.context() as patch:
        patch.setattr("interlock.ledger.file.ledger.Transaction.append", full)
        found = check(gate, "06:30:00")
        assert found == (False, ("not recorded: ledger: it cannot be written, is the disk full",))
        with pytest.raises(LedgerError):
            gate.closed(symbol="WHEAT", pnl=-1, now="2026-03-30T06:40:00Z")
    assert kinds(path) == ["begin", "gate"]
    assert check(gate, "06:30:00") == ALLOWED


def test_a_ledger_that_is_exchanged_at_work_permits_nothing(
    policies: PolicySet, path: Path, tmp_path: Path
) -> None:
    gate = opened(policies, path, state=BEGUN)
    before = path.read_bytes()
    assert check(gate, "06:30:00") == ALLOWED
    assert check(gate, "06:30:00") == INTERVAL
    path.write_bytes(before)
    shown = path.as_posix()
    assert check(gate, "11:00:00") == (
        False,
        (f"not recorded: ledger `{shown}`: it was cut or replaced while in use",),
    )
    path.unlink()
    assert check(gate, "11:00:00")[0] is False
    assert not path.exists()


def test_an_anchor_moves_with_every_permission_and_a_cut_tail_is_noticed(
    policies: PolicySet, path: Path, tmp_path: Path
) -> None:
    anchor = tmp_path / "head"
    gate = opened(policies, path, state=BEGUN, anchor=anchor)
    before = path.read_bytes()
    assert check(gate, "06:30:00") == ALLOWED
    assert anchor.read_text(encoding="utf-8").startswith("3 sha256:")
    path.write_bytes(before)
    with pytest.raises(IntegrityError) as problem:
        opened(policies, path, anchor=anchor)
    assert str(problem.value) == "entry 3 is missing: the anchor knows entry 3, so the tail was cut"


def root(folder: Path, name: str, more: str = "", scope: str = "members: [BTC-USD]") -> PolicySet:
    """A policy root whose one gate has this name."""
    files = {
        "interlock.yaml": "interlock: 1\n",
        "catalogue.yaml": "metrics: {decisions.allowed: {type: bool, every: event, scope: symbol, doc: anything}}\n"
        f"scopes: {{symbol: {{{scope}}}}}\n",
        "gate.yaml": GATE.format(name=name, more=more),
    }
    return interlock.load(write(folder, files))


def permitted(gate: Gate) -> bool:
    return gate.check(symbol="BTC-USD", now="2026-03-30T06:30:00Z").allowed


def test_counters_follow_a_gate_to_its_new_name_and_none_begins_anew_under_another(
    path: Path, tmp_path: Path
) -> None:
    before = GateState.begun("2026-03-01")
    before.allow("BTC-USD", interlock.guard.trade_gate.gate_state.instant("2026-03-29"))
    assert permitted(root(tmp_path / "a", "one").gate("one", ledger=path, state=before, begin=True)) is True
    renamed = root(tmp_path / "b", "two", "formerly: [one]\n").gate("two", ledger=path, state=before)
    assert permitted(renamed) is False
    forgotten = root(tmp_path / "c", "three")
    size = len(kinds(path))
    with pytest.raises(UsageError) as problem:
        forgotten.gate("three", ledger=path, state=before)
    assert str(problem.value) == (
        "the ledger holds the gate `one`, but no policy has that name: if `three` is its new name, say so "
        "with `formerly`, otherwise begin without a state"
    )
    assert len(kinds(path)) == size
    assert permitted(forgotten.gate("three", ledger=path)) is False


@pytest.mark.parametrize("kept", ["state", "ledger"])
def test_counters_follow_a_symbol_to_its_new_name(path: Path, tmp_path: Path, kept: str) -> None:
    state = GateState.begun("2026-03-01")
    more = {"ledger": path} if kept == "ledger" else {}
    if kept == "ledger":
        begun(path)
    assert permitted(root(tmp_path / "a", "one").gate("one", state=state, **more)) is True
    renamed = root(tmp_path / "b", "one", scope="members: [BTC-PERP], aliases: {BTC-PERP: [BTC-USD]}")
    assert permitted(renamed.gate("one", state=state, **more)) is False


def test_of_two_gates_over_one_state_that_ask_at_once_one_is_permitted(policies: PolicySet) -> None:
    """Both look at the state before either changes it, if nothing holds one of them up."""
    state, both = GateState.begun("2026-03-28"), threading.Barrier(2)
    gates = [policies.gate("trade", state=state, desk=desk()) for _ in range(2)]
    points = GateState.points

    def looked(
        of: GateState, symbols: Sequence[str], until: Decimal, others: Sequence[str] = ()
    ) -> dict[str, object]:
        found = points(of, symbols, until, others)
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(0.2)
        return found

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as threads:
        patch.setattr(GateState, "points", looked)
        found = list(threads.map(lambda gate: check(gate, "06:30:00")[0], gates))
    assert sorted(found) == [False, True]


def test_an_older_state_is_never_written_over_a_newer_one(policies: PolicySet, tmp_path: Path) -> None:
    """Of two threads that write, the one that took its text first also writes first."""
    state, file, held = GateState.begun("2026-03-28"), tmp_path / "state.json", threading.Event()
    gate = policies.gate("trade", state=state, desk=desk())

    def slow(path: Path, data: bytes) -> None:
        held.wait(0.2)
        write_atomically(path, data)

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as threads:
        patch.setattr("interlock.guard.trade_gate.gate_state.write_atomically", slow)
        older = threads.submit(state.write, file)
        while not older.done() and STATE_LOCK.acquire(blocking=False):  # until the thread has it
            STATE_LOCK.release()
        newer = threads.submit(lambda: (check(gate, "06:30:00"), state.write(file), held.set()))
        assert newer.result()[0] == ALLOWED
        older.result()
    assert GateState.read(file) == state
    assert len(state.allowed["WHEAT"]) == 1


def test_something_must_keep_the_counters(policies: PolicySet, tmp_path: Path) -> None:
    for more in ({}, {"state": BEGUN, "anchor": tmp_path / "head"}):
        with pytest.raises(UsageError) as problem:
            policies.gate("trade", desk=desk(), **more)  # type: ignore[arg-type]
        message = "the gate `trade` needs `state=GateState…` or `ledger=FILE`"
        assert str(problem.value) == message
