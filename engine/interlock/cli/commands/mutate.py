"""`interlock mutate`: changes the policies in one thing at a time and asks whether a test notices."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from ...errors import EXIT_BEST, EXIT_WORST, UsageError
from ...reports.mutation_report import FORMATS
from ...testing.mutation.mutation import mutated
from ...testing.policies.runner import CaseRunner
from ...wording import number
from ..options import format_option, policies_option, policy_option
from ..output import deliver, look, output_option, writable
from ..progress import waiting
from ..test_selection import chosen

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  interlock mutate
  interlock mutate --policy turnover-gate
  interlock mutate --min 95 --format json -o mutants.json
"""


@click.command(
    "mutate", short_help="Change policies one thing at a time and ask the tests.", epilog=_EXAMPLES
)
@click.argument("paths", nargs=-1)
@policies_option
@policy_option
@format_option(*FORMATS)
@click.option(
    "--min", "least", type=click.IntRange(0, 100), metavar="PERCENT", help="Fail where less is killed."
)
@click.option("--jobs", type=click.IntRange(1, 64), metavar="N", help="Processes; default: one a core.")
@output_option
def command(
    paths: Sequence[str],
    policies: str | None,
    policy_ids: Sequence[str],
    form: str,
    least: int | None,
    jobs: int | None,
    output: str,
) -> int:
    """Change policies one thing at a time and ask the tests below PATHS.

    A mutant is the policy with one thing changed: a threshold, an operator, a window, what a rule contributes, or a
    rule that is gone. One that no test notices survives, unless a search of the boundaries finds no snapshot that tells
    it apart. The exit code is 0, 1 where a smaller share than `--min` is killed, 2 for an invalid document or where a
    case fails without any mutant.
    """
    writable(output)
    asked = chosen(paths, policies, policy_ids)
    if not asked.suites:
        raise UsageError("no tests of policies found: rollouts have no mutants")
    failed = sum(not each.passed for each in CaseRunner(asked.root).run(asked.suites))
    if failed:
        raise UsageError(f"{number(failed, 'case')} failing without a mutant: see `interlock test`")
    with waiting("trying mutants") as advance:
        found = mutated(asked.root, asked.suites, jobs or os.cpu_count() or 1, advance)
    deliver(FORMATS[form](found, look(output, policies)), output, for_people=form == "text")
    return EXIT_WORST if found.percent() < (least or 0) else EXIT_BEST
