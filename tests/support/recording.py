"""A policy root that needs every kind of entry, and the commands that record them all."""

from __future__ import annotations

from pathlib import Path

import interlock

from .ledgers import FILES, snapshot, write

POLICY = """\
policy: rollback
version: 1.0.0
title: Rollback
owner: risk
verdicts: [CONTINUE, INVESTIGATE, ROLLBACK]
max_gap: 26h
notify: {ROLLBACK: [on-call]}
rules:
  - id: bad-days
    when: streak(daily < -3%) >= 2
    then: ROLLBACK
    latch: true
  - id: loss
    require: loss <= 1.4 * baseline('phase_a', loss)
    else: INVESTIGATE
    waivable: {by: [risk], max: 1d}
  - id: signed
    require: attested('sign-off')
    else: INVESTIGATE
"""
SIGN_OFF = "attestations: {sign-off: {roles: [risk, quant-lead], expires: 2d, binds: [loss]}}\n"

SMALL_POLICY = """\
policy: {name}
version: 1.0.0
title: {name}
owner: risk
verdicts: [{verdicts}]
valid_for: 30d
rules:
  - {{id: loss, {rule}}}
"""
DOCUMENTS = {
    "attestations": SIGN_OFF,
    "ready": SMALL_POLICY.format(name="ready", verdicts="GO, NO_GO", rule="require: loss < 50"),
    "retreat": SMALL_POLICY.format(name="retreat", verdicts="STAY, BACK", rule="when: loss > 15, then: BACK"),
    "change": """\
rollout: change
version: 1.0.0
title: A change
owner: risk
lever: [feature.on]
stages:
  - {id: off, flags: {feature.on: false}, dwell: {min: 1h, max_gap: 30d}, advance: ready}
  - {id: on, flags: {feature.on: true}, dwell: {min: 1h, max_gap: 30d}, advance: ready}
rollback: {policy: retreat, reaches: BACK, to: off}
""",
}

TRADES = SMALL_POLICY.format(
    name="trades", verdicts="ALLOW, BLOCK", rule="require: since(decisions.allowed) > 4h"
)
MORE = """\
  feature.on: {type: bool, max_age: 1h}
  kill_switch.active: {type: bool, max_age: 1h}
  decisions.allowed: {type: bool, every: event, scope: symbol}
  trades.pnl: {type: number, every: event, scope: symbol}
scopes:
  symbol: {members: [BTC-USD]}
"""
DOCUMENTS["trades"] = TRADES.replace("rules:", "for_each: symbol\nrules:")

AT = "2026-03-29T06:30:00Z"
LATER = "2026-03-29T07:00:00Z"
BAD = {f"2026-03-{day:02}": 0.0 for day in range(1, 27)} | {"2026-03-27": -0.04, "2026-03-28": -0.05}
_BY = ("--by", "WHO", "--reason", "seen", "--at", LATER)

RECORDING: dict[str, tuple[str, ...]] = {
    "baseline": ("baseline", "freeze", "phase_a", "--from", "good.json", *_BY),
    "rollout advance": ("rollout", "advance", "change", "good.json", *_BY[:4]),
    "rollout rollback": ("rollout", "rollback", "change", *_BY[:4], "--at", "2026-03-20T07:00:00Z"),
    "rollout rearm": ("rollout", "rearm", "change", "better.json", *_BY[:4]),
    "evaluate": ("evaluate", "bad.json", "--historic", "--events", "events.jsonl"),
    "attest": ("attest", "sign-off", "--role", "risk", "--from", "bad.json", *_BY),
    "waive": (
        *("waive", "rollback/loss", "--for", "failing", "--role", "risk"),
        *("--ticket", "OPS-12", "--expires", "4h", *_BY),
    ),
    "rearm": ("log", "rearm", "rollback/bad-days", *_BY),
    "guard": ("guard", "--policy", "rollback", "now.json"),
}
"""The words of each command that records, in an order in which each finds what it needs; `guard` lacks its program."""

BEGINNING = ("baseline", "rollout advance", "evaluate", "attest", "waive")
"""Those of them that begin a ledger here."""

GOOD_AT = "2026-03-20T06:30:00Z"


def write_desk(folder: Path) -> None:
    """Write the policy root and the snapshots that the commands name."""
    catalogue = FILES["catalogue.yaml"] + MORE
    write(folder, rollback=POLICY, catalogue=catalogue, **DOCUMENTS)
    good = snapshot(GOOD_AT, {"2026-03-19": 0.01}, **{"feature.on": False})
    (folder / "good.json").write_bytes(good.canonical())
    better = snapshot("2026-03-21T06:30:00Z", {"2026-03-20": 0.01}, **{"feature.on": False})
    (folder / "better.json").write_bytes(better.canonical())
    (folder / "bad.json").write_bytes(snapshot(AT, BAD, loss=20, **{"kill_switch.active": True}).canonical())
    (folder / "now.json").write_bytes(snapshot(LATER, BAD, loss=20).canonical())


def trade() -> None:
    """Let a trade gate of the root in this folder permit a trade and hear of its end, in `ledger.db`."""
    state = interlock.GateState.begun("2026-03-01")
    new = not Path("ledger.db").exists()
    gate = interlock.load(Path("policies")).gate("trades", ledger="ledger.db", state=state, begin=new)
    assert gate.check(symbol="BTC-USD", now=LATER).allowed
    gate.closed(symbol="BTC-USD", pnl=2, now=LATER)


def recording(name: str, ledger: Path | str, *options: str) -> list[str]:
    """The command line of a command that records in a ledger, and begins it where it is not there."""
    begin = ["--begin"] if name in BEGINNING and not Path(ledger).exists() else []
    words = [*RECORDING[name], "--ledger", str(ledger), *begin, *options]
    return [*words, "--", "true"] if name == "guard" else words
