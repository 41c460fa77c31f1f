"""Tests documents: what is wrong with them, word for word, and where a base may come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from support.suites import BASE, complaints, read, write

CASES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "complaints.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_document_is_complained_of(name: str, tmp_path: Path) -> None:
    found = complaints(tmp_path, BASE + CASES[name]["text"] + "\n").replace("policies/t.yaml:", "")
    shown = [line.strip() for line in found.split("\n") if not line.startswith("    |")]
    assert [each for each in shown if not each.startswith("t.yaml") and "given here" not in each] == CASES[
        name
    ]["expect"]


def test_an_unknown_policy_is_named(tmp_path: Path) -> None:
    assert complaints(tmp_path, BASE.replace("gate", "gat") + "cases: [{name: a, expect: GO}]\n").split("\n")[
        0
    ] == ("policies/t.yaml:1:8: error E701: no policy is called `gat`")


@pytest.mark.parametrize(
    ("base", "expect"),
    [
        ("none.yaml", "policies/a.yaml:2:7: error E730: no tests document is called `policies/none.yaml`"),
        ("/etc/passwd", "policies/a.yaml:2:7: error E728: `/etc/passwd` is not a file near this one"),
        ("a.yaml", "policies/a.yaml:2:7: error E729: the base of `policies/a.yaml` comes from itself"),
        ("none.json",
"policies/a.yaml:2:7: error E731: `policies/none.json`: cannot read the snapshot: no such file or directory"),
        ("{set: {kill.active: true}}", "policies/a.yaml:2:7: error E703: the base has no `as_of`"),
    ],
)  # fmt: skip
def test_a_base_that_cannot_be_taken(base: str, expect: str, tmp_path: Path) -> None:
    text = f"tests: gate\nbase: {base}\ncases: [{{name: x, set: {{kill.active: true}}, expect: NO_GO}}]\n"
    _, _, collector = read(write(tmp_path, {"a.yaml": text}))
    assert [str(each).split(" (")[0] for each in collector.sorted()] == [expect]


def test_a_base_is_taken_from_another_document_and_changed(tmp_path: Path) -> None:
    head = "tests: gate\nbase: {from: ../t.yaml, set: {kill.active: true}}\n"
    other = head + "cases: [{name: b, as_of: +1h, expect: NO_GO}]\n"
    files = {
        "t.yaml": BASE + "cases: [{name: a, set: {kill.active: true}, expect: NO_GO}]\n",
        "deep/o.yaml": other,
    }
    _, suites, collector = read(write(tmp_path, files))
    assert collector.sorted() == ()
    drafts = [each.base.draft for each in suites]
    assert [each.metrics["kill.active"] for each in drafts] == [True, False]
    assert drafts[0].metrics["heartbeat.at"] == drafts[1].metrics["heartbeat.at"] == "2026-03-30T05:50:00Z"


def test_a_base_is_taken_from_a_snapshot(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(
        '{"interlock": 1, "as_of": "2026-03-30T06:00:00Z", "metrics": {"kill.active": false}}'
    )
    text = "tests: gate\nbase: ../s.json\ncases: [{name: x, set: {kill.active: true}, expect: NO_GO}]\n"
    _, suites, collector = read(write(tmp_path, {"a.yaml": text}))
    assert collector.sorted() == ()
    assert suites[0].base.draft.metrics == {"kill.active": False}
