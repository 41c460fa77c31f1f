"""`interlock test`: what holds, what does not, and what no case saw."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from tests.testing.desk import BASE, write

from .conftest import Command

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
