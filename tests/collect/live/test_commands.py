"""Commands run only where they are allowed, without a shell, within limits; of an archive they are read."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from interlock.errors import DocumentError
from support.desks import judged, metrics, run, write

NOW = "2026-03-30T06:00:00Z"
SOURCE = """
sources:
  checks:
    kind: live
    doc: a
    metrics:
      flag: {command: [sh, tool.sh], timeout: 20s}
      total: {command: [sh, tool.sh], timeout: 20s, gives: exit}
      level: {command: [sh, tool.sh], timeout: 20s, gives: output}
"""
ONE = """
sources:
  checks:
    kind: live
    doc: a
    metrics:
      METRIC: PROBE
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the tools of these tests are shell scripts")


def _one(root: Path, metric: str, probe: str, **options: Any) -> Any:
    text = ONE.replace("METRIC", metric).replace("PROBE", probe)
    return metrics(run(root, text, **{"allow_commands": True, **options}))[metric]


def test_a_command_runs_once_and_gives_status_and_output(tmp_path: Path) -> None:
    write(tmp_path, "tool.sh", "echo run >> runs.txt\necho ' ready '\n")
    found = run(tmp_path, SOURCE, allow_commands=True)
    assert metrics(found) == {"flag": True, "level": "ready", "total": 0}
    assert (tmp_path / "runs.txt").read_text() == "run\n"
    assert found.snapshot["provenance"]["flag"] == {"source": "checks", "ran": NOW}  # type: ignore[index]


