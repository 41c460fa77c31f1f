"""The page of diagnostic codes is made from the registry, and its examples do what they say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from interlock.codes import all_codes

from .diagnostic_examples import codes_raised

CODES = all_codes()
ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "diagnostics.md"


def test_the_page_is_what_the_registry_says(tmp_path: Path) -> None:
    script = (ROOT / "docs" / "make_diagnostics.py").read_text(encoding="utf-8")
    (tmp_path / "make.py").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "make.py"], cwd=tmp_path, env={"PYTHONPATH": str(ROOT / "engine")}, check=False
    )
    assert done.returncode == 0
    made = (tmp_path / "diagnostics.md").read_text(encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == made, "run `make docs`"


def test_the_page_explains_every_code_once() -> None:
    headings = re.findall(r"^### ([EW]\d{3}): ", PAGE.read_text(encoding="utf-8"), re.M)
    assert sorted(headings) == sorted(CODES)


def test_every_text_of_the_registry_is_whole_sentences() -> None:
    wrong = [
        code
        for code, told in CODES.items()
        if not (
            re.fullmatch(r"[^.]+[^.\s]", told.title) and told.cause.endswith(".") and told.cure.endswith(".")
        )
    ]
    assert wrong == []


@pytest.mark.parametrize("code", [name for name, each in CODES.items() if each.place])
def test_the_wrong_example_raises_the_code_and_the_right_one_nothing(code: str, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "good").mkdir()
    assert codes_raised(tmp_path / "bad", CODES[code], CODES[code].bad) == [code]
    assert codes_raised(tmp_path / "good", CODES[code], CODES[code].good) == []


def test_every_code_without_an_example_is_expected_by_some_test() -> None:
    files = [
        path
        for pattern in ("*.py", "*.yaml", "*.txt", "*.md")
        for path in (ROOT / "tests").rglob(pattern)
        if path != Path(__file__)
    ]
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
    expected = set(re.findall(r"\b[EW]\d{3}\b", text))
    assert sorted({code for code, each in CODES.items() if not each.place} - expected) == []
    assert sorted(each for each in expected - set(CODES) if each[1] in "123456") == []


def test_the_engine_raises_every_code_and_no_other() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "engine").rglob("*.py")]
    raised = {code for text in texts for code in re.findall(r'"([EW]\d{3})"', text)}
    assert sorted(raised ^ set(CODES)) == []
