"""What an environment or a composing policy gives for a param loosens no limit: from the documents to the verdict."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..conftest import Command

CATALOGUE = """\
metrics:
  confidence: {type: ratio, range: [0, 1], scope: symbol, max_age: 1h, doc: of the next decision}
  errors: {type: integer, range: [0, 1000], max_age: 1h, doc: of the last hour}
scopes:
  symbol: {members: [BTC-USD, ETH-USD]}
"""
HEAD = "version: 1.0.0\ntitle: May it trade?\nowner: risk\n# best to worst\nverdicts: [GO, NO_GO]\n"
TRADE = f"""\
policy: trade
{HEAD}for_each: symbol
params:
  group:
    sure: {{value: 60%, per: {{BTC-USD: 75%}}, range: [0%, 100%]}}
rules:
  - {{id: sure, require: confidence >= group.sure}}
"""
CHILD = f"""\
policy: child
{HEAD}params:
  limit: {{value: 5, range: [1, 10]}}
rules:
  - {{id: few, require: errors <= limit}}
"""
PARENT = f"""\
policy: parent
{HEAD}params:
  given: 7
rules:
  - {{id: child, policy: child, at_worst: GO, with: {{limit: given}}}}
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "policies"
    root.mkdir()
    texts = {
        "interlock": "interlock: 1\n",
        "catalogue": CATALOGUE,
        "trade": TRADE,
        "child": CHILD,
        "parent": PARENT,
    }
    for name, text in texts.items():
        (root / f"{name}.yaml").write_text(text, encoding="utf-8")
    snapshot = {
        "interlock": 1,
        "as_of": "2026-03-30T06:00:00Z",
        "metrics": {"errors": 6},
        "scopes": {"symbol": {"BTC-USD": {"confidence": 0.65}, "ETH-USD": {"confidence": 0.65}}},
        "env": {"SURE": "62%", "STRICT": "70%", "ODD": "high", "NONE": None},
    }
    (tmp_path / "s.json").write_text(json.dumps(snapshot), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return root


def verdicts(command: Command, *options: str) -> dict[str, str]:
    done = command("evaluate", "s.json", "--policies", "policies", "--historic", "--format", "json", *options)
    assert done.code < 2, done.err
    return {
        f"{each['policy']} {each['member'] or ''}".strip(): each["verdict"]
        for each in json.loads(done.out)["verdicts"]
    }


@pytest.mark.parametrize(
    ("given", "btc", "eth"),
    [
        ("50%", "NO_GO", "GO"),
        ("70%", "NO_GO", "NO_GO"),
        ("{value: 50%}", "NO_GO", "GO"),
        ("{value: 70%, per: {BTC-USD: 50%}}", "GO", "NO_GO"),
        ("{per: {ETH-USD: 70%}}", "NO_GO", "NO_GO"),
    ],
)
def test_an_environment_replaces_the_value_of_a_member_only_by_one_for_that_member(
    command: Command, desk: Path, given: str, btc: str, eth: str
) -> None:
    text = f"environment: paper\nvalues: {{trade: {{group: {{sure: {given}}}}}}}\n"
    (desk / "paper.yaml").write_text(text, encoding="utf-8")
    found = verdicts(command, "--policy", "trade", "--environment", "paper")
    assert found == {"trade BTC-USD": btc, "trade ETH-USD": eth}


@pytest.mark.parametrize(("given", "verdict"), [("7", "GO"), ("5", "NO_GO"), ("11", "NO_GO"), ("0", "NO_GO")])
def test_a_param_given_to_a_composed_policy_is_unknown_outside_the_range_declared_there(
    command: Command, desk: Path, given: str, verdict: str
) -> None:
    (desk / "live.yaml").write_text(
        f"environment: live\nvalues: {{parent: {{given: {given}}}}}\n", encoding="utf-8"
    )
    assert verdicts(command, "--policy", "parent", "--environment", "live") == {"parent": verdict}


def test_the_verdict_prints_why_such_a_param_is_unknown(command: Command, desk: Path) -> None:
    (desk / "live.yaml").write_text("environment: live\nvalues: {parent: {given: 11}}\n", encoding="utf-8")
    done = command(
        "evaluate",
        "s.json",
        "--policies",
        "policies",
        "--historic",
        "--format",
        "json",
        "--policy",
        "parent",
        "--environment",
        "live",
    )
    (found,) = json.loads(done.out)["verdicts"]
    assert found["assumptions"] == ["child: param `limit` is unknown: 11 is outside its range"]
    assert found["verdict"] == "NO_GO"
    causes = [(each["metric"], each["cause"], each["detail"]) for each in found["rules"][0]["causes"]]
    assert causes == [("limit", "out of range", "11 is outside its range")]


@pytest.mark.parametrize(
    "own", ["{per: {BTC-USD: 10%}}", "{value: 10%, per: {BTC-USD: 10%, ETH-USD: 10%}}", "10%"]
)
@pytest.mark.parametrize(("given", "verdict"), [("90%", "NO_GO"), ("60%", "GO")])
def test_what_a_composition_gives_goes_before_every_value_of_an_environment(
    command: Command, desk: Path, own: str, given: str, verdict: str
) -> None:
    rule = f"{{id: plain, policy: plain, at_worst: GO, with: {{group.sure: {given}}}}}"
    text = f"policy: both\n{HEAD}for_each: symbol\nrules:\n  - {rule}\n"
    (desk / "both.yaml").write_text(text, encoding="utf-8")
    text = TRADE.replace("policy: trade", "policy: plain").replace(" per: {BTC-USD: 75%},", "")
    (desk / "plain.yaml").write_text(text, encoding="utf-8")
    text = f"environment: paper\nvalues: {{plain: {{group: {{sure: {own}}}}}}}\n"
    (desk / "paper.yaml").write_text(text, encoding="utf-8")
    wanted = {"both BTC-USD": verdict, "both ETH-USD": verdict}
    for options in ((), ("--environment", "paper")):
        assert verdicts(command, "--policy", "both", *options) == wanted


KEPT = "finding: {} leaves param `group.sure` as it is for BTC-USD"
READ = "param `group.sure` is {}, set by {}"
ODD = "param `group.sure` is unknown: ODD: `high` is not a ratio"


@pytest.mark.parametrize(
    ("override", "btc", "eth", "printed"),
    [
        ("{env: SURE}", "NO_GO", "GO", (KEPT.format("SURE"), READ.format("62%", "SURE"))),
        ("{env: SURE, members: false}", "NO_GO", "GO", (KEPT.format("SURE"), READ.format("62%", "SURE"))),
        ("{env: SURE, members: true}", "GO", "GO", (READ.format("62%", "SURE"),) * 2),
        ("{env: STRICT, members: true}", "NO_GO", "NO_GO", (READ.format("70%", "STRICT"),) * 2),
        ("{env: STRICT}", "NO_GO", "NO_GO", (KEPT.format("STRICT"), READ.format("70%", "STRICT"))),
        ("{env: ODD}", "NO_GO", "NO_GO", (KEPT.format("ODD"), ODD)),
        ("{env: ODD, members: true}", "NO_GO", "NO_GO", (ODD, ODD)),
        ("{env: NONE, members: true}", "NO_GO", "GO", ()),
    ],
)
@pytest.mark.parametrize("of", ["policy", "environment"])
def test_a_variable_for_all_leaves_the_values_of_members_as_they_are(
    command: Command, desk: Path, of: str, override: str, btc: str, eth: str, printed: tuple[str, ...]
) -> None:
    text = TRADE.replace("range:", f"override: {override}, range:")
    if of == "environment":
        text = text.replace(" per: {BTC-USD: 75%},", "")
        given = "environment: paper\nvalues: {trade: {group: {sure: {per: {BTC-USD: 75%}}}}}\n"
        (desk / "paper.yaml").write_text(given, encoding="utf-8")
    (desk / "trade.yaml").write_text(text, encoding="utf-8")
    words = ("--policy", "trade", *(("--environment", "paper") if of == "environment" else ()))
    assert verdicts(command, *words) == {"trade BTC-USD": btc, "trade ETH-USD": eth}
    done = command("evaluate", "s.json", "--policies", "policies", "--historic", "--format", "json", *words)
    told = [text for each in json.loads(done.out)["verdicts"] for text in each["assumptions"]]
    assert told == list(printed)
