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
    assert counts == (1, 0, 7, 12.5)
    assert len(undecided) == 7 and done.out.count(" (undecided)  ") == 7
    assert done.out.endswith("mutation: 1 of 8 mutants killed, 12.5%; 7 undecided\n")
    page = command(*words, "--format", "markdown").out
    assert page.startswith("Mutation: 1 of 8 mutants killed, 12.5%; 7 undecided.\n")
    assert page.partition("Undecided:")[2].count("| `busy` |") == 7
