"""Values of params, written or of an environment, at which a comparison never varies: the warning W886."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.collect.workspace import read_workspace
from interlock.diagnostics import Collector
from support.roots import write

from ..roots import BASE, HEAD, complaints

STOP = HEAD.replace("GO, WAIT, NO_GO", "GO, NO_GO")


def findings(folder: Path, params: str, rule: str, environment: str = "") -> list[tuple[str, str | None]]:
    head = "for_each: symbol\n" if "per:" in params or "trade." in rule else ""
    let = "let: {half: limit / 2}\n" if "half" in rule else ""
    policy = f"{STOP}{head}params: {params}\n{let}rules: [{{id: a, {rule}}}]\n"
    files = {**BASE, "gate.yaml": policy}
    if environment:
        files["live.yaml"] = f"environment: live\nvalues: {{gate: {environment}}}\n"
    collector = Collector()
    read_workspace(write(folder, files), collector)
    assert not collector.errors
    return [(each.message, each.hint) for each in collector.sorted() if each.code == "W886"]


FROM_0_TO_1 = "correct the limit: `fill_rate` is from 0% to 100%"


@pytest.mark.parametrize(
    ("params", "rule", "expect"),
    [
        (
            "{limit: 150%}",
            "require: fill_rate <= limit",
            ("`fill_rate <= limit` is always true: `limit` is 150%", FROM_0_TO_1),
        ),
        (
            "{limit: 150%}",
            "when: limit < fill_rate",
            ("`limit < fill_rate` is always false: `limit` is 150%", FROM_0_TO_1),
        ),
        (
            "{limit: 150%}",
            "when: kill.active or not (fill_rate < limit)",
            ("`fill_rate < limit` is always true: `limit` is 150%", FROM_0_TO_1),
        ),
        (
            "{limit: 50%, more: 60%}",
            "require: fill_rate <= limit + more",
            ("`fill_rate <= limit + more` is always true: `limit` is 50%", FROM_0_TO_1),
        ),
        (
            "{limit: 5}",
            '"when": "count(daily > 0, last=3) > limit"',
            (
                "`count(daily > 0, last=3) > limit` is always false: `limit` is 5",
                "correct the limit: `count(daily > 0, last=3)` is from 0 to 3",
            ),
        ),
        (
            "{limit: -5}",
            '"when": "streak(daily > 0) > limit"',
            (
                "`streak(daily > 0) > limit` is always true: `limit` is -5",
                "correct the limit: `streak(daily > 0)` is at least 0",
            ),
        ),
        (
            "{limit: 50%, other: 60%}",
            "require: limit < other or kill.active",
            ("`limit < other` is always true: `limit` is 50%", "correct the limit"),
        ),
        (
            "{limit: {value: 50%, per: {BTC-USD: 120%}}}",
            "require: trade.confidence < limit",
            (
                "`trade.confidence < limit` is always true: `limit` is 120% at BTC-USD",
                "correct the limit: `trade.confidence` is from 0% to 100%",
            ),
        ),
        ("{limit: 50%}", "require: fill_rate <= limit", None),
        ("{limit: 150%}", "require: fill_rate <= half", None),
        ("{limit: {required: true, type: ratio}}", "require: fill_rate <= limit", None),
        ("{limit: {value: unlimited, type: ratio}}", "require: fill_rate <= limit", None),
        ("{limit: 3}", "when: orders.open > limit", None),
        ("{limit: nervous}", "when: mood >= limit", None),
        (
            "{limit: 50%, more: {value: 60%, per: {BTC-USD: 1%}}}",
            "require: fill_rate <= limit + more",
            ("`fill_rate <= limit + more` is always true: `more` is 60%", FROM_0_TO_1),
        ),
    ],
)
def test_a_value_that_decides_a_comparison_is_noted(
    tmp_path: Path, params: str, rule: str, expect: tuple[str, str] | None
) -> None:
    assert findings(tmp_path, params, rule)[:1] == ([expect] if expect else [])


@pytest.mark.parametrize(
    ("environment", "where"),
    [
        ("{limit: 150%}", "150% in the environment `live`"),
        ("{limit: {per: {BTC-USD: 130%}}}", "130% in the environment `live`"),
        ("{limit: 90%}", None),
    ],
)
def test_a_value_of_an_environment_that_decides_a_comparison_is_noted(
    tmp_path: Path, environment: str, where: str | None
) -> None:
    found = findings(tmp_path, "{limit: 5%}", "when: trade.confidence > limit", environment)
    assert [each for each, _ in found] == (
        [f"`trade.confidence > limit` is always false: `limit` is {where}"] if where else []
    )


def test_the_place_of_the_value_and_of_the_comparison_are_shown(tmp_path: Path) -> None:
    policy = STOP + "params: {limit: 150%}\nrules: [{id: a, require: fill_rate <= limit}]\n"
    assert complaints(write(tmp_path, {**BASE, "gate.yaml": policy})) == (
        "policies/gate.yaml:6:10: warning W886: `fill_rate <= limit` is always true: `limit` is 150%\n"
        "    | params: {limit: 150%}\n"
        "    |          ^^^^^\n"
        "  policies/gate.yaml:7:26: compared here\n"
        "  hint: correct the limit: `fill_rate` is from 0% to 100%"
    )
