"""The tests that a command runs: of policies and of rollouts, selected by name and by place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..diagnostics import Collector, Span, unknown_name
from ..errors import DocumentError, UsageError
from ..policy.loader import PolicyRoot, find_root, load_root
from ..testing.policies.model import Suite
from ..testing.rollouts.model import RolloutSuite
from ..testing.rollouts.story_documents import read_stories
from ..testing.suite_reader import read_suites
from .inputs import shown_name, within
from .policy_choice import PolicyChoice
from .progress import progress

__all__ = ["TestSelection", "select_tests"]


@dataclass(frozen=True, slots=True)
class TestSelection:
    """A policy root, the selected suites of its policies and rollouts, and whether these are all of them; `beside` has
    those of every policy below the selected paths, whose cases may notice a change of a selected one."""

    root: PolicyRoot
    suites: tuple[Suite, ...]
    stories: tuple[RolloutSuite, ...]
    collector: Collector
    whole: bool
    beside: tuple[Suite, ...] = ()


def select_tests(
    paths: Sequence[str], policies: str | None, choice: PolicyChoice, rollout_ids: Sequence[str] = ()
) -> TestSelection:
    """Return the tests below `paths` of the chosen policies and rollouts; without a choice those of all.

    Raises DocumentError where any document is invalid, UsageError where there is no test.
    """
    path = find_root(policies)
    names = [shown_name(path, each, "test") for each in paths]
    found = _read(path)
    policy_ids = choice.names(found.root)
    _require_known("rollout", rollout_ids, found.root.rollouts)
    every = not policy_ids and not rollout_ids

    def here(span: Span) -> bool:
        return not names or any(within(span.file, each) for each in names)

    beside = tuple(each for each in found.suites if here(each.span))
    suites = tuple(each for each in beside if every or each.policy in policy_ids)
    stories = tuple(
        each for each in found.stories if here(each.span) and (every or each.rollout.id in rollout_ids)
    )
    if not any(each.cases for each in suites) and not stories:
        raise UsageError("no tests found: write a document that begins with `tests: POLICY`")
    return TestSelection(found.root, suites, stories, found.collector, every and not names, beside)


def _read(path: Path) -> TestSelection:
    collector = Collector()
    with progress("reading policies and tests") as advance:
        root = load_root(path, collector, advance)
        suites, stories = read_suites(root, collector), read_stories(root, collector)
    if collector.errors:
        raise DocumentError(collector.errors, collector.sources)
    return TestSelection(root, suites, stories, collector, True)


def _require_known(kind: str, ids: Iterable[str], table: Iterable[str]) -> None:
    known = sorted(table)
    for each in ids:
        if each not in known:
            raise UsageError(str(unknown_name(kind, each, known)))
