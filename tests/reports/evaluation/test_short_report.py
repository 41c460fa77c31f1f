"""The short report over the grain desk, good and bad, as its golden files hold it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from interlock.reports.evaluation.evaluation_result import EvaluationResult
from interlock.reports.evaluation.short_report import as_markdown
from interlock.reports.style import ReportStyle
from support.roots import document, write

from ..desk import broken, collected, golden, judged

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")

_BEST = ["key-figures"]


def test_the_desk() -> None:
    text = as_markdown(judged(collected()), ReportStyle())
    assert text == golden("desk.short_report.md", text)


def test_a_bad_day_is_read_in_a_minute() -> None:
    text = as_markdown(judged(broken()), ReportStyle())
    assert text == golden("bad_day.short_report.md", text)
    assert len(text.splitlines()) <= 80
    assert max(map(len, text.splitlines())) <= 80


def test_verdicts_that_have_expired() -> None:
    text = as_markdown(judged(collected(), now=Decimal(1_800_000_000), policies=["trade"]), ReportStyle())
    assert text == golden("expired.short_report.md", text)


def test_nothing_to_report_on() -> None:
    refused = judged(collected(), environment=None, stateless=False, policies=["live-start"])
    text = as_markdown(refused, ReportStyle())
    assert text == golden("refused.short_report.md", text)


def test_every_gate_at_its_best() -> None:
    text = as_markdown(judged(collected(), policies=_BEST), ReportStyle())
    assert text == (
        "# Gates as of 2026-03-30 06:30 UTC\n\n"
        "Every gate has its best verdict.\n"
        "The first of the verdicts ends on 2026-03-31 06:30 UTC.\n"
        "The limits are those of the environment paper.\n\n"
        "## Gates at their best\n\n"
        "|     | Gate        | Verdict  | Valid until          |\n"
        "| :-: | ----------- | -------- | -------------------- |\n"
        "| ✔   | key-figures | COMPLETE | 2026-03-31 06:30 UTC |\n\n"
        "✔ best, ! in between, ✘ worst, ? not evaluated or expired. With `--full` the\n"
        "report shows every gate with its rules, limits and sources.\n"
    )


def test_one_expired_verdict_is_singular() -> None:
    late = judged(collected(), now=Decimal(1_800_000_000), policies=_BEST)
    assert "\n- [ ] **collect a new snapshot**: 1 verdict of this report has expired\n" in as_markdown(
        late, ReportStyle()
    )


def test_a_report_needs_neither_settings_nor_policies() -> None:
    found = replace(judged(collected()), settings={}, policies={})
    text = as_markdown(found, ReportStyle())
    assert "The limits are those of" not in text
    assert "\n## Gates that are not at their best\n\n### Other gates\n\n- " in text


_ROOT = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": "metrics:\n  losses: {type: integer, range: [0, 10], max_age: never, doc: losses}\n",
    "health.yaml": (
        "policy: health\nversion: 1.0.0\ntitle: Health\nowner: risk\nverdicts: [GOOD, SHAKY, BAD]\n"
        "rules:\n"
        '  - {id: none, require: losses < 1, else: SHAKY, action: look at the losses, reason: "{{ losses }} lost"}\n'
        '  - {id: few, require: losses < 5, else: BAD, action: stop, reason: "{{ losses }} lost"}\n'
    ),
    "go.yaml": (
        "policy: go\nversion: 1.0.0\ntitle: Go\nowner: head\nverdicts: [GO, NO_GO]\n"
        "rules:\n"
        "  - {id: health, policy: health, at_worst: SHAKY, reason: unwell, action: see health}\n"
    ),
}


def _short(tmp_path: Path, losses: int, *later: Mapping[str, str]) -> str:
    policies = interlock.load(write(tmp_path, _ROOT, *later))
    snapshot = interlock.Snapshot.parse(document("2026-03-30T06:00:00Z", {"losses": losses}), "s.json")
    decision = policies.decide(snapshot, stateless=True)
    return as_markdown(EvaluationResult(snapshot, decision, policies.policies), ReportStyle())


def test_a_part_that_is_not_at_its_best_is_shown_where_no_other_gate_tells_of_it(tmp_path: Path) -> None:
    text = _short(tmp_path, 2)
    assert text.startswith("# Gates as of 2026-03-30 06:00 UTC\n\nEvery gate has its best verdict.\n")
    assert "\n- [ ] **look at the losses** (risk): 2 lost\n" in text
    assert (
        "\n## Gates that are not at their best\n\n### Other gates\n\n- ! `health` **SHAKY**: 2 lost\n" in text
    )
    assert "\n| ✔   | go   | GO      | 2026-03-31 06:00 UTC |\n" in text


def test_what_a_part_asks_for_is_asked_once(tmp_path: Path) -> None:
    text = _short(tmp_path, 6)
    assert "- [ ] **stop** (risk): 6 lost\n" in text
    assert "see health" not in text
    assert "\n### Other gates\n\n- ✘ `go` **NO_GO**: unwell\n\n" in text


def _alone(name: str, condition: str = "losses < 5", alerted: str = "") -> str:
    """A policy that asks the route `desk`, the first by name, to act upon six losses; `alerted` hears of its NO_GO."""
    notify = f"notify: {{NO_GO: [{alerted}]}}\n" if alerted else ""
    return (
        f"policy: {name}\nversion: 1.0.0\ntitle: {name}\nowner: desk\nverdicts: [GO, NO_GO]\n{notify}"
        f"rules:\n  - {{id: few, require: {condition}, reason: lost, action: act on {name}}}\n"
    )


def test_alerts_come_first_then_what_most_gates_wait_for_and_people_last(tmp_path: Path) -> None:
    later = {
        "alarm.yaml": _alone("alarm", alerted="zoe"),
        "aside.yaml": _alone("aside"),
        "papers.yaml": _alone("papers", "attested('papers')", "amy"),
        "start.yaml": (
            "policy: start\nversion: 1.0.0\ntitle: Start\nowner: head\nverdicts: [GO, NO_GO]\n"
            "rules:\n  - {id: go, policy: go, at_worst: GO}\n"
        ),
        "attestations.yaml": "attestations:\n  papers: {roles: [risk], expires: 30d, doc: papers}\n",
    }
    text = _short(tmp_path, 6, later)
    assert [each for each in text.splitlines() if each.startswith("- [ ]")] == [
        "- [ ] **act on alarm** (zoe): lost",
        "- [ ] **stop** (risk): 6 lost",
        "- [ ] **look at the losses** (risk): 6 lost",
        "- [ ] **act on aside** (desk): lost",
        "- [ ] **act on papers** (amy): lost",
    ]


def test_what_does_not_apply_is_listed_apart(tmp_path: Path) -> None:
    later = {"go.yaml": _ROOT["go.yaml"].replace("rules:", "applies: losses > 8\nrules:")}
    later["stay.yaml"] = later["go.yaml"].replace("policy: go", "policy: stay")
    policies = interlock.load(write(tmp_path, _ROOT, later))
    snapshot = interlock.Snapshot.parse(document("2026-03-30T06:00:00Z", {"losses": 6}), "s.json")
    decision = policies.decide(snapshot, policies=["go", "stay"], stateless=True)
    text = as_markdown(EvaluationResult(snapshot, decision, policies.policies), ReportStyle())
    assert text == (
        "# Gates as of 2026-03-30 06:00 UTC\n\n**No gate applies**, so none is open.\n\n"
        "Not applicable: `go`, `stay`.\n\n"
        "✔ best, ! in between, ✘ worst, ? not evaluated or expired. With `--full` the\n"
        "report shows every gate with its rules, limits and sources.\n"
    )
