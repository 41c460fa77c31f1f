"""`interlock explain`: every rule of a policy with what was seen and needed, and where each unknown was born."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from ...diagnostics import unknown_name
from ...errors import EXIT_BEST, EXIT_BETWEEN, EXIT_WORST, UsageError
from ...reports.explanation import explained
from ..evaluation_run import EvaluationRun, RunOptions, judging_options, remarks
from ..output import deliver, look, output_option, writable

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  interlock explain snapshot.json --policy live-rollout-readiness --environment paper
  interlock explain snapshot.json --policy turnover-gate --member symbol=BTC-USD --rule confidence
  interlock explain --root . --policy shadow-daily-health
"""


@click.command("explain", short_help="Explain verdicts rule by rule.", epilog=_EXAMPLES)
@click.argument("snapshot", required=False)
@click.option(
    "--rule", "rules", multiple=True, metavar="ID", help="Only this rule; may be given several times."
)
@judging_options
@output_option
def command(snapshot: str | None, rules: tuple[str, ...], output: str, **options: Any) -> int:
    """Explain the verdicts over SNAPSHOT (a file, or - for stdin), rule by rule.

    Each comparison shows what was seen, what was needed, the margin (positive on the passing side) and, where it fails,
    the nearest value that would pass. The exit code is that of `report`.
    """
    writable(output)
    asked = RunOptions(**options)
    judging = EvaluationRun([snapshot] if snapshot else [], asked)
    _known(judging, rules)
    judged = judging.only("an explanation")
    text = explained(judged, look(output, asked.policies), judging.sources, rules)
    deliver(text or "no policy was evaluated\n", output, for_people=True)
    remarks([judged])
    code = judged.exit_code
    return EXIT_BEST if code in (EXIT_WORST, EXIT_BETWEEN) else code


def _known(judging: EvaluationRun, rules: Sequence[str]) -> None:
    """Raise UsageError for a rule that no policy asked for has."""
    every = judging.policies.policies
    known = [rule.id for each in judging.asked.policy_ids or every for rule in every[each].rules]
    for name in rules:
        if name not in known:
            raise UsageError(str(unknown_name("rule", name, sorted(known))))
