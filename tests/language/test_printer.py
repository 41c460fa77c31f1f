"""How an expression prints: as its author would write it."""

from __future__ import annotations

from pathlib import Path

import pytest

import interlock
from support.roots import snapshot, write

CATALOGUE = """\
metrics:
  live: {type: bool, max_age: 1h}
  wait: {type: duration, max_age: 1h}
  fee: {type: money, currency: USD, max_age: 1h}
  level: {type: enum, values: [calm, tense], max_age: 1h}
  rate: {type: ratio, range: [0, 1], max_age: 1h}
"""
HEAD = "policy: gate\nversion: 1.0.0\ntitle: a\nowner: risk\nverdicts: [GO, NO_GO]\n"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("default(live, false)", "default(live, false)"),
        ("default(live, true) and live", "default(live, true)"),
        ("default(wait, 90s) > 1h", "default(wait, 90s)"),
        ("default(wait, 1.5s) > 1h", "default(wait, 1.5s)"),
        ("default(wait, 0s) > 1h", "default(wait, 0s)"),
        ("default(wait, 7d) > 8d", "default(wait, 1w)"),
        ("default(fee, 5USD) > 7USD", "default(fee, 5USD)"),
        ("default(level, 'tense') == 'calm'", "default(level, 'tense')"),
        ("default(rate, 250bps) > 5%", "default(rate, 2.5%)"),
    ],
)
def test_a_constant_prints_in_its_unit(tmp_path: Path, text: str, printed: str) -> None:
    gate = f"{HEAD}rules:\n  - id: one\n    require: {text}\n"
    files = {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": CATALOGUE, "gate.yaml": gate}
    policies = interlock.load(write(tmp_path, files))
    (found,) = policies.evaluate(snapshot("2026-03-30T06:00:00Z", {}))
    assert f"`{printed}` speaks for missing data" in found.assumptions


@pytest.mark.parametrize("problem", [RecursionError, MemoryError, ValueError])
def test_what_python_cannot_parse_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: type[Exception]
) -> None:
    """As where the program that calls has used up its stack."""

    def refused(*_: object, **__: object) -> None:
        raise problem

    gate = f"{HEAD}rules:\n  - id: one\n    require: live\n"
    files = {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": CATALOGUE, "gate.yaml": gate}
    root = write(tmp_path, files)
    monkeypatch.setattr("interlock.language.parser.ast.parse", refused)
    with pytest.raises(interlock.DocumentError) as caught:
        interlock.load(root)
    text = (
        "policies/gate.yaml:8:14: error E301: the expression has more than 64 levels (split it with `let:`)"
    )
    assert str(caught.value) == text
