"""The snapshot as a whole: the same bytes everywhere, nothing read outside the root, its way explained."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from interlock.canonical import canonical, digest
from interlock.errors import UsageError
from interlock.evaluation.snapshot.snapshot import Snapshot
from support.desks import metrics, run, write

SOURCES = """
sources:
  reports:
    kind: rows
    doc: a
    files: reports/**/day_*.json
    format: json
    time: date
    timezone: UTC
    columns: {date: {time: /date}, pnl: {number: /pnl}}
    covered: {each: 1d}
    complete: never
    metrics:
      daily: {sql: "select date as at, pnl as value from reports"}
      pnl: {sql: "select sum(pnl) as value from reports"}
      trades: {sql: "select date as at, pnl as value from reports order by date, ordinal"}
  state:
    kind: document
    doc: a
    file: state.json
    format: json
    at: /at
    metrics: {total: {pointer: /total}}
"""


def desk(root: Path, order: list[int]) -> Path:
    for day in order:
        text = f'{{"date": "2026-03-{day:02}", "pnl": 0.{day}}}'
        write(root, f"reports/{day % 3}/day_{day:02}.json", text)
    write(root, "state.json", '{"at": "2026-03-30T00:00:00Z", "total": 3}')
    return root


def test_the_order_of_a_folder_does_not_matter(tmp_path: Path) -> None:
    days = list(range(10, 30))
    one = run(desk(tmp_path / "one", days), SOURCES)
    random.Random(1).shuffle(days)
    two = run(desk(tmp_path / "two", days), SOURCES)
    assert canonical(one.snapshot) == canonical(two.snapshot)


SCRIPT = """
import sys
sys.path[:0] = {paths!r}
from pathlib import Path
from support.desks import run
from collect.test_collector import SOURCES
from interlock.canonical import canonical
sys.stdout.buffer.write(canonical(run(Path({root!r}), SOURCES).snapshot))
"""


def test_zone_locale_hash_seed_and_folder_do_not_matter(tmp_path: Path) -> None:
    root = desk(tmp_path / "desk", list(range(20, 30)))
    tests = Path(__file__).parents[1]
    script = SCRIPT.format(paths=[str(tests), str(tests.parent / "engine")], root=str(root))
    settings = [
        {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/New_York", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "2"},
    ]
    found = set()
    for folder, each in zip((tmp_path, root), settings, strict=True):
        environ = os.environ | each
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=folder, env=environ, capture_output=True, check=True
        )
        found.add(done.stdout)
    assert len(found) == 1 and found.pop().startswith(b'{"as_of":"2026-03-30T06:00:00Z"')


def test_the_snapshot_reads_back(tmp_path: Path) -> None:
    found = run(desk(tmp_path, [28, 29]), SOURCES)
    snapshot = Snapshot.parse(canonical(found.snapshot))
    assert set(snapshot.metrics) == {"daily", "pnl", "total", "trades"}


def test_provenance_holds_only_files_and_hashes(tmp_path: Path) -> None:
    found = run(desk(tmp_path, [28, 29]), SOURCES)
    origins: Any = found.snapshot["provenance"]
    assert origins["total"] == {
        "source": "state",
        "file": "state.json",
        "sha256": digest((tmp_path / "state.json").read_bytes()),
    }
    assert {key: origins["pnl"][key] for key in ("source", "files", "pattern", "rows")} == {
        "source": "reports",
        "files": 2,
        "pattern": "reports/**/day_*.json",
        "rows": 2,
    }
    assert str(tmp_path) not in str(found.snapshot)


def test_explanations(tmp_path: Path) -> None:
    found = run(desk(tmp_path, [29]), SOURCES)
    digest = dict(found.explanations["pnl"].files)["reports/2/day_29.json"]
    assert list(found.explanations["pnl"].lines()) == [
        "pnl: 0.29 (at 2026-03-30T00:00:00Z)",
        "  source: reports",
        "  from: reports/**/day_*.json",
        "  format: json",
        f"  file: reports/2/day_29.json {digest}",
        "  rows: 1",
        "  covered: 2026-03-29T00:00:00Z to 2026-03-30T00:00:00Z",
        "  sql: select sum(pnl) as value from reports",
    ]
    (tmp_path / "state.json").unlink()
    assert list(run(tmp_path, SOURCES).explanations["total"].lines()) == [
        "total: unknown (missing): state.json: no such file or directory",
        "  source: state",
        "  from: state.json: /total",
    ]


def test_a_link_out_of_the_root_is_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path, "secret.json", '{"at": "2026-03-30T00:00:00Z", "total": 9}')
    root = desk(tmp_path / "desk", [29])
    (root / "state.json").unlink()
    (root / "state.json").symlink_to(outside)
    detail = "state.json leads out of the root through a symbolic link"
    assert metrics(run(root, SOURCES))["total"] == {"unknown": "missing", "detail": detail}
    (root / "state.json").unlink()
    (root / "other.json").write_bytes(outside.read_bytes())
    (root / "state.json").symlink_to("other.json")
    assert metrics(run(root, SOURCES))["total"]["value"] == 9


def test_a_folder_and_a_pipe_are_no_artefacts(tmp_path: Path) -> None:
    root = desk(tmp_path, [29])
    (root / "state.json").unlink()
    (root / "state.json").mkdir()
    assert metrics(run(root, SOURCES))["total"]["unknown"] == "missing"
    (root / "state.json").rmdir()
    os.mkfifo(root / "state.json")
    assert metrics(run(root, SOURCES))["total"] == {
        "unknown": "missing",
        "detail": "state.json is not a plain file",
    }


def test_a_wrong_root_and_the_future_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        run(tmp_path / "none", SOURCES)
    text = f"there is no folder `{(tmp_path / 'none').as_posix()}` to collect from: give it with `--root DIR`"
    assert str(caught.value) == text
    with pytest.raises(UsageError) as caught:
        run(tmp_path, SOURCES, "2026-03-30T06:00:03Z", now="2026-03-30T06:00:00Z")
    assert str(caught.value) == "`2026-03-30T06:00:03Z` lies in the future: nothing was measured then yet"
