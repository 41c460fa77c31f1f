"""The checkout as a whole: its text names no machine and no registry, and `make help` lists every target."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Written so that this file does not hold what it looks for.
HOMES = re.compile(r"(?:(?<![\w.])/(?:hom[e]|Use[r]s|roo[t]|wor[k]|bui[l]d[s])/[\w.-])|[A-Z]:\\{1,2}Use[r]s")
HOSTS = re.compile(
    r"py[p]i\.org|python[h]osted|registry\.np[m]js|deb\.deb[i]an\.org|proxy\.gola[n]g|(?:index|find)-(?:ur[l]|link[s])"
)
CLOCKS = re.compile(r"\b(?:mono[t]onic|perf_counte[r]|time\.tim[e])(?:_ns)?\(\)")


def tracked() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    done = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    paths = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def lines_that_match(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in tracked():
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT).as_posix()}:{number}: {line.strip()[:80]}")
    return found


def test_no_file_names_a_folder_of_one_machine() -> None:
    assert lines_that_match(HOMES) == []


def test_no_file_names_a_registry() -> None:
    assert lines_that_match(HOSTS) == []


def test_no_test_reads_a_clock_to_judge_speed() -> None:
    tests = [each for each in lines_that_match(CLOCKS) if each.startswith("tests/")]
    assert tests == []


def test_the_patterns_find_what_they_look_for() -> None:
    assert HOMES.search("/".join(["", "home", "someone", "x"]))
    assert HOMES.search("C:" + "\\" + "Users")
    assert HOSTS.search("https://py" + "pi.org/simple")
    assert all(CLOCKS.search(f"begun = time.{each}()") for each in ("monotonic", "perf_counter_ns", "time"))
    assert not CLOCKS.search("begun = time.process_time()") and not CLOCKS.search("self.time()")
    assert not HOMES.search("docs/home/page and /work alone")


def test_text_files_are_utf8_with_unix_line_ends() -> None:
    wrong = []
    for path in tracked():
        if path.suffix in {".py", ".md", ".yaml", ".yml", ".json", ".toml", ".lock", ".in", ".j2"}:
            data = path.read_bytes()
            if b"\r" in data or data.decode("utf-8", "replace").encode() != data:
                wrong.append(path.relative_to(ROOT).as_posix())
    assert wrong == []


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_without_a_target_lists_every_target() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", text, re.M)
    assert phony
    assert [line.split()[1] for line in done.stdout.splitlines()] == phony[1].split()
    assert all(len(line.split()) > 3 for line in done.stdout.splitlines())


SKIPPING = """
import pytest

def test_fixture(realdata):
    assert realdata

@pytest.mark.skip(reason="another reason")
def test_other():
    assert True
"""


@pytest.mark.parametrize(
    ("required", "closing"), [("0", "2 skipped"), ("1", "1 skipped, 1 error")], ids=["allowed", "refused"]
)
def test_a_skip_for_want_of_real_data_fails_where_it_is_required(
    tmp_path: Path, required: str, closing: str
) -> None:
    (tmp_path / "conftest.py").write_bytes((ROOT / "tests" / "conftest.py").read_bytes())
    (tmp_path / "test_skipping.py").write_text(SKIPPING, encoding="utf-8")
    environment = {**os.environ, "INTERLOCK_REALDATA": "", "INTERLOCK_REALDATA_REQUIRED": required}
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1].partition(" in ")[0] == closing
