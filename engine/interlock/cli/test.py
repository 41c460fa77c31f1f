"""`interlock test`: every case of the tests documents, and what they cover."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ..diagnostics import Collector, did_you_mean, printable
from ..errors import EXIT_BEST, EXIT_WORST, DocumentError, UsageError
from ..policy.loader import PolicyRoot, find_root, load_root
from ..reports.cases import FORMATS, Tested
from ..testing.coverage import Coverage, Watcher, covered
from ..testing.documents import read_suites
from ..testing.model import Suite
from ..testing.mutation import suggested
from ..testing.running import Bench, Result
from .delivery import deliver, look, output_option, writable
from .options import format_option, policies_option, policy_option
from .paths import shown_name, within
from .progress import waiting

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  interlock test
  interlock test policies/phase-2b-operations --policy turnover-gate
  interlock test --coverage --min 100 --format junit -o tests.xml
"""


@click.command("test", short_help="Run the tests of policies.", epilog=_EXAMPLES)
@click.argument("paths", nargs=-1)
@policies_option
@policy_option
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
    root, suites, collector = chosen(paths, policies, policy_ids)
    watcher = Watcher()
    bench = Bench(root, watcher if coverage or suggest or least is not None else None)
    with waiting("running tests"):
        results = bench.run(suites)
    whole = not paths and not policy_ids
    if suggest:
        return _suggest(bench, suites, results, watcher, output)
    measured = _measured(bench, suites, results, watcher, whole) if bench.watch is not None else None
    tested = Tested(results, root.policies, collector.sources, measured, least or 0)
    deliver(FORMATS[form](tested, look(output, policies)), output, for_people=form == "text")
    return EXIT_WORST if tested.failed or tested.short else EXIT_BEST


def chosen(
    paths: Sequence[str], policies: str | None, policy_ids: Sequence[str]
) -> tuple[PolicyRoot, tuple[Suite, ...], Collector]:
    """Return the policy root and the suites asked for.

    Raises DocumentError for complaints about any document, UsageError where there is no test.
    """
    path = find_root(policies)
    names = [shown_name(path, each, "test") for each in paths]
    root, suites, collector = _read(path)
    for each in policy_ids:
        if each not in root.policies:
            hint = did_you_mean(each, root.policies) or f"there are {', '.join(sorted(root.policies))}"
            raise UsageError(f"no policy is called `{printable(each)}`: {hint}")
    found = [each for each in suites if not policy_ids or each.policy in policy_ids]
    found = [each for each in found if not names or any(within(each.span.file, name) for name in names)]
    if not any(each.cases for each in found):
        raise UsageError("no tests found: write a document that begins with `tests: POLICY`")
    return root, tuple(found), collector


def _read(path: Path) -> tuple[PolicyRoot, tuple[Suite, ...], Collector]:
    collector = Collector()
    with waiting("reading policies and tests") as advance:
        root = load_root(path, collector, advance)
        suites = read_suites(root, collector)
    if collector.errors:
        raise DocumentError(collector.errors, collector.sources)
    return root, suites, collector


def _suggest(
    bench: Bench, suites: Sequence[Suite], results: Sequence[Result], watcher: Watcher, output: str
) -> int:
    """Print cases by document; those for mutants only where all cells are reached without them."""
    lines: list[str] = []
    with waiting("searching for cases") as advance:
        for name in sorted({each.policy for each in suites}):
            own = [each for each in suites if each.policy == name]
            missed = _measured(bench, own, results, watcher, False).missed
            found = suggested(bench, tuple(suites), own, missed)
            advance()
            if found:
                lines += [f"# {own[0].span.file}", *(each.text.rstrip() for each in found), ""]
    deliver("\n".join(lines) or "nothing to suggest\n", output)
    return EXIT_BEST


def _measured(
    bench: Bench, suites: Sequence[Suite], results: Sequence[Result], watcher: Watcher, whole: bool
) -> Coverage:
    """Of all tests the coverage of all policies, untested ones included; else of the policies tested."""
    names = sorted(bench.compiled if whole else {each.policy for each in suites})
    return covered([bench.compiled[each] for each in names], bench.root, results, watcher)
