"""`interlock test`: the cases of the tests documents, and what they cover."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ...errors import EXIT_BEST, EXIT_WORST, UsageError
from ...reports.documents.test_rows import TestRun
from ...testing.mutation.mutation import suggested
from ...testing.policies.cell_coverage import CellCoverage, Watcher, covered
from ...testing.policies.model import Suite
from ...testing.policies.runner import CaseResult, CaseRunner
from ...testing.rollouts.story_coverage import stories_covered
from ...testing.rollouts.story_runner import StoryResult, run_stories
from ..command import Subcommand
from ..options import format_option, policies_option
from ..output import deliver, output_option, require_writable, show
from ..policy_choice import PolicyChoice, choice_options
from ..progress import progress
from ..test_selection import TestSelection, select_tests

__all__ = ["command"]


@click.command(
    "test",
    cls=Subcommand,
    short_help="Run the tests of policies and rollouts.",
    examples=(
        "interlock test",
        "interlock test policies/phase-2b-operations --policy turnover-gate",
        "interlock test --coverage --min 100 --format junit -o tests.xml",
    ),
    exits={EXIT_BEST: "every case holds", EXIT_WORST: "a case does not hold, or too little is covered"},
)
@click.argument("paths", nargs=-1)
@policies_option
@choice_options
@click.option(
    "--rollout",
    "rollout_ids",
    multiple=True,
    metavar="ID",
    help="Only this rollout; may be given several times.",
)
@format_option("tests")
@click.option("--coverage", is_flag=True, help="Show which outcomes and boundaries no case covers.")
@click.option(
    "--min", "least", type=click.IntRange(0, 100), metavar="PERCENT", help="Fail where less is covered."
)
@click.option(
    "--suggest", is_flag=True, help="Print cases, to paste, for what no case covers or would notice."
)
@output_option
def command(
    paths: Sequence[str],
    policies: str | None,
    policy_ids: Sequence[str],
    tags: Sequence[str],
    runbooks: Sequence[str],
    programmes: Sequence[str],
    rollout_ids: Sequence[str],
    form: str,
    coverage: bool,
    least: int | None,
    suggest: bool,
    output: str,
) -> int:
    """Run the tests documents below PATHS (default: all of the policy root).

    A case that does not hold shows what was expected, what came, and the explanation of each rule that differs.
    """
    require_writable(output)
    if suggest and form != "text":
        raise UsageError("`--suggest` prints YAML to paste: leave `--format` out")
    selected = select_tests(
        paths, policies, PolicyChoice(policy_ids, tags, runbooks, programmes), rollout_ids
    )
    watcher = Watcher()
    bench = CaseRunner(selected.root, watcher if coverage or suggest or least is not None else None)
    with progress("running tests"):
        results, stories = bench.run(selected.suites), run_stories(selected.root, selected.stories)
    if suggest:
        return _suggest(bench, selected, results, watcher, output)
    measured = _whole(selected, bench, results, stories, watcher) if bench.watch is not None else None
    tested = TestRun(
        results, selected.root.policies, selected.collector.sources, measured, least or 0, stories
    )
    show("tests", form, tested, output, selected.root.path)
    return EXIT_WORST if tested.failed or tested.short else EXIT_BEST


def _suggest(
    bench: CaseRunner, selected: TestSelection, results: Sequence[CaseResult], watcher: Watcher, output: str
) -> int:
    """Print cases by document, and the cells for which none was found."""
    lines: list[str] = []
    names = sorted({each.policy for each in selected.suites})
    with progress("searching for cases", len(names)) as advance:
        for name in names:
            own = [each for each in selected.suites if each.policy == name]
            missed = _measured(bench, own, results, watcher).missed
            found = suggested(bench, selected.beside, own, missed)
            advance()
            if found.cases or found.left:
                lines += [f"# {own[0].span.file}", *(each.text.rstrip() for each in found.cases)]
                lines += [f"# no case found: {each.span}: {each.text}" for each in found.left]
                lines.append("")
    deliver("\n".join(lines) or "nothing to suggest\n", output)
    return EXIT_BEST


def _measured(
    bench: CaseRunner, suites: Sequence[Suite], results: Sequence[CaseResult], watcher: Watcher
) -> CellCoverage:
    """The coverage of the policies tested."""
    names = sorted({each.policy for each in suites})
    return covered([bench.compiled[each] for each in names], bench.root, results, watcher)


def _whole(
    selected: TestSelection,
    bench: CaseRunner,
    results: Sequence[CaseResult],
    stories: Sequence[StoryResult],
    watcher: Watcher,
) -> CellCoverage:
    """The coverage of all policies and rollouts where all tests were run; else of those that were tested."""
    if selected.whole:
        policies = covered([each for _, each in sorted(bench.compiled.items())], bench.root, results, watcher)
        tested = [each for _, each in sorted(bench.root.rollouts.items())]
    else:
        policies = _measured(bench, selected.suites, results, watcher)
        tested = list({each.rollout.id: each.rollout for each in selected.stories}.values())
    staged = stories_covered(tested, bench.root, stories)
    return CellCoverage((*policies.cells, *staged.cells), (*policies.missed, *staged.missed))
