"""Makes the example desk: the artefacts of thirteen weeks of paper trading, always with the same bytes.

    python examples/make_desk.py --out examples/desk --as-of 2026-03-30T06:30:00Z

It needs the standard library alone. Chance comes from fixed seeds, the time from `--as-of`, and every total
is computed from the decisions and trades that it sums, so that daily, weekly and cumulative figures agree.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from making.admission import write_admission
from making.agents import write_agents
from making.cutover import write_cutover
from making.daily import write_daily
from making.decisions import make_decisions
from making.learning import write_learning
from making.period import Period
from making.plan import write_plan
from making.state import write_state
from making.telemetry import write_telemetry
from making.trades import make_trades, result_document
from making.weekly import write_weekly
from making.writing import Desk

__all__ = ["make_desk"]

_AS_OF = "2026-03-30T06:30:00Z"


def make_desk(out: Path, as_of: datetime) -> list[str]:
    """Write the desk as of that moment below `out`; give the paths written."""
    desk, period = Desk(out), Period(as_of.astimezone(UTC))
    decisions = make_decisions(period)
    trades = make_trades(period, decisions)
    result = result_document(period, trades)
    body = result["strategy"]["DeskStrategy"]
    rows, body["trades"] = body["trades"], "rows of trades"
    desk.compact("freqtrade-backtest.json", result, rows, "rows of trades")
    write_daily(desk, period, decisions, trades)
    write_weekly(desk, period, decisions)
    write_state(desk, period, decisions)
    write_agents(desk, period)
    write_learning(desk, period)
    write_plan(desk, period)
    write_cutover(desk, period)
    write_admission(desk, period)
    write_telemetry(desk, period, trades)
    return desk.written


def main() -> None:
    """Read the command line and write the desk."""
    parser = argparse.ArgumentParser(description="Make the artefacts of the example desk.")
    parser.add_argument("--out", type=Path, default=Path("examples/desk"), help="folder to write to")
    parser.add_argument("--as-of", default=_AS_OF, help="the moment at which the desk is looked at")
    options = parser.parse_args()
    written = make_desk(options.out, datetime.fromisoformat(options.as_of))
    print(f"wrote {len(written)} files to {options.out.as_posix()}")


if __name__ == "__main__":
    main()
