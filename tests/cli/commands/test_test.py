"""`interlock test`: what holds, what does not, and what no case saw."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from support import rollouts
from support.suites import BASE, write

from ..conftest import Command

GOOD = f"{BASE}cases: [{{name: shut, set: {{kill.active: true}}, expect: NO_GO}}]\n"
BAD = GOOD.replace("expect: NO_GO", "expect: {verdict: GO, rules: {kill: pass}}")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, {"t.yaml": GOOD})


def test_cases_that_hold(root: Path, command: Command) -> None:
    done = command("test", "--policies", root)
    assert (done.code, done.out, done.err) == (0, "1 case in 1 document: all hold\n", "")


def test_a_failing_case_shows_what_differs_and_explains_the_rule(root: Path, command: Command) -> None:
    write(root.parent, {"t.yaml": BAD})
    done = command("test", "--policies", root)
    assert done.code == 1
    assert done.out == (
        "✘ shut  policies/t.yaml:11\n"
        "    verdict: expected GO, got NO_GO\n"
        "    rule kill: expected pass, got fail\n"
        "    | gate 1.0.0: ✘ NO_GO\n"
        "    |   A gate\n"
        "    |   as of 2026-03-30T06:00:00Z, valid until 2026-03-31T06:00:00Z\n"
        "    |   from best to worst: GO, WAIT, NO_GO\n"
        "    |   5 rules: 4 pass, 1 fails\n"
        "    |\n"
        "    | ✘ kill fails, contributes NO_GO  policies/gate.yaml:13\n"
        "    |     why: the switch is set by none\n"
        "    |     14 | require: not kill.active\n"
        "    |       kill.active  seen true  needed false    nearest passing value: false\n"
        "\n"
        "1 case in 1 document: 1 does not hold\n"
    )


def test_other_formats_tell_the_same(root: Path, command: Command) -> None:
    write(root.parent, {"t.yaml": BAD})
    record = json.loads(command("test", "--policies", root, "--format", "json").out)["cases"][0]
    assert (record["case"], record["passed"], len(record["differences"])) == ("shut", False, 2)
    xml = ElementTree.fromstring(command("test", "--policies", root, "--format", "junit").out)
    assert [each.get("message") for each in xml.iter("failure")] == [
        "verdict: expected GO, got NO_GO; rule kill: expected pass, got fail"
    ]
    assert command("test", "--policies", root, "--format", "github").out == (
        "::error file=policies/t.yaml,line=11,title=gate::"
        "shut: verdict: expected GO, got NO_GO; rule kill: expected pass, got fail\n"
        "1 case in 1 document: 1 does not hold\n"
    )


def test_coverage_gates_and_counts_untested_policies(root: Path, command: Command) -> None:
    done = command("test", "--policies", root, "--coverage", "--min", "100")
    assert done.code == 1
    assert done.out.splitlines()[-4:] == [
        "gate: 11 of 32 cells, 34.3%",
        "trade: 0 of 10 cells, 0%",
        "coverage: 11 of 42, 26.1%, 100% wanted",
        "1 case in 1 document: all hold",
    ]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("--policy gat", "no policy is called `gat`: did you mean `gate`?"),
        ("--rollout gate", "no rollout is called `gate`: there are none"),
        ("--policy trade", "no tests found: write a document that begins with `tests: POLICY`"),
        ("policies/gate.yaml", "no tests found: write a document that begins with `tests: POLICY`"),
        ("--suggest --format json", "`--suggest` prints YAML to paste: leave `--format` out"),
    ],
)
def test_a_slip_is_told(words: str, text: str, root: Path, command: Command) -> None:
    done = command("test", "--policies", root, *words.split())
    assert (done.code, done.out, done.err) == (2, "", f"error: {text}\n")


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


# --- rollouts ----------------------------------------------------------------------------------------------------

STORY = """\
tests: exits
of: rollout
start: 2026-03-02T00:00:00Z
cases:
  - name: a day in telemetry
    steps:
      - {at: 0s, do: advance, expect: {decision: ADVANCE, stage: telemetry}}
      - {every: 12h, for: 12h, expect: {decision: HOLD, missing: [time]}}
      - {at: +12h, do: advance, expect: {decision: ADVANCE, stage: canary}}
