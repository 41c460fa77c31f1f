"""Notifications: sent once, again after an interval, at the end, never of the past, and not while withheld."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path
from random import Random

import pytest
from jsonschema import ValidationError

import interlock
from interlock.evaluation.deciding.request import Decision
from interlock.ledger.state.notifications import Event as Recorded
from interlock.ledger.state.notifications import NotificationKey, NotificationState, events, notification_key
from interlock.resources import schema_path
from support.beginnings import recording_in
from support.ledgers import snapshot, write

POLICY = """\
policy: rollback
version: 1.0.0
title: Gate
owner: risk
verdicts: [GO, WAIT, NO_GO]
notify: {NO_GO: [on-call]}
rules:
  - id: calm
    require: loss < 50
    else: NO_GO
    notify: [risk]
  - id: cool
    require: loss < 30
    else: WAIT
  - id: shade
    applies: known(hot)
    require: not hot
    else: WAIT
    notify: [quant]
"""
LOCK = """\
policy: lock
version: 1.0.0
title: Explains
owner: risk
verdicts: [FREE, LOCKED]
notify: {LOCKED: [risk, on-call]}
rules:
  - {id: lock, when: hot}
"""
CLOSES = """\
policy: closes
version: 1.0.0
title: Explained
owner: risk
verdicts: [BUSY, QUIET, HALTED]
notify: {BUSY: [board], QUIET: [on-call, quant], HALTED: [on-call, risk]}
rules:
  - id: trades
    require: loss > 10
    else: QUIET
    inhibited_by: {policy: lock, reaches: LOCKED}
  - id: halt
    applies: known(loss)
    when: loss > 90
    notify: [quant]
"""
Event = tuple[str, ...]


def notified(
    tmp_path: Path,
    losses: Mapping[str, int | dict[str, object]],
    renotify: int | None = None,
    **changed: str,
) -> list[Event]:
    """The events of snapshots at hours of one day, each recorded by itself: when, from what to what, and to whom."""
    policies = interlock.load(write(tmp_path, **{"rollback": POLICY, **changed}))
    found = []
    for hour, given in losses.items():
        metrics = given if isinstance(given, dict) else {"loss": given}
        interval = None if renotify is None else Decimal(renotify)
        with recording_in(tmp_path / "ledger.db", renotify=interval) as recorder:
            policies.recorded(snapshot(f"2026-03-27T{hour}:00Z", **metrics), recorder)
        found += [(hour, *map(_text, event.values())) for event in recorder.events]
    return [(each[0], each[7], each[4], each[9]) for each in found]


def inhibited(tmp_path: Path, days: Mapping[str, tuple[int | None, bool | None]], **kwargs: int) -> list[str]:
    """The events of `closes`, which `lock` explains: hour, verdict, who is told, and who is spared and why."""
    root = write(tmp_path, rollback=CLOSES)
    (root / "lock.yaml").write_text(LOCK, encoding="utf-8")
    policies, found = interlock.load(root), []
    for hour, (loss, hot) in days.items():
        interval = Decimal(kwargs["renotify"]) if "renotify" in kwargs else None
        with recording_in(tmp_path / "ledger.db", renotify=interval) as recorder:
            policies.recorded(snapshot(f"2026-03-27T{hour}:00Z", loss=loss, hot=hot), recorder)
        for event in recorder.events:
            if event["policy"] == "closes":
                why = (
                    f", not {_text(event['withheld'])}: {event['inhibited_by']}" if event["withheld"] else ""
                )
                found.append(f"{hour} {event['verdict']} to {_text(event['audience']) or 'nobody'}{why}")
    return found


def _text(value: object) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)


def test_a_change_is_sent_once_and_so_is_the_recovery(tmp_path: Path) -> None:
    losses = {"06:00": 10, "07:00": 70, "08:00": 80, "09:00": 10, "10:00": 10, "11:00": 40}
    assert notified(tmp_path, losses) == [
        ("07:00", "", "NO_GO", "on-call risk"),
        ("09:00", "NO_GO", "GO", "on-call risk"),
    ]


def test_an_event_says_all_that_people_need(tmp_path: Path) -> None:
    policies = interlock.load(write(tmp_path, rollback=POLICY))
    with recording_in(tmp_path / "ledger.db") as recorder:
        policies.recorded(snapshot("2026-03-27T07:00:00Z", loss=70), recorder)
    reasons = ["calm: loss is 70, needed < 50", "cool: loss is 70, needed < 30"]
    assert recorder.events == [
        {
            "policy": "rollback", "member": "", "rollout": "", "verdict": "NO_GO", "best": False,
            "headline": "rollback: NO_GO", "before": "", "as_of": "2026-03-27T07:00:00Z",
            "audience": ["on-call", "risk"], "next": ["on-call", "risk"], "reasons": reasons,
            "withheld": [], "inhibited_by": "",
        }
    ]  # fmt: skip


def test_an_event_that_goes_out_has_the_keys_of_its_schema(tmp_path: Path) -> None:
    policies = interlock.load(write(tmp_path, rollback=POLICY))
    with recording_in(tmp_path / "ledger.db", channels=["pager"]) as recorder:
        policies.recorded(snapshot("2026-03-27T07:00:00Z", loss=70), recorder)
    (event,) = recorder.state.outbox.pending("pager")
    schema = json.loads(schema_path("event").read_text(encoding="utf-8"))
    assert set(schema["properties"]) == set(schema["required"]) == set(event.line())


def test_an_event_with_another_key_breaks_its_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds the events of all tests to their schema (tests/conftest.py) sees a key that is new."""
    policies = interlock.load(write(tmp_path, rollback=POLICY))
    monkeypatch.setattr(Recorded, "line", lambda event: {"entry": event.entry, **event.data})
    with (
        recording_in(tmp_path / "ledger.db") as recorder,
        pytest.raises(ValidationError, match="'next' was unexpected"),
    ):
        policies.recorded(snapshot("2026-03-27T07:00:00Z", loss=70), recorder)


