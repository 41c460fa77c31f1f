"""`interlock mutate`: which changes of a policy no test notices."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.suites import BASE, write

from ..conftest import Command

GOOD = f"{BASE}cases: [{{name: shut, set: {{kill.active: true}}, expect: NO_GO}}]\n"
BAD = GOOD.replace("expect: NO_GO", "expect: {verdict: GO, rules: {kill: pass}}")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, {"t.yaml": GOOD})


def test_mutants_are_killed_or_shown(root: Path, command: Command) -> None:
    done = command("mutate", "--policies", root, "--jobs", 1, "--min", 95)
    assert done.code == 1
    assert "✘ gate: operator in rule rate  policies/gate.yaml:17\n" in done.out
    assert "    - require: hit_rate >= min_rate\n    + require: hit_rate > min_rate\n" in done.out
    write(root.parent, {"t.yaml": BAD})
    failing = command("mutate", "--policies", root)
    assert (failing.code, failing.err) == (
        2,
        "error: 1 case failing without a mutant: see `interlock test`\n",
    )


def test_every_format_tells_of_the_survivors(root: Path, command: Command) -> None:
    words = ("mutate", "--policies", root, "--jobs", 1)
    record = json.loads(command(*words, "--format", "json").out)
    survivors = [each for each in record["mutants"] if each["fate"] == "survived"]
    assert record["survived"] == len(survivors)
    shown = command(*words, "--format", "markdown").out
    head, _, rest = shown.partition("\n")
    assert (head, record["killed"], record["survived"]) == (
        "Mutation: 2 of 38 mutants killed, 5.2%.",
        2,
        36,
    )
    rows = [line for line in rest.partition("Survivors:")[2].splitlines() if line.startswith("| `")]
    assert len(rows) == len(survivors)
    assert any("`require: hit_rate >= min_rate`" in each for each in rows)


BUSY = """\
policy: busy
version: 1.0.0
title: Is it busy?
owner: risk
verdicts: [CALM, BUSY]
rules:
  - {id: events, require: "count(alerts, within=1d) < 500"}
"""
CALM = """\
tests: busy
base: {as_of: 2026-03-30T06:00:00Z, set: {alerts: []}, expect: CALM}
cases: [{name: blind, missing: [alerts], expect: BUSY}]
"""


def test_what_no_search_tells_apart_is_undecided_and_not_killed(root: Path, command: Command) -> None:
    write(root.parent, {"busy.yaml": BUSY, "b.yaml": CALM})
    words = ("mutate", "--policies", root, "--policy", "busy", "--jobs", 1)
    done = command(*words, "--min", 100)
    assert done.code == 1
    shown = (
        "? busy: operator in rule events (undecided)  policies/busy.yaml:7\n"
        "    - require: count(alerts, within=1d) < 500\n"
        "    + require: count(alerts, within=1d) <= 500\n"
    )
    assert shown in done.out
    record = json.loads(command(*words, "--format", "json").out)
    undecided = [each for each in record["mutants"] if each["fate"] == "undecided"]
    counts = (record["killed"], record["survived"], record["undecided"], record["percent"])
    assert counts == (1, 1, 6, 12.5)
    assert len(undecided) == 6 and done.out.count(" (undecided)  ") == 6
    assert done.out.endswith("mutation: 1 of 8 mutants killed, 12.5%; 6 undecided\n")
    page = command(*words, "--format", "markdown").out
    assert page.startswith("Mutation: 1 of 8 mutants killed, 12.5%; 6 undecided.\n")
    assert page.partition("Undecided:")[2].count("| `busy` |") == 6


TWICE = """\
policy: twice
version: 1.0.0
title: Twice the same figure
owner: risk
verdicts: [GO, WAIT, NO_GO]
rules:
  - {id: low, require: hit_rate >= 20%, else: NO_GO}
  - {id: high, require: hit_rate >= 60%, else: WAIT}
"""
BOTH = """\
tests: twice
base: {as_of: 2026-03-30T06:00:00Z, set: {hit_rate: {value: 60%, n: 200}}, expect: GO}
cases:
  - {name: 'below 20 %', set: {hit_rate: 19.9%}, expect: NO_GO}
  - {name: '20 %', set: {hit_rate: 20%}, expect: {verdict: WAIT, rules: {low: pass}}}
  - {name: 'below 60 %', set: {hit_rate: 59.9%}, expect: WAIT}
  - {name: unknown, missing: [hit_rate], expect: NO_GO}
"""


def test_what_is_shown_to_be_the_same_has_its_reason_and_does_not_count(root: Path, command: Command) -> None:
    write(root.parent, {"twice.yaml": TWICE, "b.yaml": BOTH})
    words = ("mutate", "--policies", root, "--policy", "twice", "--jobs", 1)
    done = command(*words, "--min", 100)
    assert (done.code, done.out) == (0, (
        "✔ twice: unknown milder in rule high (same: `low` weighs as much wherever it is unknown)  "
        "policies/twice.yaml:8\n"
        "    - unknown: WAIT\n"
        "    + unknown: GO\n"
        "\n"
        "twice: 15 of 16 mutants killed, 100%; 1 the same\n"
        "mutation: 15 of 16 mutants killed, 100%; 1 the same\n"
    ))  # fmt: skip
    record = json.loads(command(*words, "--format", "json").out)
    assert (record["killed"], record["same"], record["percent"]) == (15, 1, 100.0)
    assert [(each["fate"], each["why"]) for each in record["mutants"]] == [
        ("same", "`low` weighs as much wherever it is unknown")
    ]
    page = command(*words, "--format", "markdown").out
    change, why = "unknown milder in rule high", "`low` weighs as much wherever it is unknown"
    row = f"| `twice` | {change} | `unknown: WAIT` | `unknown: GO` | {why} | policies/twice.yaml:8 |"
    assert row in page.partition("The same:")[2]


ABOVE = """\
policy: above
version: 1.0.0
title: Above it
owner: risk
verdicts: [GO, NO_GO]
rules:
  - {id: twice, policy: twice, at_worst: WAIT, else: NO_GO}
"""
NOTICES = """\
tests: above
base: {from: b.yaml, expect: GO}
cases:
  - {name: 'below 20 %', set: {hit_rate: 19.9%}, expect: NO_GO}
"""


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("names", [("twice",), ("twice", "above"), ()])
def test_a_policy_is_tried_over_the_same_cases_whatever_is_selected(
    names: tuple[str, ...], jobs: int, root: Path, command: Command
) -> None:
    own = BOTH.replace("  - {name: 'below 20 %', set: {hit_rate: 19.9%}, expect: NO_GO}\n", "")
    write(root.parent, {"twice.yaml": TWICE, "b.yaml": own, "above.yaml": ABOVE, "c.yaml": NOTICES})
    chosen = [word for name in names for word in ("--policy", name)]
    done = command("mutate", "--policies", root, *chosen, "--jobs", jobs)
    assert "\ntwice: 15 of 16 mutants killed, 100%; 1 the same\n" in done.out
