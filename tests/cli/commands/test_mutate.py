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
