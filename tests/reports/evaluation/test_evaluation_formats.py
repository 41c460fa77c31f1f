"""Every format of an evaluation shows the example desk as its golden file does, and is well formed."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from interlock.evaluation.deciding.decide import Decision
from interlock.reports.evaluation.evaluation_result import EvaluationResult
from interlock.reports.renderers import formats, rendered
from interlock.reports.style import ReportStyle

from ..desk import NOW, broken, collected, golden, judged, masked
from ..sarif import results

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")

SUFFIXES = {
    "text": "txt",
    "json": "json",
    "markdown": "md",
    "github": "txt",
    "junit": "xml",
    "sarif": "json",
}
FORMATS = formats("evaluation")


@pytest.mark.parametrize("form", FORMATS)
def test_the_desk(form: str) -> None:
    text = rendered("evaluation", form, [judged(collected())], ReportStyle(width=120))
    assert masked(text) == golden(f"desk.{form}.{SUFFIXES[form]}", text)


@pytest.mark.parametrize("form", FORMATS)
def test_a_bad_day(form: str) -> None:
    text = rendered("evaluation", form, [judged(broken())], ReportStyle(width=120))
    assert masked(text) == golden(f"bad_day.{form}.{SUFFIXES[form]}", text)


@pytest.mark.parametrize("form", FORMATS)
def test_several_snapshots(form: str) -> None:
    both = [judged(data, policies=["live-start", "trade"]) for data in (collected(), broken())]
    text = rendered("evaluation", form, both, ReportStyle(width=70))
    assert masked(text) == golden(f"several.{form}.{SUFFIXES[form]}", text)


@pytest.mark.parametrize("form", FORMATS)
def test_what_could_not_be_evaluated(form: str) -> None:
    refused = judged(collected(), environment=None, stateless=False, policies=["live-start"])
    text = rendered("evaluation", form, [refused], ReportStyle(width=120))
    assert masked(text) == golden(f"refused.{form}.{SUFFIXES[form]}", text)


def test_plain_ascii_where_the_terminal_has_no_more() -> None:
    text = rendered("evaluation", "text", [judged(broken())], ReportStyle(width=120, ascii=True))
    assert text.isascii()


def test_paint_touches_words_and_moves_no_column() -> None:
    painted = rendered(
        "evaluation",
        "text",
        [judged(broken())],
        ReportStyle(width=120, paint=lambda text, tone: f"\x1b[1m{text}\x1b[0m"),
    )
    plain = rendered("evaluation", "text", [judged(broken())], ReportStyle(width=120))
    assert painted != plain
    assert painted.replace("\x1b[1m", "").replace("\x1b[0m", "") == plain


def test_json_holds_the_records_as_they_are() -> None:
    found = judged(broken())
    table = json.loads(rendered("evaluation", "json", [found], ReportStyle()))
    assert list(table) == ["expired", "interlock", "notes", "opened", "refusals", "sources", "verdicts"]
    assert table["sources"][0] == {
        "as_of": "2026-03-30T06:30:00Z",
        "snapshot": found.snapshot.digest,
        "source": "data/bot.json",
        "state": "torn source, line 3",
        "rules": 7,
        "policies": 3,
    }
    assert table["verdicts"] == [json.loads(each.canonical()) for each in found.verdicts]
    assert [each["note"] for each in table["notes"]] == [
        "no catalogue declares `study.hit_rat`: did you mean `study.hit_rate`?"
    ]


def test_sarif_has_a_result_for_each_rule_that_keeps_a_gate_shut() -> None:
    found = judged(broken(), policies=["live-start"])
    made = results(rendered("evaluation", "sarif", [found], ReportStyle(above="..")))
    (verdict,) = found.verdicts
    silent = [each for each in made if each["ruleId"] == "source"]
    made = made[len(silent) :]
    assert [each["message"]["text"] for each in silent] == list(found.outages)
    assert [each["ruleId"] for each in made] == [
        f"{verdict.policy}/{rule.id}" for rule in verdict.rules if rule.outcome in ("fail", "unknown")
    ]
    assert made[0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "../policies/live-start.yaml"},
        "region": {"startLine": verdict.rules[0].line},
    }


def test_junit_passes_at_the_best_verdict_alone() -> None:
    """A verdict that is not the best, expired or refused fails, and one without a ledger does not count."""

    def outcomes(result: EvaluationResult) -> list[tuple[str | None, str, str | None]]:
        text = rendered("evaluation", "junit", [result], ReportStyle())
        cases = ElementTree.fromstring(text).iter("testcase")
        return [
            (case.get("name"), *next(((each.tag, each.get("message")) for each in case), ("passed", None)))
            for case in cases
        ]

    asked = ["key-figures", "live-start"]
    low = "CONDITIONAL: only 4.167% of the attempts of 7d were blocked, 5% is usual"
    assert outcomes(judged(collected(), policies=asked)) == [
        ("key-figures", "skipped", "COMPLETE without a ledger opens nothing"),
        ("live-start", "failure", low),
    ]
    assert outcomes(judged(collected(), policies=asked, stateless=False)) == [
        ("key-figures", "passed", None),
        ("live-start", "failure", low),
    ]
    late = judged(collected(), policies=asked[:1], stateless=False, now=NOW)
    message = "EXPIRED: it was COMPLETE until 2026-03-31T06:30:00Z"
    assert outcomes(late) == [("key-figures", "failure", message)]
    refused = judged(collected(), environment=None, stateless=False, policies=asked[1:])
    assert [(name, tag) for name, tag, _ in outcomes(refused)] == [("live-start", "failure")]
    nothing = replace(refused, decision=Decision(()))
    assert outcomes(nothing) == [("interlock evaluate", "failure", "no policy was evaluated")]
