"""`interlock health`: the exit code is 0 only where every gate of the readiness report is at its best."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interlock.language.times import parse_time
from support.roots import document, write

from ..conftest import Command

FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": (
        "metrics:\n  open: {type: bool, max_age: 1d, source: false}\n"
        "  level: {type: enum, values: [calm, storm], max_age: 1d, source: false}\n"
    ),
    "gate.yaml": (
        "policy: gate\nversion: 1.0.0\ntitle: Gate\nowner: risk\nverdicts: [GO, CONDITIONAL, NO_GO]\nrules:\n"
        "  - {id: open, require: open, else: NO_GO, reason: it is shut, action: open it}\n"
        "  - {id: calm, require: level <= 'calm', else: CONDITIONAL, reason: it storms, action: wait}\n"
    ),
    "idle.yaml": (
        "policy: idle\nversion: 1.0.0\ntitle: Idle\nowner: risk\nverdicts: [GO, NO_GO]\n"
        "rules: [{id: one, applies: level > 'calm', require: open, reason: it is shut}]\n"
    ),
    "readiness.yaml": "report: readiness\ntitle: Readiness\nfields: {ready: {get: verdict, of: gate}}\n",
}
AS_OF = "2026-03-30T06:00:00Z"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a policy root and a ledger that is begun, half an hour after the snapshots."""
    root = write(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERLOCK_POLICIES", str(root))
    monkeypatch.setattr("interlock.clock.now", lambda: parse_time("2026-03-30T06:30:00Z"))
    return tmp_path


def snapshot(folder: Path, *, open: object = True, level: str = "calm") -> Path:
    file = folder / "snapshot.json"
    file.write_bytes(document(AS_OF, {"open": open, "level": level}))
    return file


@pytest.fixture
def asked(desk: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Asks for health with a ledger that holds one good snapshot."""
    monkeypatch.setenv("INTERLOCK_POLICIES", str(desk / "policies"))
    assert command("evaluate", snapshot(desk), "--policy", "gate", "--ledger", "l.db", "--begin").code == 0
    return lambda *words: command("health", *words, "--ledger", "l.db")


def test_ready(asked: Command, desk: Path) -> None:
    done = asked(snapshot(desk))
    assert (done.code, done.out) == (0, "Readiness as of 2026-03-30T06:00:00Z\n✔ GO  gate\n")


def test_not_ready(asked: Command, desk: Path) -> None:
    done = asked(snapshot(desk, open=False))
    assert (done.code, done.out) == (
        1,
        "Readiness as of 2026-03-30T06:00:00Z\n✘ NO_GO  gate\n    it is shut\n      do: open it\n",
    )


@pytest.mark.parametrize(
    ("metrics", "code"),
    [({}, 0), ({"level": "storm"}, 3), ({"open": False}, 1), ({"open": None}, 1), ({"open": "yes"}, 1)],
)
def test_quiet_prints_nothing(asked: Command, desk: Path, metrics: dict[str, object], code: int) -> None:
    done = asked(snapshot(desk, **metrics), "--quiet")  # type: ignore[arg-type]
    assert (done.code, done.out, done.err) == (code, "", "")


def test_quiet_writes_nothing(asked: Command, desk: Path) -> None:
    done = asked(snapshot(desk), "--quiet", "-o", "h.txt")
    assert (done.code, done.err) == (2, "error: `--quiet` writes nothing: leave it or `-o` out\n")


def test_what_several_rules_say_is_said_once(asked: Command, desk: Path) -> None:
    gate = FILES["gate.yaml"].replace(
        "id: calm",
        "id: open-again, require: open, else: NO_GO, reason: it is shut, action: open it}\n  - {id: calm",
    )
    (desk / "policies" / "gate.yaml").write_text(gate, encoding="utf-8")
    done = asked(snapshot(desk, open=False))
    assert (
        done.out == "Readiness as of 2026-03-30T06:00:00Z\n✘ NO_GO  gate\n    it is shut\n      do: open it\n"
    )


def test_without_a_ledger_it_is_never_ready(
    desk: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTERLOCK_POLICIES", str(desk / "policies"))
    done = command("health", snapshot(desk), "--stateless")
    assert done.code == 3
    assert done.out.endswith("judged without a ledger, so it opens nothing: name one with `--ledger FILE`\n")


def test_an_expired_verdict_is_not_ready(asked: Command, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.clock.now", lambda: parse_time("2026-04-30"))
    assert asked(snapshot(desk), "--quiet").code == 4


def test_a_policy_without_a_verdict_is_not_ready(asked: Command, desk: Path) -> None:
    fields = "fields: {a: {get: verdict, of: gate}, b: {get: verdict, of: idle}}\n"
    (desk / "policies" / "readiness.yaml").write_text(
        f"report: readiness\ntitle: R\n{fields}", encoding="utf-8"
    )
    done = asked(snapshot(desk))
    assert (done.code, "\n? NOT_EVALUATED  idle\n" in done.out) == (4, True)


def test_a_report_that_names_no_policy_is_not_ready(asked: Command, desk: Path) -> None:
    text = "report: readiness\ntitle: R\nfields: {open: open}\n"
    (desk / "policies" / "readiness.yaml").write_text(text, encoding="utf-8")
    assert asked(snapshot(desk), "--quiet").code == 4


def test_json_is_the_readiness_report(asked: Command, desk: Path) -> None:
    done = asked(snapshot(desk), "--format", "json")
    assert (done.code, json.loads(done.out)["ready"]) == (0, "GO")
    assert asked(snapshot(desk), "--format", "json", "-o", "r.json").out == ""
    assert json.loads((desk / "r.json").read_text(encoding="utf-8"))["unknown"] == {}


def test_a_root_without_the_report(asked: Command, desk: Path) -> None:
    (desk / "policies" / "readiness.yaml").unlink()
    done = asked(snapshot(desk))
    assert (done.code, done.err) == (
        2,
        "error: no report is called `readiness`: declare one in a report document of the policy root\n",
    )


def test_a_report_of_sections_is_none_for_health(asked: Command, desk: Path) -> None:
    text = "report: readiness\ntitle: R\nsections: [{title: T, verdicts: [gate]}]\n"
    (desk / "policies" / "readiness.yaml").write_text(text, encoding="utf-8")
    done = asked(snapshot(desk))
    assert (done.code, done.err) == (
        2,
        "error: the report `readiness` has no `fields`: `health` asks the policies that they name\n",
    )
