"""A new entry of the operator table, with its meaning, works in the checker, the printer and every command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock.cli.main import run
from interlock.diagnostics import Collector
from interlock.evaluation.expressions.reductions import REDUCTIONS, greatest, least
from interlock.evaluation.expressions.scalar_semantics import subtract
from interlock.evaluation.expressions.windows import Selection
from interlock.language.checker import check
from interlock.language.operators import FUNCTIONS, OPERATORS, WINDOWS, Operator
from interlock.language.printer import to_text
from interlock.language.values import Value

from .cases import all_cases
from .reference import declarations, place

CATALOGUE = """\
metrics:
  alarm.raised:   {type: bool, every: 1d, began: 2026-03-01, max_age: 1h, doc: whether an alarm was raised that day}
  route.slippage: {type: ratio, range: [-1, 1], every: 1d, began: 2026-03-01, doc: of one day}
"""
POLICY = """\
policy: calm
version: 1.0.0
title: Is slippage calm?
owner: risk
# best to worst
verdicts: [GO, NO_GO]
rules:
  - id: spread
    require: spread(route.slippage, last=3) <= 50bps
"""
DAYS = {28: "0.001", 29: "0.004", 30: "0.007"}


def spread(selection: Selection) -> Value:
    return subtract(greatest(selection), least(selection))


@pytest.fixture(autouse=True)
def entry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    """A reduction that nobody but this test knows: its entry in the table, and its meaning."""
    operator = Operator(
        "spread",
        "reduce",
        ("amount",),
        "the same",
        "the largest less the smallest",
        ("spread(slippage, last=7)",),
        options=(*WINDOWS, "where"),
        range="positive",
        members=True,
    )
    monkeypatch.setitem(OPERATORS, "spread", operator)
    monkeypatch.setitem(FUNCTIONS, "spread", operator)
    monkeypatch.setitem(REDUCTIONS, "spread", spread)
    yield operator


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "interlock.yaml").write_text("interlock: 1\n", encoding="utf-8")
    (folder / "catalogue.yaml").write_text(CATALOGUE, encoding="utf-8")
    (folder / "calm.yaml").write_text(POLICY, encoding="utf-8")
    return folder


def written(root: Path, days: dict[int, str]) -> str:
    points = [{"at": f"2026-03-{day}", "value": float(value)} for day, value in days.items()]
    document = {"interlock": 1, "as_of": "2026-03-31T00:00:00Z"}
    series = {"from": "2026-03-01", "points": points}
    file = root.parent / "snapshot.json"
    file.write_text(json.dumps({**document, "metrics": {"route.slippage": series}}), encoding="utf-8")
    return str(file)


def test_the_signature_is_written_like_any_other(entry: Operator) -> None:
    assert entry.signature == "spread(amount, [window], [where=…]) → the same"


@pytest.mark.parametrize(
    ("condition", "complaint"),
    [
        ("spread(alarm.raised, last=3) <= 1%", "error E309: `spread` does not go with a boolean"),
        ("spread(route.slippage) <= 1%", "error E335: `spread` over a regular series needs a window"),
        ("spread(route.slippage, last=3) >= 0", "error E312: this comparison is always true"),
        ("spred(route.slippage, last=3) <= 1%", "error E306: no function is called `spred`"),
    ],
)
def test_the_checker_holds_it_to_its_entry(
    root: Path, capsys: pytest.CaptureFixture[str], condition: str, complaint: str
) -> None:
    text = POLICY.replace("spread(route.slippage, last=3) <= 50bps", condition)
    (root / "calm.yaml").write_text(text, encoding="utf-8")
    assert run(["validate", "--policies", str(root)]) == 2
    out = "".join(capsys.readouterr())
    assert complaint in out and "1 error in 1 file" in out


def test_it_is_printed_as_it_is_written() -> None:
    case = next(each for each in all_cases() if "last=" in each.expression and each.wanted.value)
    _, names = declarations(case)
    metric = next(name for name, each in names.metrics.items() if each.type.numeric and each.shape.regular)
    tree = check(f"- spread( {metric},last = 3 )", place, names, Collector())
    assert tree is not None
    assert to_text(tree) == f"-spread({metric}, last=3)"


@pytest.mark.parametrize(
    ("days", "code", "verdict"),
    [
        (DAYS, 1, "NO_GO"),
        ({**DAYS, 30: "0.006"}, 0, "GO"),
        ({28: "0.001", 30: "0.002"}, 1, "NO_GO"),
    ],
    ids=["too wide", "calm", "a day is missing"],
)
def test_it_decides_a_verdict(
    root: Path, capsys: pytest.CaptureFixture[str], days: dict[int, str], code: int, verdict: str
) -> None:
    words = ["--policies", str(root), "--historic", "--format", "json"]
    assert run(["evaluate", written(root, days), *words]) == code
    assert json.loads(capsys.readouterr().out)["verdicts"][0]["verdict"] == verdict


def test_eval_knows_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["spread(route.slippage, last=3)", written(root, DAYS), "--policies", str(root)]
    assert run(["eval", *words]) == 0
    assert capsys.readouterr().out == "value: 0.6%\ntype: ratio, one value\n"
