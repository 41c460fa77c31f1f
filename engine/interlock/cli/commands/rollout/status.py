"""`interlock rollout status`: the stages of a rollout, what is missing, and when the next stage may begin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ....api import Snapshot
from ....errors import UsageError
from ....ledger.recorder import Recorder
from ....policy.loader import find_root
from ....reports.records.rollout_drawing import RolloutStatus
from ...command import Subcommand
from ...inputs import load_policies
from ...options import anchor_option, format_option, historic_option, ledger_option
from ...output import show
from ...snapshots import SnapshotOrigin, origin_options
from .rollouts import STEP_EXITS, exit_code, require_rollout

__all__ = ["command"]


@click.command(
    "status",
    cls=Subcommand,
    short_help="Draw the stages, and show what is missing.",
    examples=(
        "interlock rollout status experiment-0",
        "interlock rollout status experiment-0 --root . --environment live",
    ),
    exits=STEP_EXITS,
)
@click.argument("name")
@click.argument("snapshot", required=False)
@origin_options
@historic_option
@format_option("rollout")
@ledger_option()
@anchor_option()
def command(
    name: str, snapshot: str | None, form: str, ledger: Path, anchor: Path | None, **options: Any
) -> int:
    """Draw the stages of NAME, what the next one lacks, and when it may begin at the earliest.

    Evaluates SNAPSHOT, or one collected from --root, or the newest that the ledger holds; records nothing.
    """
    origin = SnapshotOrigin(**options)
    loaded = load_policies(origin.policies)
    rollout = require_rollout(loaded, name)
    with Recorder(ledger, record=False, anchor=anchor) as recorder:
        shown = origin.snapshot(snapshot, loaded, record=False) or _newest(recorder)
        engine = loaded.rollout_engine(shown, recorder, environment=origin.environment, now=origin.now)
        step = engine.preview(rollout)
        state = recorder.state.rollout(name)
    show("rollout", form, RolloutStatus(rollout, state, step.decision), root=find_root(origin.policies))
    return exit_code(step)


def _newest(recorder: Recorder) -> Snapshot:
    if not recorder.state.snapshots:
        raise UsageError(
            "the ledger holds no snapshot: name one, or a folder to collect from with `--root DIR`"
        )
    return recorder.load(recorder.state.snapshots[-1].document)
