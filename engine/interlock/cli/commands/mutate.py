"""`interlock mutate`: changes policies one thing at a time and checks that a test fails."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from ...errors import EXIT_BEST, EXIT_INVALID, EXIT_WORST, UsageError
from ...testing.mutation.mutation import mutated
from ...testing.policies.runner import CaseRunner
from ...wording import number
from ..command import Subcommand
from ..options import format_option, policies_option
from ..output import output_option, require_writable, show
from ..policy_choice import PolicyChoice, choice_options
from ..progress import progress
from ..test_selection import select_tests

__all__ = ["command"]


@click.command(
    "mutate",
    cls=Subcommand,
    short_help="Change policies and check that a test fails.",
    examples=(
        "interlock mutate",
        "interlock mutate --policy turnover-gate",
        "interlock mutate --min 95 --format json -o mutants.json",
    ),
    exits={
        EXIT_BEST: "enough mutants are killed",
        EXIT_WORST: "fewer than --min percent are killed",
        EXIT_INVALID: "a document is invalid, or a case fails without any mutant",
    },
)
@click.argument("paths", nargs=-1)
@policies_option
@choice_options
@format_option("mutants")
@click.option(
    "--min", "least", type=click.IntRange(0, 100), metavar="PERCENT", help="Fail where less is killed."
)
@click.option("--jobs", type=click.IntRange(1, 64), metavar="N", help="Processes; default: one a core.")
@output_option
def command(
    paths: Sequence[str],
    policies: str | None,
    policy_ids: Sequence[str],
    tags: Sequence[str],
    runbooks: Sequence[str],
    programmes: Sequence[str],
    form: str,
    least: int | None,
    jobs: int | None,
    output: str,
) -> int:
    """Change policies one thing at a time and run the tests below PATHS.

    A mutant is the policy with one change: a threshold, an operator, a window, a contribution, or a rule less. A mutant
    that no test notices survives where a search of the boundaries finds a snapshot with another verdict. It is the same
    where it is shown that there is none, and does not count; else it is undecided, and counts as not killed.
    """
    require_writable(output)
    selected = select_tests(paths, policies, PolicyChoice(policy_ids, tags, runbooks, programmes))
    if not selected.suites:
        raise UsageError("no tests of policies found: rollouts have no mutants")
    names = sorted({each.policy for each in selected.suites})
    failed = sum(not each.passed for each in CaseRunner(selected.root).run(selected.beside))
    if failed:
        raise UsageError(f"{number(failed, 'case')} failing without a mutant: see `interlock test`")
    with progress("trying mutants", len(names)) as advance:
        found = mutated(selected.root, selected.beside, jobs or os.cpu_count() or 1, advance, names)
    show("mutants", form, found, output, selected.root.path)
    return EXIT_WORST if found.percent() < (least or 0) else EXIT_BEST
