"""Changes of what the orchestrator's agents and the learning loop left behind: rejections in a row, a lost run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .period import stamp
from .variations import Copy

__all__ = ["lost_run", "rejections"]


def rejections(*seconds: int, accepted: Sequence[int] = ()) -> Callable[[Copy], None]:
    """The live trader is enabled and of the last hour made only these attempts to route an order, so many seconds ago;
    `accepted` tells which passed."""

    def change(desk: Copy) -> None:
        place = desk.root / "agents/live_trader.log"
        since = stamp(desk.ago(hours=1))
        lines = place.read_text("utf-8").splitlines()
        kept = [line for line in lines if "INFO route" not in line or line < since]
        for each in seconds:
            outcome = "outcome=accepted" if each in accepted else "outcome=rejected reason=min_notional"
            kept.append(f"{stamp(desk.ago(seconds=each))} INFO route pair=ETH/USDT {outcome} latency=300ms")
        place.write_bytes("".join(line + "\n" for line in sorted(kept)).encode("utf-8"))
        desk.field("agents/status.json", ["live_trader"], "enabled_agents")

    return change


def lost_run(minutes: int, mode: str = "normal") -> Callable[[Copy], None]:
    """A run that began an hour and a half ago, and whose loss became known so many minutes ago."""

    def change(desk: Copy) -> None:
        def lose(content: dict[str, Any]) -> None:
            run = dict(content["runs"][-1], run_id="run-9000", mode=mode, outcome="loss")
            run["started_at"] = stamp(desk.ago(minutes=90))
            run["finished_at"] = stamp(desk.ago(minutes=minutes))
            content["runs"].append(run)

        desk.document("data/experiments/experiment_runs_v2.json", lose)

    return change
