"""What the cutover keeps: its pre-flight as the copy was made, the evidence of realised closes, the last note."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from .period import DAY, Period, stamp
from .plan import COMMIT
from .writing import Desk

__all__ = ["write_cutover"]

_TESTS = (
    "live_trader",
    "fly_agent_runner",
    "exchange_connector",
    "quant_company_realized_evidence",
    "realized_reconciliation",
)
_COMPILE = ["python3.11", "-m", "py_compile"]
_LOCK = "from pathlib import Path; print(Path('agents/trading_lock.json').exists())"


def write_cutover(desk: Desk, period: Period) -> None:
    """Write how the commands of the pre-flight ended this morning, and what a rollback would be held against."""
    ran = period.as_of - timedelta(minutes=25)
    desk.json("commands.json", {"commands": [_entry(each, output, ran) for each, output in _commands()]})
    thresholds = {"min_closes": 20, "max_age_hours": 48}
    evidence = {
        "at": stamp(period.as_of - timedelta(minutes=5)),
        "thresholds": thresholds,
        "thresholds_digest": hashlib.sha256(repr(sorted(thresholds.items())).encode()).hexdigest()[:16],
    }
    desk.json("agents/evidence.json", evidence)
    note = {
        "at": stamp(period.at(period.today - 40 * DAY, 16)),
        "trigger": "rehearsal of the rollback",
        "evidence_path": "agents/trader.db",
    }
    desk.json("agents/cutover_note.json", note)


def _commands() -> list[tuple[list[str], str]]:
    return [
        ([*_COMPILE, "agents/live_trader.py", "agents/quant_company_agent.py"], ""),
        ([*_COMPILE, "agents/orchestrator_v2.py"], ""),
        (["pytest", "-q", *(f"tests/test_{name}.py" for name in _TESTS)], "61 passed\n"),
        (["pytest", "-q"], "412 passed\n"),
        (["python3.11", "-c", _LOCK], "False\n"),
        (["python3.11", "tools/safe_integration/integration_guard.py", "--root", "."], "ok\n"),
        (["git", "rev-parse", "HEAD"], f"{COMMIT}\n"),
    ]


def _entry(command: list[str], output: str, ran: Any) -> dict[str, Any]:
    return {"command": command, "exit": 0, "output": output, "at": stamp(ran), "commit": COMMIT}
