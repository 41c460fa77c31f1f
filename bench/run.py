"""Measures speed in one run, as ratios of paired runs, counts what a ledger survives, and writes docs/benchmarks.md."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import documents
import evaluation
import ledger
import survival
from pairs import Pairs, Work, command, measure

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
PACKAGES = ("pyyaml", "jsonschema", "simpleeval", "jinja2", "click")

BEFORE = """\
# Benchmarks

Made by `make bench`. Each comparison ran both sides in turn, A B A B, after one run of each to warm caches.
The ratio is the median of the ratios of neighbouring runs, and `from to` is their range. The upper lines time
whole processes, the lower ones a call in a running process. Times differ between machines, ratios less so.
"""
AFTER = """
The function by hand and simpleeval work on floats, take every value to be there and fresh, and give a verdict
without a reason; they are held to give the same verdicts. `promtool` is compiled Go.
"""
SURVIVED = """\
## What a ledger survives

Each writer says which entry is durable once it is; lost is what one said and the ledger does not hold. After damage the
whole ledger is verified and read.
"""


@dataclass(frozen=True)
class Figure:
    """One line of the table: what ran against what, how often, and the ratio that is wanted, if any."""

    ours: str
    theirs: str
    pairs: Pairs
    aim: float | None = None

    def row(self) -> str:
        ratios = self.pairs.ratios
        met = (
            ""
            if self.aim is None
            else f"at most {self.aim:.3g}: {'met' if self.pairs.ratio <= self.aim else 'missed'}"
        )
        times = [_time(sorted(side)[len(side) // 2]) for side in (self.pairs.ours, self.pairs.theirs)]
        spread = f"{_number(min(ratios))} to {_number(max(ratios))}"
        cells = (self.ours, self.theirs, *times, _number(self.pairs.ratio), spread, str(len(ratios)), met)
        return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure everything, show each figure as it comes, and write the page."""
    head = "| Interlock | against | time | its time | ratio | from to | pairs | aim |"
    print(head, flush=True)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for figure in figures(Path(folder)):
            rows.append(figure.row())
            print(rows[-1], flush=True)
        survived = [*survival.HEAD]
        for row in survival.rows(Path(folder)):
            survived.append(row)
            print(row, flush=True)
    table = [head, "|---|---|---|---|---|---|---|---|", *rows]
    PAGE.write_text(page(table, survived), encoding="utf-8", newline="\n")
    print(f"written to {PAGE.relative_to(ROOT).as_posix()}")


def figures(folder: Path) -> Iterator[Figure]:
    """Measure one after the other, from start-up to evaluation."""
    interlock = str(Path(sys.executable).parent / "interlock")
    yield Figure(
        "`interlock --version`",
        "`python -c pass`",
        measure(command([interlock, "--version"]), command([sys.executable, "-c", "pass"]), 40),
        aim=2,
    )
    files = documents.write_policies(folder / "desk")
    ours = f"`interlock validate`, {documents.FILES} policies of {_lines(files)} lines"
    validate = command([interlock, "validate"], folder / "desk")
    yield from _against_promtool(folder, ours, validate)
    bare = [sys.executable, str(ROOT / "bench/bare.py"), str(ROOT / "schemas/1"), *map(str, files)]
    yield Figure(
        ours, "libyaml and JSON Schema alone, no meaning", measure(validate, command(bare), 15), aim=1
    )
    for theirs, pairs in evaluation.against_others(folder / "ten"):
        yield Figure("a gate of ten rules, a snapshot", theirs, pairs)
    for ours, theirs, pairs in ledger.appends(folder):
        yield Figure(ours, theirs, pairs, aim=1 / 0.7)
    for ours, theirs, pairs in ledger.verification(folder):
        yield Figure(ours, theirs, pairs, aim=1.5)


def _against_promtool(folder: Path, ours: str, validate: Work) -> Iterator[Figure]:
    promtool = shutil.which("promtool")
    if promtool is None:
        print("promtool is not installed (Debian: `apt-get install prometheus`): its comparison is left out")
        return
    alerts = documents.write_alerts(folder / "alerts")
    theirs = f"`promtool check rules`, {documents.FILES} files of {_lines(alerts)} lines"
    work = command([promtool, "check", "rules", *map(str, alerts)])
    yield Figure(ours, theirs, measure(validate, work, 15), aim=3)


def page(table: list[str], survived: list[str]) -> str:
    """Return the page: how to make it anew, the tables, and on what it was made."""
    tables = f"{chr(10).join(table)}\n{AFTER}\n{SURVIVED}\n{chr(10).join(survived)}"
    return f"{BEFORE}\n{tables}\n\nMade with {', '.join(_versions())}.\n"


def _versions() -> Iterator[str]:
    yield f"Interlock {version('interlock')}"
    yield f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    yield from (f"{name} {version(name)}" for name in PACKAGES)
    if promtool := shutil.which("promtool"):
        done = subprocess.run([promtool, "--version"], capture_output=True, text=True, check=True)
        yield " ".join((done.stdout or done.stderr).split()[:3]).replace(", version", "")


def _lines(files: list[Path]) -> str:
    counts = [len(file.read_text(encoding="utf-8").splitlines()) for file in files[-documents.FILES :]]
    return str(round(sum(counts) / len(counts)))


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1e6:.0f} µs"


def _number(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


if __name__ == "__main__":
    main()
