"""What one snapshot decides: each check as it passes, fails and is unknown, and every instant at which it turns."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import interlock.rollout.decision
from interlock.ledger.state.rollout_state import RolloutState
from interlock.policy.rollout_model import Rollback, Rollout
from interlock.rollout.decision import CHECKS, blocks_group, decide

from .contexts import SILENCE, at, brief, context, gate, other, rollout_state, root, verdict, waived

EXITS, SIZES, LEARNING = (root().rollouts[name] for name in ("exits", "sizes", "learning"))
ATTEST = "`exits.symbols` is BTC-USD, which is not attested: `interlock attest canary-symbols`"
LATE = {"valid_until": at("05 23:00")}


def in_canary(**changed: Any) -> list[str]:
    """The canary at the end of its time, in a good context except for the arguments."""
    before = rollout_state(EXITS, "canary", "02 12:00", "02 12:00", "03 12:00", "04 12:00")
    return brief(decide(EXITS, before, context("05 12:00", **changed)))


def test_with_everything_in_place_the_next_stage_is_entered() -> None:
    assert in_canary() == ["ADVANCE full"]
    full = rollout_state(EXITS, "full", "02 00:00", "02 00:00", "03 00:00")
    assert brief(decide(EXITS, full, context("04 00:00"))) == ["COMPLETE COMPLETE"]


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"gates": [gate("gate", "HOLD")]}, "gate (fail): gate is HOLD: only: it is so"),
        ({"gates": [gate("gate", "PASS", "HOLD")]}, "gate (fail): gate is PASS and may be HOLD"),
        ({"gates": [gate("gate", *SILENCE)]}, "gate (unknown): gate is NOT_EVALUATED"),
        ({"gates": [gate("gate", "refused")]}, "gate (unknown): gate was not evaluated: a value is needed"),
        ({"gates": [gate("gate", "silent")]}, "gate (unknown): gate was not evaluated: it gave no verdict"),
        ({"gates": [gate("back", "INVESTIGATE")]}, "triggers (fail): back is INVESTIGATE: only: it is so"),
        ({"gates": [gate("back", "CONTINUE", "ROLLBACK")]}, "triggers (fail): back is CONTINUE and may be ROLLBACK"),
        ({"gates": [gate("back", *SILENCE)]}, "triggers (unknown): back is NOT_EVALUATED"),
        ({"gates": [gate("back", "refused")]}, "triggers (unknown): back was not evaluated: a value is needed"),
        ({"gates": [gate("steady", "SHAKY")], "good": True}, "steady (fail): steady is SHAKY: only: it is so"),
        ({"gates": [gate("steady", "STEADY", "SHAKY")], "good": True},
         "steady (fail): steady is STEADY and may be SHAKY"),
        ({"gates": [gate("steady", "refused")], "good": True},
         "steady (unknown): steady was not evaluated: a value is needed"),
        ({"attested": []}, f"canary (fail): {ATTEST}"),
        ({"attested": ["something-else"]}, f"canary (fail): {ATTEST}"),
        ({"canary": {"exits.symbols": ()}}, "canary (fail): `exits.symbols` limits nothing"),
        ({"approved": False}, "approval (fail): 1 must agree (quant): `interlock attest exits/canary`"),
        ({"others": {"sizes": other("ACTIVE", "as-is")}},
         "one at a time (fail): sizes runs; one rollout of a group at a time"),
    ],
)  # fmt: skip
def test_each_thing_alone_holds_the_stage(changed: dict[str, Any], line: str) -> None:
    assert in_canary(**changed) == ["HOLD full", line]


def test_a_difference_stops_the_time_and_is_a_finding() -> None:
    lines = ("`exits.hybrid` is false, true is needed", "`swap.threshold` is unknown (missing), 12 is needed")
    before = rollout_state(EXITS, "canary", "02 12:00", "02 12:00", "03 12:00", "04 12:00")
    decision = decide(EXITS, before, context("05 12:00", differences=lines))
    assert brief(decision) == [
        "HOLD full",
        f"configuration (fail): {'; '.join(lines)}",
        "time (fail): none of 2 trading days: the configuration is not the stage's",
    ]
    assert decision.findings == lines
    # from now on at the earliest: the days that are whole are the 6th and the 7th
    assert decision.earliest == at("08 00:00")


def test_what_restarts_the_time_stops_it_too() -> None:
    assert in_canary(gates=[gate("steady", "SHAKY")]) == [
        "HOLD full",
        "steady (fail): steady is SHAKY: only: it is so",
        "time (fail): none of 2 trading days: a policy that restarts it is not at its best",
    ]


def test_a_waiver_opens_a_gate_and_is_named() -> None:
    before = rollout_state(EXITS, "canary", "02 12:00", "02 12:00", "03 12:00", "04 12:00")
    decision = decide(EXITS, before, context("05 12:00", gates=[waived("gate"), waived("back")]))
    assert brief(decision) == ["ADVANCE full"]
    changed = "opened by a waiver until 2026-03-20T00:00:00Z (risk-desk, OPS-1)"
    found = {each.about: each.text for each in decision.checks}
    assert (found["gate"], found["triggers"]) == (f"gate: PASS, {changed}", f"back: CONTINUE, {changed}")


def test_every_member_of_a_gate_counts() -> None:
    good, bad = verdict("gate", member="BTC-USD"), verdict("gate", "HOLD", member="ETH-USD")
    both = replace(gate("gate"), verdicts=(good, bad))
    assert in_canary(gates=[both]) == ["HOLD full", "gate (fail): gate at ETH-USD is HOLD: only: it is so"]
    assert in_canary(gates=[replace(both, verdicts=(good, good))]) == ["ADVANCE full"]
    blind = replace(both, verdicts=(good, verdict("gate", *SILENCE, member="ETH-USD")))
    assert in_canary(gates=[blind]) == ["HOLD full", "gate (unknown): gate at ETH-USD is NOT_EVALUATED"]
    one = replace(
        gate("back"), verdicts=(verdict("back", member="a"), verdict("back", "ROLLBACK", member="b"))
    )
    assert in_canary(gates=[one]) == [
        "ROLLBACK telemetry",
        "triggers (fail): back at b is ROLLBACK: only: it is so",
    ]


def test_a_verdict_without_a_ledger_opens_nothing() -> None:
    stateless = replace(verdict("gate").inputs, stateless=True)
    assert in_canary(gates=[gate("gate", inputs=stateless)])[0] == "HOLD full"


# --- the clock ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "about", "value"),
    [("gate", "gate", "PASS"), ("back", "triggers", "CONTINUE"), ("steady", "steady", "STEADY")],
)
def test_an_expired_verdict_opens_nothing(policy: str, about: str, value: str) -> None:
    before = rollout_state(EXITS, "canary", "02 12:00", "02 12:00", "03 12:00", "04 12:00")
    expired = f"{policy} was {value} until 2026-03-05T23:00:00Z and has expired"
    late = decide(EXITS, before, context("05 12:00", gates=[gate(policy, **LATE)], now="05 23:00:01"))
    assert (brief(late), late.expired) == (["HOLD full", f"{about} (unknown): {expired}"], True)
    still = decide(EXITS, before, context("05 12:00", gates=[gate(policy, **LATE)], now="05 23:00"))
    assert (brief(still), still.expired) == (["ADVANCE full"], False)
    past = decide(EXITS, before, context("05 12:00", gates=[gate(policy, **LATE)]))
    assert (brief(past), past.expired) == (["ADVANCE full"], False)


def test_an_expired_trigger_rolls_back_all_the_same() -> None:
    found = in_canary(gates=[gate("back", "ROLLBACK", **LATE)], now="20 00:00")
    assert found == ["ROLLBACK telemetry", "triggers (fail): back is ROLLBACK: only: it is so"]


# --- time --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "changed"),
    [("04 23:59:59", "1 complete day of 2 trading days, since 2026-03-02T12:00:00Z"), ("05 00:00", "")],
)
def test_trading_days_are_whole_ones(moment: str, changed: str) -> None:
    line = f"time (fail): {changed}, until 2026-03-05T00:00:00Z" if changed else ""
    before = rollout_state(EXITS, "canary", "02 12:00", "02 12:00", "03 12:00", "04 12:00")
    found = decide(EXITS, before, context(moment))
    assert brief(found) == (["HOLD full", line] if line else ["ADVANCE full"])
    assert found.earliest == at("05 00:00")


def test_a_stage_without_a_minimum_time_is_held() -> None:
    before = rollout_state(LEARNING, "safe", "02 00:00", "02 00:00", "02 01:00")
    changed = "the stage has no minimum time: set it in the environment under `dwell:`"
    silent = decide(LEARNING, before, context("02 02:00"))
    assert (brief(silent), silent.earliest) == (["HOLD normal", f"time (unknown): {changed}"], None)
    assert brief(decide(LEARNING, before, context("02 02:00", minimum="2h"))) == ["ADVANCE normal"]
    assert brief(decide(LEARNING, before, context("02 01:59:59", minimum="2h")))[0] == "HOLD normal"
    # what the document says itself no environment shortens
    exits = rollout_state(EXITS, "telemetry", "02 00:00", "02 00:00", "02 12:00")
    assert brief(decide(EXITS, exits, context("02 23:59:59", minimum="1h")))[0] == "HOLD canary"


@pytest.mark.parametrize(("moment", "due"), [("05 23:59:59", False), ("06 00:00", True), ("20 00:00", True)])
def test_a_review_is_due_at_the_target(moment: str, due: bool) -> None:
    before = rollout_state(EXITS, "canary", "02 12:00", "02 12:00", "03 12:00", "04 12:00", "05 12:00")
    holding = decide(EXITS, before, context(moment, approved=False))
    changed = "review due: in `canary` since 2026-03-02T12:00:00Z, 3 trading days were planned"
    assert holding.findings == ((changed,) if due else ())
    assert decide(EXITS, before, context("06 00:00")).findings == ()


# --- late and old snapshots --------------------------------------------------------------------------------------


def test_a_late_snapshot_never_advances() -> None:
    before = rollout_state(EXITS, "canary", "02 12:00", "02 12:00", "03 12:00", "04 12:00", "05 12:00")
    line = "snapshot (fail): it is as of 2026-03-05T11:59:59Z, and the ledger knows 2026-03-05T12:00:00Z"
    assert brief(decide(EXITS, before, context("05 11:59:59"))) == ["HOLD full", line]
    assert brief(decide(EXITS, before, context("05 12:00"))) == ["ADVANCE full"]


def test_a_late_snapshot_still_rolls_back_but_not_from_before_the_attempt() -> None:
    before = rollout_state(EXITS, "canary", "04 00:00")
    before.started = at("02 00:00")
    fired = [gate("back", "ROLLBACK")]
    assert brief(decide(EXITS, before, context("02 00:00", gates=fired)))[0] == "ROLLBACK telemetry"
    line = "snapshot (fail): it is as of 2026-03-01T23:59:59Z, and the ledger knows 2026-03-04T00:00:00Z"
    assert brief(decide(EXITS, before, context("01 23:59:59", gates=fired))) == ["HOLD", line]


def test_an_attempt_begins_after_the_one_before() -> None:
    back = rollout_state(EXITS, "telemetry", "04 00:00", state="ROLLED_BACK")
    line = "snapshot (fail): it is as of 2026-03-03T23:59:59Z, and the ledger knows 2026-03-04T00:00:00Z"
    assert brief(decide(EXITS, back, context("03 23:59:59"), rearming=True)) == ["HOLD telemetry", line]
    assert brief(decide(EXITS, back, context("04 00:00"), rearming=True)) == ["ADVANCE telemetry"]


# --- beginning ---------------------------------------------------------------------------------------------------


def begins(**changed: Any) -> list[str]:
    return brief(decide(EXITS, RolloutState(), context("02 00:00", **changed)))


@pytest.mark.parametrize(
    ("trigger", "same", "differing"),
    [
        (("CONTINUE",), "", ""),
        (("INVESTIGATE",), "", "fail): back is INVESTIGATE: only: it is so"),
        (("CONTINUE", "ROLLBACK"), "", "fail): back is CONTINUE and may be ROLLBACK"),
        (("ROLLBACK",), "fail): back is ROLLBACK: only: it is so", "fail): back is ROLLBACK: only: it is so"),
        (SILENCE, "unknown): back is NOT_EVALUATED", "unknown): back is NOT_EVALUATED"),
        (("refused",), "unknown): back was not evaluated: a value is needed",
         "unknown): back was not evaluated: a value is needed"),
    ],
)  # fmt: skip
def test_beginning_needs_quiet_triggers_only_where_it_changes_something(
    trigger: tuple[str, ...], same: str, differing: str
) -> None:
    fired = [gate("back", *trigger)]
    differences = ["`exits.hybrid` is true, false is needed"]
    cases: list[tuple[dict[str, Any], str]] = [
        ({"gates": fired}, same),
        ({"gates": fired, "differences": differences}, differing),
    ]
    for changed, line in cases:
        expect = ["HOLD telemetry", f"triggers ({line}"] if line else ["ADVANCE telemetry"]
        assert begins(**changed) == expect


def test_beginning_says_that_it_changes_nothing() -> None:
    decision = decide(EXITS, RolloutState(), context("02 00:00", gates=[gate("back", "INVESTIGATE")]))
    assert [each.text for each in decision.checks if each.about == "triggers"] == [
        "back is INVESTIGATE: only: it is so; the stage changes nothing"
    ]


def test_an_expired_trigger_lets_no_rollout_begin() -> None:
    line = "triggers (unknown): back was CONTINUE until 2026-03-05T23:00:00Z and has expired"
    assert begins(gates=[gate("back", **LATE)], now="06 00:00") == ["HOLD telemetry", line]


def test_the_gate_of_the_first_stage_is_not_asked_before_it_is_entered() -> None:
    assert begins(gates=[gate("gate", "HOLD"), gate("steady", "SHAKY")], approved=False) == [
        "ADVANCE telemetry"
    ]


def test_what_comes_before_is_complete_for_long_enough() -> None:
    def found(state: RolloutState | None, moment: str = "05 00:00") -> list[str]:
        others = {"exits": state} if state else {}
        return brief(decide(SIZES, RolloutState(), context(moment, others=others)))

    hold = "HOLD as-is"
    assert found(None) == [hold, "after (fail): exits is NOT_BEGUN, COMPLETE is needed"]
    rolled = other("ROLLED_BACK", "telemetry")
    assert found(rolled) == [hold, "after (fail): exits is ROLLED_BACK, COMPLETE is needed"]
    running = found(other("ACTIVE", "telemetry"))
    assert running == [
        hold,
        "after (fail): exits is ACTIVE, COMPLETE is needed",
        "one at a time (fail): exits runs; one rollout of a group at a time",
    ]
    done = other("COMPLETE", "full", "02 12:00")
    early = "after (fail): exits is complete since 2026-03-02T12:00:00Z, 2 trading days end at 2026-03-05T00:00:00Z"
    assert found(done, "04 23:59:59") == [hold, early]
    assert found(done) == ["ADVANCE as-is"]
    assert found(other("COMPLETE", "full", "03 00:00")) == ["ADVANCE as-is"]
    # it holds for as long as the rollout lasts, not only at its beginning
    stays = rollout_state(SIZES, "as-is", "05 00:00", "05 00:00")
    assert brief(decide(SIZES, stays, context("05 01:00", others={"exits": rolled})))[0] == "HOLD larger"


# --- one at a time -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "there", "busy"),
    [
        ("sizes", other("ACTIVE", "as-is"), True),
        ("sizes", other("COMPLETE", "largest"), False),
        ("sizes", other("ROLLED_BACK", "as-is"), False),
        ("sizes", other("ROLLED_BACK", "larger"), True),
        ("sizes", other("NOT_BEGUN"), False),
        ("learning", other("ACTIVE", "safe"), False),
        ("learning", other("ROLLED_BACK", "normal"), False),
        ("forgotten", other("ACTIVE", "anything"), True),
        ("forgotten", other("ROLLED_BACK", "anything"), True),
        ("forgotten", other("COMPLETE", "anything"), False),
        ("exits", other("ACTIVE", "canary"), False),
    ],
)
def test_one_rollout_of_a_group_at_a_time(name: str, there: RolloutState, busy: bool) -> None:
    line = f"one at a time (fail): {name} runs; one rollout of a group at a time"
    assert begins(others={name: there}) == (["HOLD telemetry", line] if busy else ["ADVANCE telemetry"])
    assert in_canary(others={name: there}) == (["HOLD full", line] if busy else ["ADVANCE full"])


def test_a_rollout_back_at_its_first_stage_blocks_no_other() -> None:
    back = other("ROLLED_BACK", "larger")
    assert (blocks_group(SIZES, back), blocks_group(None, back), blocks_group(None, other("COMPLETE"))) == (
        True,
        True,
        False,
    )
    assert not blocks_group(SIZES, other("ROLLED_BACK", "as-is"))


# --- rolling back ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "stage", "target"),
    [
        ("telemetry", "telemetry", "telemetry"),
        ("telemetry", "full", "telemetry"),
        ("previous", "telemetry", "telemetry"),
        ("previous", "canary", "telemetry"),
        ("previous", "full", "canary"),
        # never forwards: what was not entered yet is no way back
        ("canary", "telemetry", "telemetry"),
        ("canary", "full", "canary"),
        ("full", "canary", "canary"),
        # the stage before one that the document lost is unknown
        ("previous", "gone", "telemetry"),
        ("canary", "gone", "telemetry"),
    ],
)
def test_a_rollback_leads_back(to: str, stage: str, target: str) -> None:
    rollout: Rollout = replace(EXITS, rollback=Rollback("back", "ROLLBACK", to, "undone"))
    before = rollout_state(rollout, stage, "02 00:00")
    assert brief(decide(rollout, before, context("03 00:00", gates=[gate("back", "ROLLBACK")])))[0] == (
        f"ROLLBACK {target}"
    )


def test_a_bound_reaches_every_worse_verdict() -> None:
    def found(value: str) -> str:
        before = rollout_state(LEARNING, "normal", "02 00:00")
        return brief(decide(LEARNING, before, context("02 01:00", gates=[gate("back", value)])))[0]

    assert [
        found(value) for value in ("CONTINUE", "INVESTIGATE", "ROLLBACK", "NOT_EVALUATED", "refused")
    ] == [
        "HOLD COMPLETE",
        "ROLLBACK safe",
        "ROLLBACK safe",
        "HOLD COMPLETE",
        "HOLD COMPLETE",
    ]


def test_a_stage_that_the_document_lost_is_held_and_its_triggers_stay_live() -> None:
    before = rollout_state(EXITS, "gone", "02 00:00")
    line = "state (fail): the stage `gone` is gone from the document"
    assert brief(decide(EXITS, before, context("03 00:00"))) == ["HOLD", line]
    shaky = decide(EXITS, before, context("03 00:00", gates=[gate("back", "refused")]))
    assert brief(shaky) == ["HOLD", line, "triggers (unknown): back was not evaluated: a value is needed"]
    back = rollout_state(EXITS, "gone", "02 00:00", state="ROLLED_BACK")
    assert brief(decide(EXITS, back, context("03 00:00"), rearming=True)) == ["HOLD", line]


def test_what_was_rolled_back_waits_for_a_person() -> None:
    back = rollout_state(EXITS, "telemetry", "02 00:00", state="ROLLED_BACK")
    changed = (
        "it was rolled back at 2026-03-02T00:00:00Z; `interlock rollout rearm exits` begins another attempt"
    )
    assert brief(decide(EXITS, back, context("03 00:00"))) == ["HOLD", f"state (fail): {changed}"]
    differing = decide(
        EXITS, back, context("03 00:00", differences=["`exits.hybrid` is true, false is needed"])
    )
    assert brief(differing)[1:] == [
        f"state (fail): {changed}",
        "configuration (fail): `exits.hybrid` is true, false is needed",
    ]


@pytest.mark.parametrize(
    ("changed", "lines"),
    [
        ({}, []),
        ({"gates": [gate("undone", "PENDING")]}, ["rollback verified (fail): undone is PENDING: only: it is so"]),
        ({"gates": [gate("undone", "VERIFIED", "PENDING")]},
         ["rollback verified (fail): undone is VERIFIED and may be PENDING"]),
        ({"gates": [gate("undone", "refused")]},
         ["rollback verified (unknown): undone was not evaluated: a value is needed"]),
        ({"gates": [gate("undone", **LATE)], "now": "06 00:00"},
         ["rollback verified (unknown): undone was VERIFIED until 2026-03-05T23:00:00Z and has expired"]),
        ({"gates": [gate("back", "ROLLBACK")]}, ["triggers (fail): back is ROLLBACK: only: it is so"]),
        ({"others": {"sizes": other("ACTIVE", "as-is")}},
         ["one at a time (fail): sizes runs; one rollout of a group at a time"]),
    ],
)  # fmt: skip
def test_another_attempt_needs_a_verified_rollback(changed: dict[str, Any], lines: list[str]) -> None:
    back = rollout_state(EXITS, "telemetry", "02 00:00", state="ROLLED_BACK")
    value = "HOLD telemetry" if lines else "ADVANCE telemetry"
    assert brief(decide(EXITS, back, context("05 00:00", **changed), rearming=True)) == [value, *lines]


def test_another_attempt_begins_where_the_last_one_was_rolled_back_to() -> None:
    back = rollout_state(SIZES, "larger", "05 00:00", state="ROLLED_BACK")
    done = {"exits": other("COMPLETE", "full")}
    assert brief(decide(SIZES, back, context("06 00:00", others=done), rearming=True)) == ["ADVANCE larger"]


def test_what_is_complete_is_left_alone_until_somebody_begins_anew() -> None:
    done = rollout_state(EXITS, "full", "02 00:00", state="COMPLETE")
    fired = context("03 00:00", gates=[gate("back", "ROLLBACK")])
    assert brief(decide(EXITS, done, fired)) == ["HOLD"]
    assert [each.text for each in decide(EXITS, done, fired).checks] == [
        "complete since 2026-03-02T00:00:00Z; `interlock rollout rearm exits` begins another attempt"
    ]
    assert brief(decide(EXITS, done, context("03 00:00"), rearming=True)) == ["ADVANCE telemetry"]
    assert brief(decide(EXITS, done, fired, rearming=True))[0] == "HOLD telemetry"


def test_every_check_has_a_name_that_a_test_may_ask_for() -> None:
    path = Path(interlock.rollout.decision.__file__ or "")
    calls = [
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
    ]
    named = [each for each in calls if ast.unparse(each.func) in ("Check", "_gate")]
    subjects = {each.args[0].value for each in named if isinstance(each.args[0], ast.Constant)}
    assert subjects == set(CHECKS)
