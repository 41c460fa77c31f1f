"""`interlock explain`: every rule of a policy with the values seen and needed, and the source of each unknown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from ...diagnostics import unknown_name
from ...errors import EXIT_BEST, EXIT_BETWEEN, EXIT_INTEGRITY, EXIT_NOT_EVALUATED, EXIT_WORST, UsageError
from ...policy.loader import find_root
from ...reports.evaluation.explanation import VerdictExplanation
from ..command import Subcommand
from ..evaluation_run import EvaluationRun, RunOptions, note_rest, run_options
from ..options import format_option
from ..output import output_option, require_writable, show

__all__ = ["command"]


@click.command(
    "explain",
    cls=Subcommand,
    short_help="Explain verdicts rule by rule.",
    examples=(
        "interlock explain snapshot.json --policy turnover-gate --historic",
        "interlock explain snapshot.json --policy turnover-gate \\\n    --member symbol=BTC-USD --rule confidence",
        "interlock explain --root . --policy shadow-daily-health --format markdown",
    ),
    exits={
        EXIT_BEST: "the verdicts are explained, whatever they are",
        EXIT_NOT_EVALUATED: "nothing was evaluated, or a verdict has expired",
        EXIT_INTEGRITY: "the ledger is damaged",
    },
)
@click.argument("snapshot", required=False)
@click.option(
    "--rule", "rules", multiple=True, metavar="ID", help="Only this rule; may be given several times."
)
@run_options
@format_option("explanation")
@output_option
def command(snapshot: str | None, rules: tuple[str, ...], form: str, output: str, **options: Any) -> int:
    """Explain the verdicts over SNAPSHOT (a file, or - for stdin), rule by rule.

    Each comparison shows the value seen, the value needed, the margin (positive on the passing side) and, where it
    fails, the nearest value that would pass. An unknown rule names the source of each metric that is unknown.
    """
    require_writable(output, [snapshot])
    run = EvaluationRun([snapshot] if snapshot else [], RunOptions(**options))
    _require_rules(run, rules)
    result = run.only("an explanation")
    explained = VerdictExplanation(result, run.sources, rules)
    show("explanation", form, explained, output, find_root(run.options.policies))
    note_rest([result])
    code = result.exit_code
    return EXIT_BEST if code in (EXIT_WORST, EXIT_BETWEEN) else code


def _require_rules(run: EvaluationRun, rules: Sequence[str]) -> None:
    """Raise UsageError for a rule that no selected policy has."""
    every = run.policies.policies
    known = [rule.id for each in run.named or every for rule in every[each].rules]
    for name in rules:
        if name not in known:
            raise UsageError(str(unknown_name("rule", name, sorted(known))))