"""
POLICY = """\
tests: gate
base: {as_of: 2026-03-02T00:00:00Z, set: {fills.good: true}, expect: PASS}
cases: [{name: bad fills, set: {fills.good: false}, expect: HOLD}]
"""


@pytest.fixture
def staged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return rollouts.write(tmp_path, {"gate-test.yaml": POLICY, "exits-test.yaml": STORY})


def test_policies_and_rollouts_are_tested_together(staged: Path, command: Command) -> None:
    done = command("test", "--policies", staged)
    assert (done.code, done.out, done.err) == (0, "3 cases in 2 documents: all hold\n", "")
    only = {"--rollout exits": 1, "--policy gate": 2, "--policy gate --rollout exits": 3}
    for words, cases in only.items():
        assert command("test", "--policies", staged, *words.split()).out.startswith(f"{cases} case")
    assert command("test", "--policies", staged, "policies/exits-test.yaml").out.startswith("1 case in 1")


def test_a_failing_story_shows_the_step_and_where_the_rollout_stood(staged: Path, command: Command) -> None:
    rollouts.write(staged.parent, {"exits-test.yaml": STORY.replace("for: 12h", "for: 24h")})
    done = command("test", "--policies", staged, "--rollout", "exits")
    assert done.code == 1
    head, _, drawing = done.out.partition("    | exits 1.0.0: ACTIVE\n")
    assert head == (
        "✘ a day in telemetry  policies/exits-test.yaml:5\n"
        "    2026-03-03T00:00:00Z (line 8): decision: expected HOLD, got ADVANCE\n"
        "    2026-03-03T00:00:00Z (line 8): missing: expected time, got nothing\n"
    )
    assert "    |   ✔  time           1d of 1d, since 2026-03-02T00:00:00Z\n" in drawing
    assert done.out.endswith("\n\n1 case in 1 document: 1 does not hold\n")


def test_other_formats_tell_of_stories_as_well(staged: Path, command: Command) -> None:
    rollouts.write(staged.parent, {"exits-test.yaml": STORY.replace("stage: canary", "stage: full")})
    told = "2026-03-03T00:00:00Z (line 9): stage: expected full, got canary"
    record = json.loads(command("test", "--policies", staged, "--format", "json").out)["cases"]
    assert [next(iter(each)) for each in record] == ["policy", "policy", "rollout"]
    assert record[-1] == {
        "rollout": "exits",
        "case": "a day in telemetry",
        "file": "policies/exits-test.yaml",
        "line": 5,
        "passed": False,
        "differences": [
            {
                "what": "stage",
                "check": "",
                "at": "2026-03-03T00:00:00Z",
                "line": 9,
                "expected": "full",
                "got": "canary",
            }
        ],
    }
    xml = ElementTree.fromstring(command("test", "--policies", staged, "--format", "junit").out)
    assert [(each.get("classname"), each.get("name")) for each in xml.iter("testcase")] == [
        ("gate", "base"),
        ("gate", "bad fills"),
        ("rollout exits", "a day in telemetry"),
    ]
    assert [each.get("message") for each in xml.iter("failure")] == [told]
    assert command("test", "--policies", staged, "--format", "github").out == (
        f"::error file=policies/exits-test.yaml,line=5,title=rollout exits::a day in telemetry: {told}\n"
        "3 cases in 2 documents: 1 does not hold\n"
    )


def test_coverage_counts_rollouts_that_nobody_tests(staged: Path, command: Command) -> None:
    done = command("test", "--policies", staged, "--coverage", "--min", "100")
    assert done.code == 1
    assert "✘ policies/exits.yaml:12:9: stage canary never seen to hold for `canary` alone\n" in done.out
    assert [each for each in done.out.splitlines() if each.startswith("rollout")] == [
        "rollout exits: 3 of 27 cells, 11.1%",
        "rollout learning: 0 of 15 cells, 0%",
        "rollout sizes: 0 of 22 cells, 0%",
    ]
    record = json.loads(command("test", "--policies", staged, "--coverage", "--format", "json").out)
    assert record["coverage"]["missed"][-1] == {
        "rollout": "sizes",
        "kind": "stage",
        "where": "largest",
        "what": "ROLLBACK",
        "text": "stage largest never seen to roll back",
        "file": "policies/sizes.yaml",
        "line": 10,
    }
    chosen = command("test", "--policies", staged, "--coverage", "--rollout", "exits").out.splitlines()
    assert chosen[-3:] == [
        "rollout exits: 3 of 27 cells, 11.1%",
        "coverage: 3 of 27, 11.1%",
        "1 case in 1 document: all hold",
    ]


def test_rollouts_are_validated_and_have_no_mutants(staged: Path, command: Command) -> None:
    done = command("mutate", "--policies", staged, "policies/exits-test.yaml")
    assert (done.code, done.err) == (2, "error: no tests of policies found: rollouts have no mutants\n")
    rollouts.write(staged.parent, {"exits-test.yaml": STORY.replace("stage: canary", "stage: canry")})
    done = command("validate", "--policies", staged)
    assert done.code == 2
    assert done.out.startswith("policies/exits-test.yaml:9:68: error E711: `exits` has no stage `canry`\n")
