"""`interlock report` writes the same bytes wherever and under whatever locale it runs, and follows no link."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from interlock.language.times import parse_time
from support.grain import AS_OF, DESK
from support.roots import document, write

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples" / "desk"
PAPER = ("--environment", "paper", "--stateless", "--historic")


def test_a_report_is_written(command: Any, desk_snapshot: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    done = command("report", desk_snapshot, *PAPER, "-o", file)
    assert (done.code, done.out, done.err) == (0, "", f"wrote {file.as_posix()}\n")
    text = file.read_text(encoding="utf-8")
    assert text.startswith(
        "# Gates as of 2026-03-30 06:30 UTC\n\n2 of 6 gates at the best verdict, 2 in between"
    )
    assert "\n\n## What is asked for\n\n- [ ] **" in text
    assert text == command("report", desk_snapshot, *PAPER).out
    assert [each.name for each in tmp_path.iterdir()] == ["report.md"]


def test_it_says_how_to_get_the_same_again(command: Any, desk_snapshot: Path) -> None:
    def commands(*words: object) -> list[str]:
        text = command("report", "--full", *words).out
        return text.split("```sh\n")[1].split("```")[0].splitlines()

    gate = ("--policy", "trade", "--member", "symbol=ZC", *PAPER)
    assert commands(desk_snapshot, *gate, "--baseline", f"phase a={desk_snapshot}") == [
        "interlock report --full snapshot.json --policy trade --member symbol=ZC --environment paper "
        "--baseline 'phase a=snapshot.json' --stateless --historic -o report.md"
    ]
    assert commands("--root", DESK, "--as-of", AS_OF, "--since", "2026-01-01", "--archive", *gate) == [
        "interlock collect --root desk --as-of 2026-03-30T06:30:00Z --since 2026-01-01T00:00:00Z --archive "
        "-o snapshot.json",
        "interlock report --full snapshot.json --policy trade --member symbol=ZC --environment paper "
        "--stateless --historic -o report.md",
    ]


def test_exit_codes(command: Any, desk_snapshot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("report", desk_snapshot, "--policy")
    assert command(*words, "trade", *PAPER).code == 0
    assert command(*words, "hand-over", "--historic").code == 2
    monkeypatch.setattr("interlock.clock.now", lambda: parse_time("2026-04-30"))
    assert command(*words, "trade").code == 4


def test_a_report_is_about_one_snapshot(command: Any, desk_snapshot: Path, tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_bytes(desk_snapshot.read_bytes())
    done = command("report", tmp_path, *PAPER)
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: a report is about one snapshot and there are 2: name a file\n"


# where it is written: the case render-14


@pytest.mark.parametrize("name", ["report", "evaluate", "explain", "health"])
def test_what_is_read_is_not_overwritten(
    command: Any, desk_snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    snapshot = tmp_path / "snapshot.json"
    snapshot.write_bytes(desk_snapshot.read_bytes())
    for output in (snapshot, "./snapshot.json"):
        done = command(name, snapshot, *PAPER, "-o", output)
        why = "it is what is read: name another file with `-o`"
        assert (done.code, done.out) == (2, "")
        assert done.err == f"error: cannot write `{output}`: {why}\n"
    assert snapshot.read_bytes() == desk_snapshot.read_bytes()


def test_no_snapshot_of_a_folder_is_overwritten(command: Any, desk_snapshot: Path, tmp_path: Path) -> None:
    snapshot = tmp_path / "snapshot.json"
    snapshot.write_bytes(desk_snapshot.read_bytes())
    assert command("evaluate", tmp_path, *PAPER, "-o", snapshot).code == 2
    assert snapshot.read_bytes() == desk_snapshot.read_bytes()
    for _ in range(2):
        assert command("evaluate", tmp_path, *PAPER, "-o", tmp_path / "found.txt").code != 2


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_is_refused_and_what_it_points_at_untouched(
    command: Any, desk_snapshot: Path, tmp_path: Path
) -> None:
    target, link = tmp_path / "outside.md", tmp_path / "report.md"
    target.write_text("mine", encoding="utf-8")
    link.symlink_to(target)
    done = command("report", desk_snapshot, *PAPER, "-o", link)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"error: cannot write `{link}`: it is a symbolic link\n"
    assert target.read_text(encoding="utf-8") == "mine"
    assert link.is_symlink()
    link.unlink()
    link.symlink_to(tmp_path / "nowhere")
    assert command("report", desk_snapshot, *PAPER, "-o", link).code == 2
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.skipif(os.name == "nt", reason="permissions are others on Windows")
def test_nothing_half_written_is_left(
    command: Any, desk_snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "report.md"
    file.write_text("before", encoding="utf-8")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    done = command("report", desk_snapshot, *PAPER, "-o", file)
    assert (done.code, done.err) == (2, f"error: cannot write `{file}`: no space left on device\n")
    assert file.read_text(encoding="utf-8") == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["report.md"]


# the same bytes


def _made(folder: Path, **settings: str) -> dict[str, bytes]:
    """Collect, evaluate and report in processes of their own, and return what was made."""
    folder.mkdir()
    policies = ("--policies", str(ROOT / "policies"))
    desk = ("--root", os.path.relpath(EXAMPLE, folder), "--as-of", AS_OF, "--archive")
    runs = {
        "snapshot.json": ("collect", *desk),
        "verdicts.json": ("evaluate", "snapshot.json", *PAPER, "--format", "json"),
        "verdicts.txt": ("evaluate", "snapshot.json", *PAPER),
        "verdicts.md": ("evaluate", "snapshot.json", *PAPER, "--format", "markdown"),
        "report.md": ("report", "snapshot.json", *PAPER),
        "full.md": ("report", "--full", "snapshot.json", *PAPER),
        "explained.txt": ("explain", "snapshot.json", *PAPER),
        "at-once.md": ("report", *desk, *PAPER),
    }
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("INTERLOCK_", "LC_", "LANG"))
    }
    environment = {**inherited, "PYTHONPATH": str(ROOT / "engine"), **settings}
    for file, words in runs.items():
        done = subprocess.run(
            [sys.executable, "-m", "interlock", *words, *policies, "-o", file],
            cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        assert done.returncode in (0, 1, 3), done.stderr
    return {each.name: each.read_bytes() for each in sorted(folder.iterdir())}


def test_every_machine_writes_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")
    one = _made(tmp_path / "a", PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C.UTF-8")
    (tmp_path / "deeper").mkdir()
    two = _made(
        tmp_path / "deeper" / "b", PYTHONHASHSEED="2", TZ="Pacific/Auckland", LC_ALL="C", COLUMNS="40"
    )
    first, second = (json.loads(each.pop("snapshot.json")) for each in (one, two))
    del first["collected"], second["collected"]
    assert first == second
    assert len(one) == 7
    assert one == two


SILENT = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": "metrics:\n  alerts: {type: event, slack: 15m}\n",
    "quiet.yaml": (
        "policy: quiet\nversion: 1.0.0\ntitle: Quiet\nowner: risk\nverdicts: [GO, NO_GO]\n"
        'rules:\n  - {id: alerts, require: "count(alerts, within=1h) == 0"}\n'
    ),
}


@pytest.mark.parametrize(("until", "verdict", "shown"), [("05:45:00", "GO", 1), ("05:44:59", "NO_GO", 0)])
def test_slack_that_was_used_is_printed(
    command: Any, tmp_path: Path, until: str, verdict: str, shown: int
) -> None:
    root = write(tmp_path, SILENT)
    alerts = {"covered": ["2026-03-29T00:00:00Z", f"2026-03-30T{until}Z"], "points": []}
    file = tmp_path / "snapshot.json"
    file.write_bytes(document("2026-03-30T06:00:00Z", {"alerts": alerts}))
    line = "`alerts`: silence of up to 15m before the snapshot counts as covered"
    words = (file, "--policies", root, "--historic")
    found = json.loads(command("evaluate", *words, "--format", "json").out)["verdicts"][0]
    assert (found["verdict"], found["assumptions"]) == (verdict, [line] * shown)
    for name in (("explain",), ("report", "--full")):
        assert command(*name, *words).out.count(f"- {line}\n") == shown


# kinds that a policy root declares

KINDS = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": (
        "metrics:\n  began: {type: timestamp, max_age: never}\n"
        "  week.count: {type: integer, range: [0, 99], every: 1w, began: 2026-03-02}\n"
        "  calm: {type: bool, max_age: never}\n"
    ),
    "sources.yaml": (
        "sources:\n"
        "  weeks:\n    kind: rows\n    doc: a count a week\n    file: weeks.csv\n    format: csv\n"
        "    time: written\n    timezone: UTC\n    covered: {from: 2026-03-02, to: last}\n"
        "    columns: {written: {time: written}, week: {time: week}, count: {integer: count}}\n"
        '    metrics: {week.count: {sql: "select count as value, week as at from weeks order by week"}}\n'
        "  state:\n    kind: document\n    doc: the state\n    file: state.json\n    format: json\n    at: /at\n"
        "    metrics: {began: {pointer: /began}, calm: {pointer: /calm}}\n"
    ),
    "gate.yaml": (
        "policy: gate\nversion: 1.0.0\ntitle: Gate\nowner: risk\nverdicts: [GO, NO_GO]\n"
        "rules: [{id: calm, require: calm, reason: it storms}]\n"
    ),
    "weekly.yaml": (
        "report: weekly\ntitle: Weekly\nbegan: began\nfile: 'week_{week_number}.json'\n"
        "fields: {week: {get: week_number}, count: last(week.count)}\n"
    ),
    "verdicts.yaml": "report: verdicts\ntitle: Verdicts\nsections: [{title: Gates, verdicts: [gate]}]\n",
    "base.yaml": (
        "report: base\ntitle: Base\n"
        "fields: {then: \"last(baseline('old', week.count))\", now: last(week.count)}\n"
    ),
    "moves.yaml": (
        "rollout: moves\nversion: 1.0.0\ntitle: Moves\nowner: risk\nlever: [calm]\n"
        "stages: [{id: one, flags: {calm: true}, dwell: {min: 1h, max_gap: 2h}, advance: gate}]\n"
        "rollback: {policy: gate, reaches: NO_GO, to: previous}\n"
    ),
    "changes.yaml": "report: changes\ntitle: Changes\nsections: [{title: Moves, rollout: moves}]\n",
}
WEEKS = "written,week,count\n" + "".join(
    f"2026-03-{day + 7:02}T06:00:00Z,2026-03-{day:02},{day}\n" for day in (2, 9, 16, 23)
)


@pytest.fixture
def weeks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desk that counts its weeks, with kinds of reports, on the Monday after the fourth."""
    pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")
    write(tmp_path, KINDS)
    (tmp_path / "weeks.csv").write_text(WEEKS, encoding="utf-8")
    state = {"at": "2026-03-09T00:00:00Z", "began": "2026-03-02T00:00:00Z", "calm": True}
    (tmp_path / "state.json").write_text(json.dumps(state), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("interlock.clock.now", lambda: parse_time("2026-03-30T12:00:00Z"))
    return tmp_path


HERE = ("--policies", "policies", "--stateless")


def test_a_kind_of_report(command: Any, weeks: Path) -> None:
    done = command("report", "--kind", "weekly", "--root", ".", *HERE)
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert (found["week"], found["count"], found["unknown"]) == (4, 23, {})


def test_a_kind_names_its_file_in_a_folder(command: Any, weeks: Path) -> None:
    done = command("report", "--kind", "weekly", "--root", ".", *HERE, "-o", ".")
    assert (done.code, done.out, done.err) == (0, "", "wrote week_4.json\n")
    assert json.loads((weeks / "week_4.json").read_text(encoding="utf-8"))["week"] == 4
    assert command("report", "--kind", "weekly", "--root", ".", *HERE, "-o", "nowhere/a.json").code == 2
    done = command("report", "--kind", "weekly", "--root", ".", *HERE, "-o", "nowhere/")
    assert (done.code, done.err) == (2, "error: cannot write `nowhere/`: there is no folder `nowhere`\n")


@pytest.mark.parametrize(
    ("week", "count", "day"), [(4, 23, None), (3, 16, "2026-03-23"), (1, 2, "2026-03-09")]
)
def test_an_earlier_week_is_collected_anew(
    command: Any, weeks: Path, week: int, count: int, day: str | None
) -> None:
    done = command("report", "--kind", "weekly", "--root", ".", *HERE, "--week", week)
    note = f"note: week {week}, collected as of {day}T09:00:00Z; what only the present shows is unknown\n"
    assert (done.code, done.err) == (0, "" if day is None else note)
    found = json.loads(done.out)
    assert (found["week"], found["count"]) == (week, count)


def test_an_earlier_week_keeps_its_number_where_only_the_newest_state_tells_when_the_programme_began(
    command: Any, weeks: Path
) -> None:
    state = {"at": "2026-03-30T06:00:00Z", "began": "2026-03-02T00:00:00Z", "calm": True}
    (weeks / "state.json").write_text(json.dumps(state), encoding="utf-8")
    done = command("report", "--kind", "weekly", "--root", ".", *HERE, "--week", 2, "-o", ".")
    assert (done.code, done.err.splitlines()[-1]) == (0, "wrote week_2.json")
    found = json.loads((weeks / "week_2.json").read_text(encoding="utf-8"))
    assert (found["week"], found["count"], found["unknown"]) == (2, 9, {})


def test_weeks_that_cannot_be_had(command: Any, weeks: Path) -> None:
    def refused(*words: object) -> str:
        done = command("report", *words, *HERE)
        assert (done.code, done.out) == (2, "")
        return str(done.err)

    desk = ("--kind", "weekly", "--root", ".")
    assert refused(*desk, "--week", "5") == "error: week 5 is not over: the newest complete week is 4\n"
    assert refused("--kind", "verdicts", "--root", ".", "--week", "1") == (
        "error: the report `verdicts` is not of a week: leave `--week` out\n"
    )
    assert refused(*desk, "--week", "0") == (
        "error: `--week 0`: the weeks of a programme are counted from 1\n"
    )
    assert refused(*desk, "--week", "one") == "error: `--week`: `one` is not a valid integer\n"
    assert refused("--root", ".", "--week", "1") == "error: `--week` belongs to `--kind NAME`\n"
    assert command("collect", "--root", ".", "--policies", "policies", "-q", "-o", "s.json").code == 0
    assert refused("s.json", "--kind", "weekly", "--week", "2") == (
        "error: the snapshot is of week 4, `--week 2` is asked for: name the desk with `--root DIR`, or a snapshot "
        "of that week\n"
    )
    (weeks / "state.json").unlink()
    assert refused(*desk, "--week", "1").startswith(
        "error: the weeks of the programme cannot be counted: began: missing"
    )


def test_options_that_a_kind_does_not_take(command: Any, weeks: Path) -> None:
    def refused(*words: object) -> str:
        done = command("report", "--root", ".", *words, *HERE)
        assert done.code == 2
        return str(done.err)

    assert refused("--kind", "weekly", "--full") == (
        "error: `--full` does not go with `--kind`: a kind says what it shows\n"
    )
    assert refused("--kind", "weekly", "--since", "2026-03-20") == (
        "error: a report of a kind counts from the beginning: leave `--since` out\n"
    )
    assert refused("--kind", "weekly", "--policy", "gate") == (
        "error: a report of a kind names its policies: leave `--policy` and its like out\n"
    )
    assert refused("--kind", "weekly", "--format", "markdown") == (
        "error: the report `weekly` is written as json: leave `--format` out\n"
    )
    assert refused("--format", "json") == (
        "error: this report has no format `json`: name a `--kind`, or `interlock evaluate --format json`\n"
    )
    assert refused("--kind", "weekl") == "error: no report is called `weekl`: did you mean `weekly`?\n"
    assert refused("--format", "pdf") == "error: no format is called `pdf`: there are markdown and json\n"


def test_a_kind_with_verdicts_ends_as_the_report_does(
    command: Any, weeks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("collect", "--root", ".", "--policies", "policies", "-q", "-o", "s.json").code == 0
    words = ("report", "s.json", "--kind", "verdicts", *HERE)
    done = command(*words, "--format", "markdown")
    assert (done.code, "\n| Gate | GO " in done.out) == (0, True)
    monkeypatch.setattr("interlock.clock.now", lambda: parse_time("2026-04-30"))
    done = command(*words)
    assert (done.code, "\n| gate | unknown | " in done.out) == (4, True)


def test_baselines_and_rollouts_of_a_ledger(command: Any, weeks: Path) -> None:
    collect = ("collect", "--root", ".", "--policies", "policies", "-q")
    assert command(*collect, "--as-of", "2026-03-17", "-o", "old.json").code == 0
    assert command(*collect, "-o", "now.json").code == 0
    given = ("--baseline", "old=old.json", *HERE)
    found = json.loads(command("report", "now.json", "--kind", "base", *given).out)
    assert (found["then"], found["now"]) == (9, 23)
    found = json.loads(command("report", "now.json", "--kind", "base", *HERE).out)
    assert (found["then"], list(found["unknown"])) == (None, ["/then"])

    ledger = ("--policies", "policies", "--ledger", "l.db")
    assert command("evaluate", "now.json", *ledger, "--begin").code == 0
    words = (
        "baseline",
        "freeze",
        "old",
        "--from",
        "old.json",
        "--by",
        "ann",
        "--reason",
        "why",
        "--ledger",
        "l.db",
    )
    assert command(*words).code == 0
    found = json.loads(command("report", "now.json", "--kind", "base", *ledger).out)
    assert (found["then"], found["now"], found["origin"]["stateless"]) == (9, 23, False)
    done = command("report", "now.json", "--kind", "changes", *ledger)
    assert (done.code, "## Moves\n\nIt has not begun.\n" in done.out) == (0, True)
