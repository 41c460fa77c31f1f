"""CONTRIBUTING.md points at files that exist and at commands of the Makefile."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_path_that_it_names_exists() -> None:
    named = [word for word in re.findall(r"`([^`\s]+)`", TEXT) if "/" in word or Path(word).suffix]
    in_package = {"language/", "policy/", "evaluation/", "collect/", "ledger/", "alerts/", "rollout/"}
    in_package |= {"analysis/", "testing/", "reports/", "guard/", "api.py", "cli/"}
    roots = {word: ROOT / "engine" / "interlock" if word in in_package else ROOT for word in named}
    assert [word for word, root in roots.items() if word != ".venv" and not (root / word).exists()] == []
    assert len(named) > 15


def test_every_target_that_it_names_is_one_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"`make ([a-z-]+)`", TEXT)) - targets == set()