def test_the_commit_is_recorded_and_the_output_is_not(tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "commit.gpgsign=false"]
    subprocess.run([*git, "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "a"], cwd=tmp_path, check=True)
    head = subprocess.run(
        [*git, "rev-parse", "HEAD"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    found = run(
        tmp_path,
        ONE.replace("METRIC", "level").replace("PROBE", "{command: [git, rev-parse, HEAD], gives: output}"),
        allow_commands=True,
    )
    commit = head.stdout.strip()
    assert metrics(found) == {"level": commit}
    assert found.snapshot["provenance"]["level"] == {"source": "checks", "ran": NOW, "commit": commit}  # type: ignore[index]


def test_nothing_runs_without_permission(tmp_path: Path) -> None:
    write(tmp_path, "tool.sh", "touch ran.txt\n")
    unknown = {"unknown": "not covered", "detail": "the command sh tool.sh runs only with `--allow-commands`"}
    assert metrics(run(tmp_path, SOURCE)) == {"flag": unknown, "level": unknown, "total": unknown}
    assert not (tmp_path / "ran.txt").exists()


def test_nothing_runs_for_another_time_than_the_present(tmp_path: Path) -> None:
    write(tmp_path, "tool.sh", "touch ran.txt\n")
    found = run(tmp_path, SOURCE, NOW, now="2026-03-30T07:00:00Z", allow_commands=True)
    detail = f"a live source measures only the present: {NOW} is more than five minutes from the clock"
    assert metrics(found)["flag"] == {"unknown": "not covered", "detail": detail}
    assert not (tmp_path / "ran.txt").exists()


@pytest.mark.parametrize(
    ("script", "metric", "probe", "wanted"),
    [
        ("exit 3", "flag", "{command: [sh, tool.sh]}", False),
        ("exit 3", "total", "{command: [sh, tool.sh]}", 3),
        ("echo False", "flag", "{command: [sh, tool.sh], equals: 'False'}", True),
        ("echo True", "flag", "{command: [sh, tool.sh], equals: 'False'}", False),
        ("echo False", "flag", "{command: [sh, tool.sh], gives: output}", False),
        ("echo 12%", "rate", "{command: [sh, tool.sh], gives: output}", Decimal("0.12")),
        ("echo BTC-USD ETH-USD", "symbols", "{command: [sh, tool.sh], gives: output, separator: ' '}", None),
        (
            "echo 2026-03-30T05:00:00Z",
            "moment",
            "{command: [sh, tool.sh], gives: output}",
            "2026-03-30T05:00:00Z",
        ),
        (
            "echo no; exit 1",
            "level",
            "{command: [sh, tool.sh], gives: output}",
            {"unknown": "missing", "detail": "the command sh tool.sh ended with status 1"},
        ),
        (
            "exit 0",
            "level",
            "{command: [sh, tool.sh], gives: output}",
            {"unknown": "missing", "detail": "the command sh tool.sh prints nothing"},
        ),
        (
            "exit 0",
            "flag",
            "{command: [sh, tool.sh], equals: 'HALT'}",
            {"unknown": "missing", "detail": "the command sh tool.sh prints nothing"},
        ),
        (
            "echo perhaps",
            "rate",
            "{command: [sh, tool.sh], gives: output}",
            {
                "unknown": "wrong type",
                "detail": "the output of the command sh tool.sh does not read as ratio",
            },
        ),
        (
            "exit 0",
            "flag",
            "{command: [no-such-program-here]}",
            {"unknown": "missing", "detail": "there is no program no-such-program-here"},
        ),
        (
            "echo $SHLVL '$HOME' > /dev/null; test $1 = '$HOME'",
            "flag",
            "{command: [sh, tool.sh, $HOME]}",
            True,
        ),
    ],
)
def test_what_a_command_gives(tmp_path: Path, script: str, metric: str, probe: str, wanted: object) -> None:
    write(tmp_path, "tool.sh", script + "\n")
    found = _one(tmp_path, metric, probe)
    assert found == (["BTC-USD", "ETH-USD"] if wanted is None else wanted)


def test_much_output_is_no_value_but_an_exit_status_counts(tmp_path: Path) -> None:
    write(
        tmp_path,
        "tool.sh",
        "i=0\nwhile [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done\n",
    )
    found = metrics(run(tmp_path, SOURCE, allow_commands=True))
    detail = "the command sh tool.sh prints more than 65536 bytes"
    assert found == {"flag": True, "level": {"unknown": "overflow", "detail": detail}, "total": 0}


def test_a_command_that_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    write(tmp_path, "tool.sh", "(while :; do echo x >> beats.txt; sleep 0.05; done) &\nsleep 600\n")
    found = _one(tmp_path, "flag", "{command: [sh, tool.sh], timeout: 1s}")
    assert found == {"unknown": "overflow", "detail": "the command sh tool.sh took longer than 1 s"}
    beats = tmp_path / "beats.txt"
    time.sleep(0.1)
    seen = beats.stat().st_size if beats.exists() else 0
    time.sleep(0.5)
    assert (beats.stat().st_size if beats.exists() else 0) == seen


HELD = "the command sh tool.sh ended while a program that it started held its output open"


@pytest.mark.parametrize("probe", ["gives: output", "equals: ready", "equals: 'ready, HALT'"])
def test_output_that_a_child_could_still_write_is_not_known(tmp_path: Path, probe: str) -> None:
    """The status of the command itself is."""
    write(tmp_path, "tool.sh", "(sleep 600; echo ', HALT') &\nprintf ready\n")
    metric = "level" if probe.startswith("gives") else "flag"
    assert _one(tmp_path, metric, f"{{command: [sh, tool.sh], {probe}}}") == {
        "unknown": "torn source",
        "detail": HELD,
    }
    assert _one(tmp_path, "total", "{command: [sh, tool.sh]}") == 0


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        ("exit 0", ("missing", "the command sh tool.sh prints nothing")),
        ("echo ' '", ("missing", "the command sh tool.sh prints nothing")),
        ("sleep 600 & exit 0", ("torn source", HELD)),
    ],
)
def test_a_command_that_does_not_answer_opens_no_gate(
    tmp_path: Path, script: str, cause: tuple[str, str]
) -> None:
    write(tmp_path, "tool.sh", script + "\n")
    text = ONE.replace("METRIC", "flag").replace("PROBE", "{command: [sh, tool.sh], equals: HALT}")
    verdict = judged(tmp_path, text, "not flag", allow_commands=True)
    assert (verdict.verdict, [(each.cause, each.detail) for each in verdict.rules[0].causes]) == (
        "NO_GO",
        [cause],
    )


def _archive(root: Path, *entries: object) -> None:
    write(root, "env.json", "{}")
    write(root, "commands.json", json.dumps({"commands": list(entries)}))


def test_an_archive_records_how_its_commands_ended(tmp_path: Path) -> None:
    at = "2026-03-30T05:00:00Z"
    entry = {"command": ["sh", "tool.sh"], "exit": 0, "output": "ready\n", "at": at, "commit": "abc"}
    _archive(tmp_path, entry)
    found = run(tmp_path, SOURCE, archive=True)
    assert metrics(found) == {
        "flag": {"value": True, "at": at},
        "level": {"value": "ready", "at": at},
        "total": {"value": 0, "at": at},
    }
    origin = {"source": "checks", "ran": at, "commit": "abc", "archive": True}
    assert found.snapshot["provenance"]["flag"] == origin  # type: ignore[index]


@pytest.mark.parametrize(
    ("entries", "cause", "detail"),
    [
        ([], "missing", "commands.json does not record the command sh tool.sh"),
        (
            [{"command": ["sh", "tool.sh"], "exit": 0, "at": "2026-03-30T05:00:00Z"}] * 2,
            "conflict",
            "commands.json records twice the command sh tool.sh",
        ),
        (
            [{"command": ["sh", "tool.sh"], "exit": 0}],
            "torn source",
            "commands.json records the command sh tool.sh without `exit` and `at`",
        ),
        (
            [{"command": ["sh", "tool.sh"], "exit": 0, "at": "2026-03-30T07:00:00Z"}],
            "clock skew",
            "the command sh tool.sh ran at 2026-03-30T07:00:00Z, after the snapshot's time",
        ),
    ],
)
def test_an_archive_that_lacks_a_command(
    tmp_path: Path, entries: list[object], cause: str, detail: str
) -> None:
    _archive(tmp_path, *entries)
    found = metrics(run(tmp_path, SOURCE, archive=True))
    assert found["flag"] == {"unknown": cause, "detail": detail}


KILLED = """
sources:
  checks:
    kind: live
    doc: a
    metrics:
      total: {command: [sh, tool.sh]}
      flag: {not: {command: [sh, tool.sh]}}
"""


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("kill -SEGV $$", -11),
        ("kill -KILL $$", -9),
        ("sh -c 'kill -KILL $$'", 137),
        ("exit 126", 126),
        ("no-such-program-here", 127),
        ("exec /dev/null", 126),
        ("exit 128", 128),
        ("exit 255", 255),
    ],
)
@pytest.mark.parametrize("rule", ["flag", "total <= 0", "total < 0 or total > 100"])
def test_a_check_that_did_not_run_to_its_end_opens_nothing(
    tmp_path: Path, script: str, status: int, rule: str
) -> None:
    write(tmp_path, "tool.sh", script + "\n")
    verdict = judged(tmp_path, KILLED, rule, allow_commands=True)
    causes = [(each.cause, each.detail) for each in verdict.rules[0].causes]
    detail = f"the command sh tool.sh did not run to its end: its status is {status}"
    assert (verdict.verdict, causes) == ("NO_GO", [("missing", detail)])


