"""`interlock test`: every case of the tests documents, and what they cover."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ...errors import EXIT_BEST, EXIT_WORST, UsageError
from ...reports.test_report import FORMATS, TestRun
from ...testing.mutation.mutation import suggested
from ...testing.policies.cell_coverage import CellCoverage, Watcher, covered
from ...testing.policies.model import Suite
from ...testing.policies.runner import CaseResult, CaseRunner
from ...testing.rollouts.story_coverage import stories_covered
from ...testing.rollouts.story_runner import StoryResult, run_stories
from ..options import format_option, policies_option, policy_option
from ..output import deliver, look, output_option, writable
from ..progress import waiting
from ..test_selection import TestSelection, chosen

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  interlock test
  interlock test policies/phase-2b-operations --policy turnover-gate
  interlock test --coverage --min 100 --format junit -o tests.xml
"""


@click.command("test", short_help="Run the tests of policies and rollouts.", epilog=_EXAMPLES)
@click.argument("paths", nargs=-1)
@policies_option
@policy_option
@click.option(
    "--rollout",
    "rollout_ids",
    multiple=True,
    metavar="ID",
    help="Only this rollout; may be given several times.",
)
@format_option(*FORMATS)
@click.option("--coverage", is_flag=True, help="Tell which outcomes and boundaries no case saw.")
@click.option(
    "--min", "least", type=click.IntRange(0, 100), metavar="PERCENT", help="Fail where less is covered."
)
@click.option(
    "--suggest", is_flag=True, help="Print cases to paste for all that no case sees or would notice."
)
@output_option
def command(
    paths: Sequence[str],
    policies: str | None,
    policy_ids: Sequence[str],
    rollout_ids: Sequence[str],
    form: str,
    coverage: bool,
    least: int | None,
    suggest: bool,
    output: str,
) -> int:
    """Run the tests documents below PATHS (default: all of the policy root).

    A case that does not hold shows what was expected, what came, and the explanation of the rule that differs. The
    exit code is 0 when every case holds, 1 when one does not or too little is covered, 2 for an invalid document.
    """
    writable(output)
    if suggest and form != "text":
        raise UsageError("`--suggest` prints YAML to paste: leave `--format` out")
    asked = chosen(paths, policies, policy_ids, rollout_ids)
    watcher = Watcher()
    bench = CaseRunner(asked.root, watcher if coverage or suggest or least is not None else None)
    with waiting("running tests"):
        results, stories = bench.run(asked.suites), run_stories(asked.root, asked.stories)
    if suggest:
        return _suggest(bench, asked.suites, results, watcher, output)
    measured = _whole(asked, bench, results, stories, watcher) if bench.watch is not None else None
    tested = TestRun(results, asked.root.policies, asked.collector.sources, measured, least or 0, stories)
    deliver(FORMATS[form](tested, look(output, policies)), output, for_people=form == "text")
    return EXIT_WORST if tested.failed or tested.short else EXIT_BEST


def _suggest(
    bench: CaseRunner, suites: Sequence[Suite], results: Sequence[CaseResult], watcher: Watcher, output: str
) -> int:
    """Print cases by document; those for mutants only where all cells are reached without them."""
    lines: list[str] = []
    with waiting("searching for cases") as advance:
        for name in sorted({each.policy for each in suites}):
            own = [each for each in suites if each.policy == name]
            missed = _measured(bench, own, results, watcher).missed
            found = suggested(bench, tuple(suites), own, missed)
            advance()
            if found:
                lines += [f"# {own[0].span.file}", *(each.text.rstrip() for each in found), ""]
    deliver("\n".join(lines) or "nothing to suggest\n", output)
    return EXIT_BEST


def _measured(
    bench: CaseRunner, suites: Sequence[Suite], results: Sequence[CaseResult], watcher: Watcher
) -> CellCoverage:
    """The coverage of the policies tested."""
    names = sorted({each.policy for each in suites})
    return covered([bench.compiled[each] for each in names], bench.root, results, watcher)


def _whole(
    asked: TestSelection,
    bench: CaseRunner,
    results: Sequence[CaseResult],
    stories: Sequence[StoryResult],
    watcher: Watcher,
) -> CellCoverage:
    """Of all tests the coverage of all policies and rollouts, untested ones included; else of those tested."""
    if asked.whole:
        policies = covered([each for _, each in sorted(bench.compiled.items())], bench.root, results, watcher)
        tested = [each for _, each in sorted(bench.root.rollouts.items())]
    else:
        policies = _measured(bench, asked.suites, results, watcher)
        tested = list({each.rollout.id: each.rollout for each in asked.stories}.values())
    staged = stories_covered(tested, bench.root, stories)
    return CellCoverage((*policies.cells, *staged.cells), (*policies.missed, *staged.missed))
