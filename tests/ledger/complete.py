"""A policy root that needs every kind of entry, and the commands that record them all."""

from __future__ import annotations

from pathlib import Path

from .roots import FILES, snapshot, write

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

AT = "2026-03-29T06:30:00Z"
LATER = "2026-03-29T07:00:00Z"
BAD = {f"2026-03-{day:02}": 0.0 for day in range(1, 27)} | {"2026-03-27": -0.04, "2026-03-28": -0.05}
_BY = ("--by", "WHO", "--reason", "seen", "--at", LATER)

RECORDING: dict[str, tuple[str, ...]] = {
    "baseline": ("baseline", "freeze", "phase_a", "--from", "good.json", *_BY),
    "evaluate": ("evaluate", "bad.json", "--historic"),
    "attest": ("attest", "sign-off", "--role", "risk", "--from", "bad.json", *_BY),
    "waive": (
        *("waive", "rollback/loss", "--for", "failing", "--role", "risk"),
        *("--ticket", "OPS-12", "--expires", "4h", *_BY),
    ),
    "rearm": ("log", "rearm", "rollback/bad-days", *_BY),
    "guard": ("guard", "--policy", "rollback", "now.json"),
}
"""The words of each command that records, in an order in which each finds what it needs; `guard` lacks its program."""

GOOD_AT = "2026-03-20T06:30:00Z"


def write_desk(folder: Path) -> None:
    """Write the policy root and the snapshots that the commands name."""
    catalogue = FILES["catalogue.yaml"]
    root = write(folder, rollback=POLICY, catalogue=catalogue)
    (root / "attestations.yaml").write_text(SIGN_OFF, encoding="utf-8")
    (folder / "good.json").write_bytes(snapshot(GOOD_AT, {"2026-03-19": 0.01}).canonical())
    (folder / "bad.json").write_bytes(snapshot(AT, BAD, loss=20).canonical())
    (folder / "now.json").write_bytes(snapshot(LATER, BAD, loss=20).canonical())


def recording(name: str, ledger: Path | str, *options: str) -> list[str]:
    """The command line of a command that records in a ledger."""
    words = [*RECORDING[name], "--ledger", str(ledger), *options]
    return [*words, "--", "true"] if name == "guard" else words