@pytest.mark.parametrize(("status", "flag"), [(0, False), (1, True), (125, True)])
def test_a_status_of_the_program_itself_counts(tmp_path: Path, status: int, flag: bool) -> None:
    write(tmp_path, "tool.sh", f"exit {status}\n")
    assert metrics(run(tmp_path, KILLED, allow_commands=True)) == {"flag": flag, "total": status}


@pytest.mark.parametrize("status", [-9, 126, 137, 3221225477])
def test_a_status_of_an_archive_that_is_no_end_of_a_run(tmp_path: Path, status: int) -> None:
    _archive(tmp_path, {"command": ["sh", "tool.sh"], "exit": status, "at": "2026-03-30T05:00:00Z"})
    detail = f"the command sh tool.sh did not run to its end: its status is {status}"
    unknown = {"unknown": "missing", "detail": detail}
    assert metrics(run(tmp_path, KILLED, archive=True)) == {"flag": unknown, "total": unknown}


@pytest.mark.parametrize(("blank", "shown"), [("''", "an empty text"), ("' '", "the text ` `")])
def test_no_output_can_be_asked_for(tmp_path: Path, blank: str, shown: str) -> None:
    text = ONE.replace("METRIC", "flag").replace("PROBE", f"{{command: [sh, tool.sh], equals: {blank}}}")
    with pytest.raises(DocumentError) as refused:
        judged(tmp_path, text, "flag")
    where = "policies/sources.yaml:7:46: error E201: `equals`: a text that is not blank wanted"
    assert str(refused.value).partition("\n")[0] == f"{where}, got {shown}"
