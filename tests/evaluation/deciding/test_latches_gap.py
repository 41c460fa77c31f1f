"""A latched trigger looks at the beginning of a gap of coverage too, since a window may end within the gap."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import interlock
from interlock.ledger.acts import Act, rearm
from support.beginnings import recording_in
from support.roots import instant, snapshot, write

FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": ("metrics:\n  up: {type: bool, every: event}\n  hits: {type: event}\n "),
    "gate.yaml": (
        "policy: gate\nversion: 1.0.0\ntitle: a\nowner: risk\nverdicts: [GO, STOP]\nrules:\n"
        '  - {id: down, when: "not last(up) and count(hits, within=6h) >= 1", latch: true}\n'
    ),
}
FROM, AT = "2026-03-23T00:00:00Z", "2026-03-27T05:00:00Z"
HITS = {"covered": [FROM, AT], "points": ["2026-03-26T22:30:00Z"]}
"""The hit counts until 04:30, so at 05:00 the trigger is false whatever `up` is."""


def judged(folder: Path, up: dict[str, Any], at: str = AT) -> tuple[str, str]:
    policies = interlock.load(write(folder, FILES))
    hits = {**HITS, "covered": [FROM, at]}
    with recording_in(folder / "ledger.db") as recorder:
        (found,) = policies.recorded(snapshot(at, {"up": up, "hits": hits}), recorder).verdicts
    return found.verdict, found.rules[0].reason


def test_what_a_gap_may_hide_at_its_beginning_is_unknown(tmp_path: Path) -> None:
    whole = {"covered": [FROM, AT], "points": [{"at": "2026-03-27T01:00:00Z", "value": False}]}
    assert judged(tmp_path / "whole", whole)[0] == "STOP"
    lost = {"covered": [FROM, "2026-03-27T00:30:00Z"], "points": []}
    verdict, reason = judged(tmp_path / "lost", lost)
    assert verdict == "STOP"
    assert "so it may have fired at 2026-03-27T00:30:00Z: give the missing data, or check it" in reason


def test_data_that_fill_the_gap_clear_it(tmp_path: Path) -> None:
    lost = {"covered": [FROM, "2026-03-27T00:30:00Z"], "points": []}
    assert judged(tmp_path, lost)[0] == "STOP"
    later = "2026-03-27T06:00:00Z"
    up = {"covered": [FROM, later], "points": [{"at": "2026-03-27T05:30:00Z", "value": True}]}
    assert judged(tmp_path, up, later)[0] == "GO"


def test_a_person_clears_it_and_only_later_points_count(tmp_path: Path) -> None:
    lost = {"covered": [FROM, "2026-03-27T00:30:00Z"], "points": []}
    assert judged(tmp_path, lost, "2026-03-27T00:45:00Z")[0] == "STOP"
    rearm(tmp_path / "ledger.db", "gate", "down", "", Act("desk", "checked", instant("2026-03-27T01:00:00Z")))
    assert judged(tmp_path, lost)[0] == "GO"


def test_a_doubt_stays_while_a_source_is_away_and_goes_with_its_data(tmp_path: Path) -> None:
    """Nothing is known of `s` in the second snapshot, so the instant that was in doubt is only in the record."""
    catalogue = (
        "metrics:\n  r: {type: number, every: event, range: [-5, 5], slack: 2h}\n"
        "  s: {type: ratio, range: [-1, 1], every: 1d, lag: 6h, began: 2026-03-24}\n"
    )
    rule = "sum(r, within=1d) > 0 and max(run(s < 0), last=3) < 3"
    gate = FILES["gate.yaml"].replace("not last(up) and count(hits, within=6h) >= 1", rule)
    policies = interlock.load(write(tmp_path, FILES, {"catalogue.yaml": catalogue, "gate.yaml": gate}))
    found = []
    for at, seen, days in (
        ("2026-03-27T07:00:00Z", "2026-03-26T05:00:00Z", [26]),
        ("2026-03-28T01:00:00Z", "2026-03-26T23:00:00Z", []),
        ("2026-03-28T13:00:00Z", "2026-03-25T00:00:00Z", [24, 25, 26, 27]),
    ):
        points = [{"at": f"2026-03-{day}", "value": -1} for day in days]
        metrics: dict[str, Any] = {"r": {"covered": [seen, at], "points": []}}
        metrics |= {"s": {"from": f"2026-03-{days[0]}", "points": points}} if days else {}
        with recording_in(tmp_path / "ledger.db") as recorder:
            (verdict,) = policies.recorded(snapshot(at, metrics), recorder).verdicts
        found.append((verdict.verdict, verdict.rules[0].reason.partition("so it may have fired at ")[2][:20]))
    assert found == [("STOP", "2026-03-27T00:00:00Z"), ("STOP", "2026-03-25T00:00:00Z"), ("GO", "")]
