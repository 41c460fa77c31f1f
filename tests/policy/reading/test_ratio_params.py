"""A param written as a bare 0 or 1 beside a ratio takes no plain 5 from outside: from the documents to the verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.api import load
from support.roots import read, snapshot, write

from ..roots import BASE, HEAD, complaints

STOP = HEAD.replace("GO, WAIT, NO_GO", "GO, NO_GO")
RULES = [
    "fill_rate > limit",
    "limit < fill_rate",
    "not (fill_rate <= limit)",
    "fill_rate - limit > 0",
    "larger(drawdown, limit) < fill_rate",
    "fill_rate > larger(limit, 0)",
    "fill_rate > half",
    "fill_rate > 1 - limit",
    "fill_rate > larger(orders.open, limit)",
    "default(fill_rate, limit) > 20%",
    "quantile(daily, limit, last=3) > 0%",
]


def root(folder: Path, limit: str, rule: str, environment: str = "") -> Path:
    let = "let: {half: 1 * limit}\n" if "half" in rule else ""
    policy = f'{STOP}params: {{limit: {limit}}}\n{let}rules: [{{id: a, when: "{rule}"}}]\n'
    files = {**BASE, "gate.yaml": policy}
    if environment:
        files["live.yaml"] = f"environment: live\nvalues: {{gate: {{limit: {environment}}}}}\n"
    return write(folder, files)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("written", ["0", "1", "{value: 1}", "{value: 1, override: {env: LIMIT}}"])
def test_an_environment_gives_no_plain_number(tmp_path: Path, rule: str, written: str) -> None:
    assert complaints(root(tmp_path, written, rule, "5")) == (
        "policies/live.yaml:2:24: error E407: the param `limit` of `gate`: a ratio is wanted\n"
        "    | values: {gate: {limit: 5}}\n"
        "    |                        ^\n"
        "  hint: write `5%`, `5bps` or `500%`"
    )


@pytest.mark.parametrize("rule", RULES)
def test_an_environment_gives_a_share(tmp_path: Path, rule: str) -> None:
    _, collector = read(root(tmp_path, "1", rule, "5%"))
    assert collector.errors == ()


@pytest.mark.parametrize(
    "rule", ["fill_rate * limit > 5%", "orders.open > limit", "streak(daily > 0) > limit"]
)
def test_a_factor_and_a_count_stay_numbers(tmp_path: Path, rule: str) -> None:
    assert complaints(root(tmp_path, "1", rule, "5")) == ""


@pytest.mark.parametrize(
    ("given", "verdict", "printed"),
    [
        ("5", "NO_GO", "param `limit` is unknown: LIMIT: `5` is not a ratio"),
        ("5%", "NO_GO", "param `limit` is 5%, set by LIMIT"),
        ("95%", "GO", "param `limit` is 95%, set by LIMIT"),
    ],
)
def test_an_override_gives_no_plain_number(tmp_path: Path, given: str, verdict: str, printed: str) -> None:
    engine = load(root(tmp_path, "{value: 0, override: {env: LIMIT}}", "fill_rate > limit"))
    found = snapshot("2026-03-30T06:00:00Z", {"fill_rate": 0.9}, env={"LIMIT": given})
    (judged,) = engine.evaluate(found)
    assert (judged.verdict, judged.assumptions) == (verdict, (printed,))


@pytest.mark.parametrize(
    ("given", "params", "expect"),
    [
        ("5", "{most: 1%}", "`limit` is a ratio, `5` is not\nwrite `5%`, `5bps` or `500%`"),
        (
            "most",
            "{most: 1}",
            "`limit` is a ratio, `most` is not\nwrite `1%`, `1bps` or `100%` where `most` is declared",
        ),
        ("most", "{most: 1%}", ""),
        ("most", "{most: NORMAL}", "`limit` is a ratio, `most` is not"),
    ],
)
def test_with_gives_no_plain_number(tmp_path: Path, given: str, params: str, expect: str) -> None:
    parent = STOP.replace("policy: gate", "policy: parent")
    rule = f"rules: [{{id: a, policy: gate, at_worst: GO, with: {{limit: {given}}}}}]\n"
    root(tmp_path, "0", "fill_rate > limit")
    found = complaints(write(tmp_path, {"parent.yaml": f"{parent}params: {params}\n{rule}"}))
    lines = [each.partition(": error E246: ")[2] or each.partition("hint: ")[2] for each in found.split("\n")]
    assert "\n".join(each for each in lines if each) == expect


@pytest.mark.parametrize("typed", ["{value: 0, type: number}", "{required: true, type: integer}"])
def test_a_written_type_that_is_no_ratio_is_refused(tmp_path: Path, typed: str) -> None:
    kind = "a number" if "number" in typed else "an integer"
    assert complaints(root(tmp_path, typed, "fill_rate > limit")) == (
        f"policies/gate.yaml:7:36: error E311: the param `limit` stands beside a ratio and is {kind}\n"
        '    | rules: [{id: a, when: "fill_rate > limit"}]\n'
        "    |                                    ^^^^^\n"
        "  hint: write `type: ratio` where `limit` is declared"
    )


@pytest.mark.parametrize(
    ("rule", "expect"),
    [
        ("pnl < limit", "money in USD cannot be compared with an integer"),
        ("since(hits) > limit", "a duration cannot be compared with an integer"),
        ("default(pnl, limit) > 3USD", "money in USD cannot be compared with an integer"),
        ("count(hits, within=limit) > 3", "`within=` wants a duration above 0, as in `14d`"),
    ],
)
def test_money_and_durations_take_no_bare_param(tmp_path: Path, rule: str, expect: str) -> None:
    root(tmp_path, "0", rule)
    found = complaints(write(tmp_path, {"hits.yaml": "metrics: {hits: {type: event}}\n"}))
    assert expect in found.split("\n")[0]
