"""`interlock evaluate` on files, folders, patterns, stdin and a desk; its exit codes and what it refuses."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from interlock.language.times import parse_time
from support.grain import AS_OF, DESK
from support.roots import write, write_files

ROOT = Path(__file__).resolve().parents[3]
PAPER = ("--environment", "paper", "--stateless", "--historic")
GATE = ("--policy", "trade", *PAPER)
HEAD = "   policy          verdict  valid until           fails  unknown  reason"
WHEAT = "✘  trade at WHEAT  BLOCK    2026-03-30T06:31:00Z      1        0  confidence: the confidence is 72%,"
MAIZE = "✔  trade at MAIZE  ALLOW    2026-03-30T06:31:00Z      0        0"
TABLE = f"{HEAD}\n{WHEAT} 75% is needed\n{MAIZE}\n"
DETAILS = """
trade at WHEAT: BLOCK (best to worst: ALLOW, BLOCK)
  ✘ confidence fails, contributes BLOCK  policies/trade.yaml:25
      the confidence is 72%, 75% is needed
      do: skip this trade
"""


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the clock."""
    return lambda time: monkeypatch.setattr("interlock.clock.now", lambda: parse_time(time))


def changed(source: Path, target: Path, **keys: object) -> Path:
    target.write_text(json.dumps(json.loads(source.read_text(encoding="utf-8")) | keys), encoding="utf-8")
    return target


def with_metrics(source: Path, target: Path, **metrics: object) -> Path:
    document = json.loads(source.read_text(encoding="utf-8"))
    return changed(source, target, metrics=document["metrics"] | metrics)


# one snapshot


def test_a_table_and_what_keeps_a_gate_shut(command: Any, desk_snapshot: Path) -> None:
    done = command("evaluate", desk_snapshot, *GATE)
    assert (done.code, done.out, done.err) == (1, TABLE + DETAILS, "")


def test_one_member_by_its_alias(command: Any, desk_snapshot: Path) -> None:
    done = command("evaluate", desk_snapshot, *GATE, "--member", "symbol=ZC")
    assert done.out == f"{HEAD}\n{MAIZE}\n"
    assert (done.code, done.err) == (3, "")


def test_a_policy_that_was_named_and_has_no_verdict_is_no_success(command: Any, tmp_path: Path) -> None:
    """Where no rule applies at the members that are asked for, the verdict of another policy does not answer."""
    head = "version: 1.0.0\ntitle: t\nowner: o\nverdicts: [GO, NO_GO]\nvalid_for: 1h\n"
    each = "for_each: symbol\nrules: [{id: r, applies: symbol == 'A', require: x < 10}]\n"
    root = write(
        tmp_path / "policies",
        {
            "interlock.yaml": "interlock: 1\n",
            "catalogue.yaml": "metrics: {x: {type: number, max_age: 1d}}\nscopes: {symbol: {members: [A, B]}}\n",
            "each.yaml": f"policy: each\n{head}{each}",
            "all.yaml": f"policy: all\n{head}rules: [{{id: r, require: x < 10}}]\n",
        },
    )
    file = tmp_path / "s.json"
    file.write_text(
        '{"interlock": 1, "as_of": "2026-03-30T06:30:00Z", "metrics": {"x": 1}}', encoding="utf-8"
    )
    words = ("evaluate", file, "--policies", root, "--historic", "--policy", "all", "--policy", "each")
    assert [command(*words, "--member", f"symbol={name}").code for name in ("A", "B")] == [0, 4]


