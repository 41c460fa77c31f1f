"""Tests documents of rollouts: what is wrong with them, word for word, and what a clock and a stage come to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from interlock.diagnostics import Collector, render
from interlock.language.times import show_time
from interlock.testing.rollouts.model import Story
from interlock.testing.rollouts.story_documents import read_stories
from interlock.testing.suite_reader import read_suites
from support import rollouts
from support.roots import read

CASES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[1] / "rollout_complaints.yaml").read_text(encoding="utf-8")
)
HEAD = "tests: exits\nof: rollout\nstart: 2026-03-02T00:00:00Z\n"


def complaints(folder: Path, text: str, **files: str) -> list[str]:
    """The first line and the hint of every complaint, without the name of the document."""
    changed = {"t.yaml": text, **{f"{name}.yaml": each for name, each in files.items()}}
    root, collector = read(rollouts.write(folder, changed))
    assert read_suites(root, collector) == ()
    read_stories(root, collector)
    shown = "\n".join(render(each, collector.sources) for each in collector.sorted())
    lines = [each.strip() for each in shown.replace("policies/t.yaml:", "").split("\n")]
    return [each for each in lines if not each.startswith("|") and "given here" not in each]


def stories(folder: Path, text: str) -> tuple[Story, ...]:
    root, collector = read(rollouts.write(folder, {"t.yaml": text}))
    found = read_stories(root, collector)
    assert [str(each) for each in collector.sorted()] == []
    return found[0].stories


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_document_is_complained_of(name: str, tmp_path: Path) -> None:
    assert complaints(tmp_path, HEAD + CASES[name]["text"] + "\n") == CASES[name]["expect"]


def test_an_unknown_rollout_is_named(tmp_path: Path) -> None:
    steps = "cases: [{name: a, steps: [{at: +1h, shows: nowhere, expect: HOLD}]}]\n"
    assert complaints(tmp_path, HEAD.replace("exits", "exit") + steps) == [
        "1:8: error E706: no rollout is called `exit`",
        "hint: did you mean `exits`?",
    ]


def test_a_policy_is_no_rollout(tmp_path: Path) -> None:
    steps = "cases: [{name: a, steps: [{at: +1h, expect: HOLD}]}]\n"
    assert complaints(tmp_path, HEAD.replace("exits", "gate") + steps) == [
        "1:8: error E706: no rollout is called `gate`",
        "hint: there are exits, learning and sizes",
    ]
    assert complaints(tmp_path, HEAD.replace("of: rollout", "of: rollouts") + steps) == [
        "2:5: error E201: `of`: `policy` or `rollout` wanted, got the text `rollouts`"
    ]


def test_a_rollout_that_cannot_be_read_is_complained_of_once(tmp_path: Path) -> None:
    steps = "cases: [{name: a, steps: [{at: +1h, expect: HOLD}]}]\n"
    broken = rollouts.FILES["exits.yaml"].replace("owner: quant\n", "")
    assert complaints(tmp_path, HEAD + steps, exits=broken, sizes=None) == [
        "policies/exits.yaml:1:1: error E201: `owner` is missing",
        "hint: write text",
    ]


def test_a_case_needs_a_start(tmp_path: Path) -> None:
    text = "tests: exits\nof: rollout\ncases: [{name: a, steps: [{at: +1h, expect: HOLD}]}]\n"
    assert complaints(tmp_path, text) == [
        "3:16: error E723: the case `a` has no `start`",
        "hint: write `start: 2026-03-02T00:00:00Z`, here or above `cases`",
    ]


def test_the_clock_counts_from_step_to_step(tmp_path: Path) -> None:
    steps = (
        "{at: +1h}, {every: 30m, for: 100m}, {at: -2h, expect: HOLD}, {at: 2026-03-05T00:00:00Z}, {at: +1s}"
    )
    found = stories(tmp_path, f"{HEAD}cases: [{{name: a, steps: [{steps}]}}]\n")[0]
    assert [show_time(each.at).removeprefix("2026-03-") for each in found.steps] == [
        "02T01:00:00Z",
        "02T01:30:00Z",
        "02T02:00:00Z",
        "02T02:30:00Z",
        "02T00:30:00Z",
        "05T00:00:00Z",
        "05T00:00:01Z",
    ]
    assert [each.span.line for each in found.steps] == [4] * 7


def test_a_case_says_otherwise_than_its_document(tmp_path: Path) -> None:
    steps = "steps: [{at: +1h, expect: HOLD}]"
    cases = f"{{name: a, {steps}}}, {{name: b, environment: none, start: 2026-04-01, stage: full, {steps}}}"
    found = stories(tmp_path, f"{HEAD}environment: paper\ncases: [{cases}]\n")
    assert [(each.environment, show_time(each.start), each.stage) for each in found] == [
        ("paper", "2026-03-02T00:00:00Z", ""),
        (None, "2026-04-01T00:00:00Z", "full"),
    ]


def test_documents_of_policies_and_of_rollouts_stand_side_by_side(tmp_path: Path) -> None:
    base = "base: {as_of: 2026-03-02T00:00:00Z, set: {fills.good: true}, expect: PASS}"
    case = "cases: [{name: bad, set: {fills.good: false}, expect: HOLD}]"
    files = {
        "p.yaml": f"tests: gate\nof: policy\n{base}\n{case}\n",
        "t.yaml": f"{HEAD}cases: [{{name: a, steps: [{{at: 0s, expect: ADVANCE}}]}}]\n",
    }
    root, collector = read(rollouts.write(tmp_path, files))
    both = read_suites(root, collector), read_stories(root, collector)
    assert isinstance(collector, Collector) and collector.sorted() == ()
    assert [[each.policy for each in both[0]], [each.rollout.id for each in both[1]]] == [["gate"], ["exits"]]
