"""Makes the example desk: the artefacts of thirteen weeks of paper trading, always with the same bytes.

    python examples/make_desk.py --out examples/desk --as-of 2026-03-30T06:30:00Z
    python examples/make_desk.py --scenario kill-switch-file --out /tmp/desk

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
from making.period import WEEKS, Period
from making.plan import write_plan
from making.scenarios import SCENARIOS, Scenario
from making.state import write_state
from making.telemetry import write_telemetry
from making.trades import make_trades, result_document
from making.variations import Copy
from making.weekly import write_weekly
from making.writing import Desk

__all__ = ["make_desk"]

_AS_OF = "2026-03-30T06:30:00Z"


def make_desk(out: Path, as_of: datetime, scenario: Scenario | None = None) -> list[str]:
    """Write the desk as of that moment, or a scenario of it, below `out`; give the paths written."""
    desk, period = Desk(out), Period(as_of.astimezone(UTC), scenario.weeks if scenario else WEEKS)
    decisions = make_decisions(period)
    if scenario:
        decisions = scenario.decisions(period, decisions)
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
    if scenario:
        scenario.apply(Copy(out, period))
    return desk.written


def main() -> None:
    """Read the command line and write the desk."""
    parser = argparse.ArgumentParser(description="Make the artefacts of the example desk.")
    parser.add_argument("--out", type=Path, default=Path("examples/desk"), help="folder to write to")
    parser.add_argument("--as-of", help=f"the moment at which the desk is looked at, by default {_AS_OF}")
    parser.add_argument("--scenario", choices=SCENARIOS, metavar="NAME", help=", ".join(SCENARIOS))
    options = parser.parse_args()
    scenario = SCENARIOS.get(options.scenario)
    as_of = options.as_of or (scenario and scenario.as_of) or _AS_OF
    written = make_desk(options.out, datetime.fromisoformat(as_of), scenario)
    print(f"wrote {len(written)} files to {options.out.as_posix()}")


if __name__ == "__main__":
    main()
