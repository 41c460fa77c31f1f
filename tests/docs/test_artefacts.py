"""docs/artefacts.md is what the schemas, the sources and the policies say, and marks what decides a gate."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

pytest.importorskip("duckdb")

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "docs"))

from make_artefacts import PAGE, page  # noqa: E402  the scripts of the documents are no package

MADE = page()


def row(artefact: str, key: str) -> list[str]:
    """The cells of a key in the section of an artefact."""
    section = MADE.partition(f"\n## {artefact}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith(f"| `{key}`")]
    assert len(lines) == 1, (artefact, key)
    return [each.strip() for each in re.split(r"(?<!\\)\|", lines[0].strip("|"))]


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == MADE, "run `make docs`"


def test_every_schema_has_a_section() -> None:
    names = sorted(each.stem for each in (ROOT / "schemas" / "artefacts").glob("*.json"))
    assert re.findall(r"^## (.+)$", MADE, re.M) == names


@pytest.mark.parametrize(
    ("artefact", "key", "required", "gate"),
    [
        ("freqtrade-result", "/strategy/NAME/trades[]/profit_abs", "yes", "**yes**"),
        ("freqtrade-result", "/strategy/NAME/starting_balance", "yes", "**yes**"),
        ("freqtrade-result", "/strategy/NAME/backtest_start", "yes", "**yes**"),
        ("freqtrade-result", "/strategy/NAME/trades[]/open_date", "", ""),
        ("freqtrade-result", "/strategy/NAME/stake_currency", "", ""),
        ("paper-live-heartbeat", "/timestamp", "yes", "**yes**"),
        ("trading-lock", "/pid", "yes", ""),
    ],
)
def test_a_key_that_a_gate_reads_is_marked(artefact: str, key: str, required: str, gate: str) -> None:
    cells = row(artefact, key)
    assert (cells[2], cells[3]) == (required, gate)


def test_a_file_that_is_only_looked_at_decides_too() -> None:
    assert "- `data/live_kill_switch.txt` is read by the source `switches`, which decides `" in MADE