def test_recipients_of_an_alarm_get_every_step_of_the_recovery(tmp_path: Path) -> None:
    assert notified(tmp_path, {"06:00": 70, "07:00": 40, "08:00": 10, "09:00": 40}) == [
        ("06:00", "", "NO_GO", "on-call risk"),
        ("07:00", "NO_GO", "WAIT", "on-call risk"),
        ("08:00", "WAIT", "GO", "on-call risk"),
    ]


def test_the_best_verdict_may_have_an_audience_which_hears_of_its_end(tmp_path: Path) -> None:
    policy = POLICY.replace("notify: {", "notify: {GO: [board], ")
    assert notified(
        tmp_path, {"06:00": 10, "07:00": 10, "08:00": 70, "09:00": 10, "10:00": 40}, rollback=policy
    ) == [
        ("06:00", "", "GO", "board"),
        ("08:00", "GO", "NO_GO", "board on-call risk"),
        ("09:00", "NO_GO", "GO", "board on-call risk"),
        ("10:00", "GO", "WAIT", "board"),
    ]


def test_a_later_recipient_gets_the_verdict_then_and_none_gets_it_twice(tmp_path: Path) -> None:
    days: dict[str, int | dict[str, object]] = {
        "06:00": 70,
        "07:00": {"loss": 70, "hot": True},
        "08:00": {"loss": 70, "hot": True},
        "09:00": 10,
    }
    assert notified(tmp_path, days) == [
        ("06:00", "", "NO_GO", "on-call risk"),
        ("07:00", "NO_GO", "NO_GO", "quant"),
        ("09:00", "NO_GO", "GO", "on-call quant risk"),
    ]


def test_notifications_inside_a_rollout_are_separate_from_those_outside(tmp_path: Path) -> None:
    policies = interlock.load(write(tmp_path, rollback=POLICY))
    bad, good = (policies.decide(snapshot("2026-03-27T07:00:00Z", loss=loss)) for loss in (70, 10))
    notified: dict[NotificationKey, NotificationState] = {}
    found = []
    for decision, rollout in ((good, "r"), (bad, None), (good, "r"), (bad, None), (bad, "r"), (good, None)):
        for event in events(decision, notified, None, rollout):
            notified[notification_key(event)] = notified.get(
                notification_key(event), NotificationState()
            ).after(event)
            found.append((event["rollout"], event["verdict"]))
    assert found == [("", "NO_GO"), ("r", "NO_GO"), ("", "GO")]


def test_a_policy_that_does_not_apply_any_more_is_told_once_and_followed_by_nobody(tmp_path: Path) -> None:
    guarded = POLICY.replace("rules:\n", "applies: hot\nrules:\n", 1)
    given: dict[str, int | dict[str, object]] = {
        "06:00": {"loss": 70, "hot": True},
        "07:00": {"loss": 70, "hot": False},
        "08:00": {"loss": 70, "hot": False},
        "09:00": {"loss": 10, "hot": False},
    }
    assert notified(tmp_path, given, renotify=60, rollback=guarded) == [
        ("06:00", "", "NO_GO", "on-call quant risk"),
        ("07:00", "NO_GO", "NOT_APPLICABLE", "on-call quant risk"),
    ]


def test_an_unchanged_verdict_is_sent_again_after_the_interval(tmp_path: Path) -> None:
    losses = {"06:00": 70, "07:00": 70, "08:00": 70, "09:00": 10, "12:00": 10}
    assert [each[0] for each in notified(tmp_path, losses, renotify=7200)] == ["06:00", "08:00", "09:00"]


def test_a_late_snapshot_sends_nothing(tmp_path: Path) -> None:
    assert [each[0] for each in notified(tmp_path, {"08:00": 70, "07:00": 10, "09:00": 70})] == ["08:00"]


