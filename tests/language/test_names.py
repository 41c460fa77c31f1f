"""Names that are words of Python are names and nothing else: from a policy to its verdict, and no way to an object."""

from __future__ import annotations

from pathlib import Path

import pytest

import interlock
from interlock.diagnostics import Collector
from support.roots import read, snapshot, write

NAMES = (
    *(
        "account.margin",
        "book.values",
        "bond.yield",
        "yield.curve",
        "class",
        "from",
        "equity.return",
        "in.flight",
    ),
    *("import.os", "lambda", "desk.items", "desk.copy.get", "margin.level", "is.if.else", "global", "del"),
)
CATALOGUE = "metrics:\n" + "".join(f"  {name}: {{type: number, range: [-9, 9]}}\n" for name in NAMES)
POLICY = """\
policy: gate
version: 1.0.0
title: A gate
owner: risk
verdicts: [GO, NO_GO]
params: {limits: {pass: 5}, try: 5}
let: {with: "NAME - 0"}
rules: [{id: a, require: "EXPRESSION", reason: "{{ margin }}: {{ NAME }} and {{ with }} beside {{ limits.pass }}"}]
"""


def root(folder: Path, expression: str, name: str = "class") -> Path:
    policy = POLICY.replace("EXPRESSION", expression).replace("NAME", name)
    return write(
        folder, {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": CATALOGUE, "gate.yaml": policy}
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("value", "verdict"), [(4, "GO"), (7, "NO_GO"), (None, "NO_GO")])
def test_a_word_of_python_names_a_metric(tmp_path: Path, name: str, value: int | None, verdict: str) -> None:
    engine = interlock.load(root(tmp_path, "NAME <= limits.pass and not (with > try)", name))
    metrics = {} if value is None else {name: value}
    (judged,) = engine.evaluate(snapshot("2026-03-30T06:00:00Z", metrics))
    assert judged.verdict == verdict
    if value == 7:
        assert judged.rules[0].reason == "-2: 7 and 7 beside 5"


@pytest.mark.parametrize(
    ("expression", "codes"),
    [
        ("class.__class__ > 1", ["E305"]),
        ("import.os.system('id') > 1", ["E306"]),
        ("import.os('id') > 1", ["E306"]),
        ("__import__('os').system('id') > 1", ["E304"]),
        ("lambda.__globals__ > 1", ["E305"]),
        ("lambda: 1", ["E303"]),
        ("book.values() > 1", ["E306"]),
        ("desk.items.__init__.__globals__ > 1", ["E305"]),
        ("(class).real > 1", ["E305"]),
        ("from.import > 1", ["E305"]),
        ("Class > 1", ["E305"]),
        ("Yield.curve > 1", ["E305"]),
        ("yield class", ["E302"]),
        ("class class", ["E302"]),
        ("import os", ["E302"]),
        ("await class > 1", ["E302"]),
        ("class.from import os", ["E302"]),
        ("del class", ["E302"]),
    ],
)
def test_a_word_of_python_leads_to_no_object(tmp_path: Path, expression: str, codes: list[str]) -> None:
    _, collector = read(root(tmp_path, expression))
    assert [each.code for each in collector.errors] == codes


@pytest.mark.parametrize(
    "path",
    ["class.__class__", "book.values.__init__", "desk.items.__globals__", "margin.__class__", "self.x"],
)
def test_a_reason_leads_to_no_object(tmp_path: Path, path: str) -> None:
    policy = root(tmp_path, "class < 5")
    text = (policy / "gate.yaml").read_text(encoding="utf-8")
    (policy / "gate.yaml").write_text(text.replace("{{ with }}", f"{{{{ {path} }}}}"), encoding="utf-8")
    collector = Collector()
    _, collector = read(policy)
    assert [(each.code, each.message) for each in collector.errors] == [
        ("E602", f"a template cannot name `{path}`")
    ]