def test_the_same_from_stdin(command: Any, desk_snapshot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = SimpleNamespace(buffer=io.BytesIO(desk_snapshot.read_bytes()), isatty=lambda: False)
    monkeypatch.setattr("sys.stdin", stream)
    done = command("evaluate", "-", *GATE)
    assert (done.code, done.out, done.err) == (1, TABLE + DETAILS, "")


def test_collecting_and_judging_in_one_step(command: Any) -> None:
    pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")
    done = command("evaluate", "--root", DESK, "--as-of", AS_OF, "--archive", *GATE)
    assert (done.code, done.out, done.err) == (1, TABLE + DETAILS, "")


def test_without_a_ledger_no_exit_code_opens_a_gate(command: Any, desk_snapshot: Path) -> None:
    words = ("evaluate", desk_snapshot, "--policy", "key-figures", "--historic")
    assert command(*words).code == 0
    assert command(*words, "--stateless").code == 3


def test_refused_policies_are_told_and_the_others_stand(command: Any, desk_snapshot: Path) -> None:
    done = command(
        "evaluate", desk_snapshot, "--historic", "--policy", "key-figures", "--policy", "hand-over"
    )
    assert done.out.splitlines()[1:] == ["✔  key-figures  COMPLETE  2026-03-31T06:30:00Z      0        0"]
    assert (done.code, done.err) == (
        2,
        "error: not evaluated: `hand-over` uses `attested` and needs a ledger: name one with "
        "`--ledger FILE`, or `--stateless` does without\n",
    )


def test_metrics_that_nobody_declared_are_told_and_with_strict_refused(
    command: Any, desk_snapshot: Path, tmp_path: Path
) -> None:
    file = with_metrics(desk_snapshot, tmp_path / "s.json", **{"study.hit_rat": 0.6, "zzz": 1})
    done = command("evaluate", file, *GATE)
    hints = [
        "no catalogue declares `study.hit_rat`: did you mean `study.hit_rate`?",
        "no catalogue declares `zzz`",
    ]
    assert (done.code, done.err.splitlines()) == (1, [f"note: {each}" for each in hints])
    done = command("evaluate", file, *GATE, "--strict")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [f"error: {file.as_posix()}: {each}" for each in hints]


def test_a_member_to_which_nothing_applies_is_noted(command: Any, tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    file.write_text('{"interlock": 1, "as_of": "2026-03-30T06:30:00Z", "metrics": {}}', encoding="utf-8")
    done = command("evaluate", file, *GATE, "--format", "json")
    assert done.code == 1
    assert [each["verdict"] for each in json.loads(done.out)["verdicts"]] == ["BLOCK", "BLOCK"]


# the clock


def test_a_verdict_that_has_ended_is_expired(command: Any, desk_snapshot: Path, at: Any) -> None:
    words = ("evaluate", desk_snapshot, "--policy", "key-figures")
    at("2026-03-31T06:30:00Z")
    assert command(*words).code == 0
    at("2026-03-31T06:30:01Z")
    done = command(*words)
    assert done.code == 4
    assert done.out.splitlines()[1:] == [
        "?  key-figures  EXPIRED  2026-03-31T06:30:00Z      0        0",
        "",
        "key-figures: EXPIRED (best to worst: COMPLETE, PARTIAL, MISSING)",
        "  it was COMPLETE until 2026-03-31T06:30:00Z: collect a new snapshot",
    ]
    assert json.loads(command(*words, "--format", "json").out)["expired"] == [
        {
            "as_of": AS_OF,
            "member": None,
            "policy": "key-figures",
            "snapshot": json.loads(command(*words, "--format", "json").out)["verdicts"][0]["inputs"][
                "snapshot"
            ],
        }
    ]
    assert command(*words, "--historic").code == 0


def test_a_snapshot_from_the_future_is_refused_beyond_the_skew(
    command: Any, desk_snapshot: Path, at: Any
) -> None:
    words = ("evaluate", desk_snapshot, "--policy", "key-figures")
    at("2026-03-30T06:29:58Z")
    assert command(*words).code == 0
    at("2026-03-30T06:29:57Z")
    done = command(*words)
    assert (done.code, done.out) == (2, "")
    hint = "check both clocks, or evaluate it as of its own time with `--historic`"
    assert done.err == (
        f"error: {desk_snapshot.as_posix()}: as of 2026-03-30T06:30:00Z, which the clock has not reached: {hint}\n"
    )
    assert command(*words, "--historic").code == 0


# several snapshots


@pytest.fixture
def folder(desk_snapshot: Path, tmp_path: Path) -> Path:
    """Two snapshots whose names stand in the other order than their instants, and a file that is none."""
    made = tmp_path / "snapshots"
    made.mkdir()
    shutil.copy(desk_snapshot, made / "b.json")
    changed(desk_snapshot, made / "a.json", as_of="2026-03-30T06:30:05Z")
    (made / "notes.txt").write_text("none", encoding="utf-8")
    return made


SEVERAL = """\
as of                 trade at MAIZE  trade at WHEAT  snapshot
2026-03-30T06:30:00Z  ✔ ALLOW         ✘ BLOCK         b.json
2026-03-30T06:30:05Z  ✔ ALLOW         ✘ BLOCK         a.json

2 snapshots, 4 verdicts, 2 best, 2 worst
"""


def test_a_folder_a_pattern_and_a_list_of_files(command: Any, folder: Path) -> None:
    for names in (
        [folder],
        [f"{folder}/*.json"],
        [folder / "b.json", folder / "a.json"],
        [folder, folder / "a.json"],
    ):
        done = command("evaluate", *names, *GATE)
        assert (done.code, done.out, done.err) == (1, SEVERAL, "")


def test_records_of_several_snapshots_in_one_list(command: Any, folder: Path) -> None:
    table = json.loads(command("evaluate", folder, *GATE, "--format", "json").out)
    assert [each["as_of"] for each in table["verdicts"]] == [AS_OF] * 2 + ["2026-03-30T06:30:05Z"] * 2


def test_every_snapshot_that_is_not_valid_is_named(command: Any, folder: Path) -> None:
    (folder / "c.json").write_text("{", encoding="utf-8")
    (folder / "d.json").write_text("[]", encoding="utf-8")
    done = command("evaluate", folder, *GATE)
    assert (done.code, done.out) == (2, "")
    assert [each.removeprefix(f"error: {folder.as_posix()}/") for each in done.err.splitlines()] == [
        "c.json: the snapshot is not JSON, column 2: the file ends too early: "
        "expecting property name enclosed in double quotes",
        "d.json: a snapshot is a JSON object with `interlock`, `as_of` and `metrics`",
    ]


# what is refused

NOTHING = "name a snapshot, or a folder to collect from with `--root DIR`"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], f"{NOTHING}: neither is given"),
        (["x.json", "--root", "."], f"{NOTHING}: both are given"),
        (
            ["x.json", "--as-of", "2026-03-30"],
            "`--as-of` belongs to `--root DIR`: a snapshot has its own time",
        ),
        (
            ["x.json", "--since", "2026-03-30"],
            "`--since` belongs to `--root DIR`: a snapshot has its own time",
        ),
        (["x.json", "--archive"], "`--archive` belongs to `--root DIR`: a snapshot has its own time"),
        (
            ["x.json", "--allow-commands"],
            "`--allow-commands` belongs to `--root DIR`: a snapshot has its own time",
        ),
        (
            ["--root", ".", "--archive", "--allow-commands"],
            "`--allow-commands` does not go with `--archive`: a copy holds how its commands ended",
        ),
        (["x.json"], "no file or folder is called `x.json`"),
        (["x*.json"], "no file matches `x*.json`"),
        (["."], "the folder `.` holds no snapshot: no file there ends in .json"),
        (["x.json", "--policy", "trades"], "no policy is called `trades`: did you mean `trade`?"),
        (["x.json", "--environment", "papr"], "no environment is called `papr`: did you mean `paper`?"),
        (["x.json", "--member", "symbl=X"], "no scope is called `symbl`: did you mean `symbol`?"),
        (["x.json", "--member", "symbol=MAIZ"], "`MAIZ` is no member of `symbol`: did you mean `MAIZE`?"),
        (
            ["x.json", "--member", "symbol=WHEAT", "--policy", "key-figures"],
            "`--member symbol=WHEAT`: no selected policy is evaluated for each symbol",
        ),
        (["x.json", "--format", "markdwn"], "no format is called `markdwn`: did you mean `markdown`?"),
        (["x.json", "-o", "no/where.txt"], "cannot write `no/where.txt`: there is no folder `no`"),
        (["x.json", "-o", "."], "cannot write `.`: it is a folder"),
        (["x.json", "--baseline", "a=y.json"], "y.json: cannot read the snapshot: no such file or directory"),
        (["--root", "nowhere"], "there is no folder `nowhere` to collect from: give it with `--root DIR`"),
    ],
)
def test_a_command_line_that_cannot_be_meant(
    command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = command("evaluate", *words)
    assert (done.code, done.out, done.err) == (2, "", f"error: {message}\n")


def test_a_file_is_written_whole_and_without_colour(
    command: Any, desk_snapshot: Path, tmp_path: Path
) -> None:
    file = tmp_path / "verdicts.txt"
    done = command("evaluate", desk_snapshot, *GATE, "-o", file)
    assert (done.code, done.out, done.err) == (1, "", f"wrote {file.as_posix()}\n")
    assert file.read_text(encoding="utf-8") == TABLE + DETAILS
    assert [each.name for each in tmp_path.iterdir()] == ["verdicts.txt"]


def test_annotations_name_files_as_seen_from_here(
    command: Any, desk_snapshot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "docs")
    done = command("evaluate", desk_snapshot, *GATE, "--format", "github")
    assert done.out.splitlines()[0] == (
        "::error file=../tests/support/desk/policies/trade.yaml,line=25,"
        "title=trade at WHEAT%3A BLOCK::confidence: the confidence is 72%25, 75%25 is needed; "
        "do: skip this trade"
    )


COMMANDS = """\
sources:
  checks:
    kind: live
    doc: whether the service is up
    metrics:
      up: {command: [sh, check.sh]}
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the tool of this test is a shell script")
def test_declared_commands_run_only_with_leave(
    tmp_path: Path, command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "interlock.yaml": "interlock: 1\n",
        "catalogue.yaml": "metrics: {up: {type: bool, max_age: 1h}}\n",
        "sources.yaml": COMMANDS,
        "gate.yaml": "policy: gate\nversion: 1.0.0\ntitle: Gate\nowner: risk\nverdicts: [GO, NO_GO]\n"
        "rules: [{id: up, require: up}]\n",
    }
    write(tmp_path, files)
    write_files(tmp_path, {"desk/check.sh": "touch ran\n", "desk/data/any.txt": ""})
    words = ("evaluate", "--root", "desk", "--policies", "policies")
    done = command(*words)
    assert done.code == 1 and not Path("desk/ran").exists()
    assert "the command sh check.sh runs only with `--allow-commands`" in done.out
    done = command(*words, "--allow-commands", "--format", "json")
    assert done.code == 0 and Path("desk/ran").exists()
    guard = ("guard", "--policy", "gate", "--root", "desk", "--policies", "policies", "--ledger", "l.db")
    assert command(*words, "--allow-commands", "--ledger", "l.db", "--begin").code == 0
    monkeypatch.setattr("interlock.cli.commands.guard.start", lambda _: 0)
    monkeypatch.setenv("LIVE_MODE", "1")
    assert command(*guard, "--allow-commands", "--", "bot").err == "live: gate is GO\n"
    assert command(*guard, "--", "bot").code == 1


GATE_OF_CSV = {
    "policies/interlock.yaml": "interlock: 1\n",
    "policies/catalogue.yaml": "metrics:\n  pnl: {type: number, max_age: 8d, doc: a}\n",
    "policies/gate.yaml": "policy: gate\nversion: 1.0.0\ntitle: a\nowner: risk\nverdicts: [GO, NO_GO]\nrules:\n"
    "  - {id: sum, require: pnl <= 0.3}\n",
    "policies/sources.yaml": "sources:\n  t:\n    kind: rows\n    doc: a\n    files: t*.csv\n    format: csv\n"
    "    time: day\n    columns: {day: {time: day}, n: {number: n}, fee: {number: fee, optional: true}}\n"
    "    metrics:\n      pnl: {sql: SQL}\n",
    "desk/t.csv": "day,n\n2026-03-28T00:00:00Z,0.1\n2026-03-29T00:00:00Z,0.2\n",
}


NOTHING = "the SQL makes a value of an aggregate over no rows"
NO_FEE = "no row has the optional column `fee` (`fee`), so it is NULL throughout"


def judged_csv(command: Any, folder: Path, sql: str, **files: str) -> dict[str, Any]:
    """The verdict over a table of two rows, asked by this SQL."""
    named = {f"desk/{name}.csv": text for name, text in files.items()}
    write_files(folder, {**GATE_OF_CSV, **named})
    sources = folder / "policies/sources.yaml"
    sources.write_text(sources.read_text(encoding="utf-8").replace("SQL", json.dumps(sql)), encoding="utf-8")
    words = ("--root", folder / "desk", "--archive", "--as-of", "2026-03-30", "--stateless", "--historic")
    done = command("evaluate", *words, "--policies", folder / "policies", "--format", "json")
    found: dict[str, Any] = json.loads(done.out)["verdicts"][0]
    return found


def test_sums_of_a_desk_are_exact(command: Any, tmp_path: Path) -> None:
    found = judged_csv(command, tmp_path, "select sum(n) as value from t")
    assert (found["verdict"], found["assumptions"]) == ("GO", [])


def test_an_export_that_was_copied_closes_the_gate(command: Any, tmp_path: Path) -> None:
    copied = GATE_OF_CSV["desk/t.csv"]
    found = judged_csv(command, tmp_path, "select min(n) as value from t", t2=copied)
    assert found["verdict"] == "NO_GO"
    assert found["rules"][0]["causes"][0]["cause"] == "conflict"


@pytest.mark.parametrize(
    ("sql", "assumption"),
    [
        ("select sum(n + coalesce(fee, 0)) as value from t", NO_FEE),
        (
            "select coalesce(max(n), 0) as value from t where n > 9",
            "the SQL makes a value of an aggregate over no rows",
        ),
    ],
)
def test_what_sql_makes_of_missing_data_is_printed(
    command: Any, tmp_path: Path, sql: str, assumption: str
) -> None:
    found = judged_csv(command, tmp_path, sql)
    assert (found["verdict"], found["assumptions"]) == ("GO", [f"`pnl`: {assumption}"])


def test_sql_without_an_end_closes_the_gate(
    command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("interlock.collect.sql.duckdb_tables.QUERY_SECONDS", 1)
    sql = "select count(*)::double as value from t, range(1000000000000)"
    found = judged_csv(command, tmp_path, sql)
    assert found["verdict"] == "NO_GO"
    assert found["rules"][0]["causes"][0]["detail"] == "the SQL took longer than 1 s"