def test_who_hears_of_what_explains_an_alarm_is_spared_it_while_that_stands(tmp_path: Path) -> None:
    days = {
        "06:00": (20, False),
        "07:00": (5, True),
        "08:00": (5, True),
        "09:00": (5, False),
        "10:00": (20, False),
    }
    assert inhibited(tmp_path, days) == [
        "06:00 BUSY to board",
        "07:00 QUIET to board quant, not on-call: lock is LOCKED",
        "09:00 QUIET to on-call",
        "10:00 BUSY to board on-call quant",
    ]


def test_a_withheld_alarm_that_ends_before_its_explanation_is_never_sent(
    tmp_path: Path,
) -> None:
    days = {"06:00": (5, True), "07:00": (20, True), "08:00": (5, True), "09:00": (20, False)}
    assert inhibited(tmp_path, days) == [
        "06:00 QUIET to quant, not on-call: lock is LOCKED",
        "07:00 BUSY to board quant",
        "08:00 QUIET to board quant, not on-call: lock is LOCKED",
        "09:00 BUSY to board quant",
    ]


def test_an_unexplained_part_is_sent_to_all(tmp_path: Path) -> None:
    days = {"06:00": (5, True), "07:00": (95, True)}
    assert inhibited(tmp_path, days) == [
        "06:00 QUIET to quant, not on-call: lock is LOCKED",
        "07:00 HALTED to on-call quant risk",
    ]


def test_an_explanation_that_is_unknown_explains_nothing(tmp_path: Path) -> None:
    assert inhibited(tmp_path, {"06:00": (5, None)}) == ["06:00 QUIET to on-call quant"]


def test_no_explanation_excuses_missing_data(tmp_path: Path) -> None:
    assert inhibited(tmp_path, {"06:00": (None, True)}) == ["06:00 QUIET to on-call quant"]


def test_an_earlier_alarm_is_sent_again_once_its_explanation_is_over(
    tmp_path: Path,
) -> None:
    days = {f"{hour:02}:00": (5, hour in (8, 9, 10)) for hour in range(6, 12)}
    assert inhibited(tmp_path, days, renotify=7200) == [
        "06:00 QUIET to on-call quant",
        "08:00 QUIET to quant, not on-call: lock is LOCKED",
        "10:00 QUIET to quant, not on-call: lock is LOCKED",
        "11:00 QUIET to on-call",
    ]


def test_recipients_of_an_alarm_before_its_explanation_get_its_end(tmp_path: Path) -> None:
    days = {"06:00": (5, False), "07:00": (5, True), "08:00": (20, True)}
    assert inhibited(tmp_path, days) == ["06:00 QUIET to on-call quant", "08:00 BUSY to board on-call quant"]


@pytest.mark.parametrize("renotify", [None, Decimal(180)])
def test_over_any_days_every_recipient_gets_each_verdict_once(
    tmp_path: Path, renotify: Decimal | None
) -> None:
    root = write(tmp_path, rollback=CLOSES)
    (root / "lock.yaml").write_text(LOCK, encoding="utf-8")
    policies, dice = interlock.load(root), Random(7)
    situations = list(product((5, 20, 95, None), (True, False, None)))
    judged = {
        each: policies.decide(snapshot("2026-03-27T06:00:00Z", loss=each[0], hot=each[1]))
        for each in situations
    }
    for _ in range(60):
        notified: dict[NotificationKey, NotificationState] = {}
        received: dict[tuple[str, str], tuple[str, Decimal]] = {}
        for minute in range(20):
            decision, now = _later(judged[dice.choice(situations)], Decimal(minute))
            for event in events(decision, notified, renotify):
                notified[notification_key(event)] = notified.get(
                    notification_key(event), NotificationState()
                ).after(event)
                for name in _names(event["audience"]):
                    before, at = received.get((event["policy"], name), ("", Decimal(0)))  # type: ignore[arg-type]
                    due = renotify is not None and now - at >= renotify and not event["best"]
                    assert before != event["verdict"] or due
                    received[str(event["policy"]), name] = (str(event["verdict"]), now)
            verdicts = {each.policy: each for each in decision.verdicts}
            for policy, verdict in verdicts.items():
                for name in verdict.audience:
                    known = received.get((policy, name), ("",))[0] == verdict.verdict
                    explained = policy == "closes" and received.get(("lock", name), ("",))[0] == "LOCKED"
                    assert known or (explained and verdicts["lock"].verdict == "LOCKED")


def _later(decision: Decision, minutes: Decimal) -> tuple[Decision, Decimal]:
    """The same verdicts, some minutes later."""
    verdicts = tuple(replace(each, as_of=each.as_of + minutes * 60) for each in decision.verdicts)
    return replace(decision, verdicts=verdicts), verdicts[0].as_of


def _names(value: object) -> list[str]:
    assert isinstance(value, list)
    return value
