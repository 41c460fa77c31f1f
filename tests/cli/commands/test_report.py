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
    assert text.startswith("# Gates as of 2026-03-30 06:30 UTC\n\n2 of 6 gates at the best verdict, 2 in between")
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
