"""The options that choose policies: by name, by tag, by runbook and by the rollout that uses them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from ..diagnostics import unknown_name
from ..errors import UsageError
from ..policy.loader import PolicyRoot
from ..policy.rollout_model import Rollout
from .options import policy_option, with_options

__all__ = ["PolicyChoice", "choice_options"]

choice_options = with_options(
    (
        policy_option,
        click.option(
            "--tag",
            "tags",
            multiple=True,
            metavar="TAG",
            help="The policies with this tag; may be given several times, and beside --policy.",
        ),
        click.option(
            "--runbook",
            "runbooks",
            multiple=True,
            metavar="NAME[#SECTION]",
            help="The policies of this runbook, or of one section of it.",
        ),
        click.option(
            "--programme",
            "programmes",
            multiple=True,
            metavar="ROLLOUT",
            help="The policies that this rollout uses: its gates and its rollback.",
        ),
    )
)
"""Adds the options of `PolicyChoice` to a command."""


@dataclass(frozen=True, slots=True)
class PolicyChoice:
    """What was asked for: names of policies, tags, runbooks (`NAME` or `NAME#SECTION`) and rollouts."""

    policy_ids: Sequence[str] = ()
    tags: Sequence[str] = ()
    runbooks: Sequence[str] = ()
    programmes: Sequence[str] = ()

    def names(self, root: PolicyRoot) -> tuple[str, ...]:
        """Return every policy that one of them chooses, in order; empty where nothing was asked for.

        Raises UsageError for a name that chooses nothing: a misspelt one would leave gates out in silence.
        """
        found = set(self._known("policy", self.policy_ids, root.policies))
        for rollout in self._known("rollout", self.programmes, root.rollouts):
            found |= _used(root.rollouts[rollout])
        by_tag, by_runbook = _tagged(root), _written(root)
        for tag in self._known("tag", self.tags, by_tag):
            found |= by_tag[tag]
        for runbook in self.runbooks:
            found |= by_runbook[_require_runbook(runbook, sorted(by_runbook))]
        return tuple(sorted(found & set(root.policies)))

    def _known(self, kind: str, names: Sequence[str], table: object) -> Iterator[str]:
        known = sorted(table)  # type: ignore[call-overload]
        for each in names:
            if each not in known:
                raise UsageError(str(unknown_name(kind, each, known)))
            yield each


def _require_runbook(name: str, known: Sequence[str]) -> str:
    """Return the name; another one is told the runbooks, or the sections of its own."""
    if name in known:
        return name
    book = name.partition("#")[0]
    sections = [each for each in known if each.startswith(f"{book}#")]
    raise UsageError(
        str(unknown_name("section", name, sections))
        if sections
        else str(unknown_name("runbook", name, [each for each in known if "#" not in each]))
    )


def _used(rollout: Rollout) -> set[str]:
    """The policies by which a rollout advances, begins the time of a stage anew, or goes back."""
    stages = {name for stage in rollout.stages for name in (stage.advance, *stage.restart_on)}
    back = rollout.rollback
    return stages | {back.policy} | ({back.verified} if back.verified else set())


def _tagged(root: PolicyRoot) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for policy in root.policies.values():
        for tag in policy.tags:
            found.setdefault(tag, set()).add(policy.id)
    return found


def _written(root: PolicyRoot) -> dict[str, set[str]]:
    """The policies of each runbook, and of each of its sections."""
    found: dict[str, set[str]] = {}
    for policy in root.policies.values():
        for name in {policy.runbook, policy.runbook.partition("#")[0]} - {""}:
            found.setdefault(name, set()).add(policy.id)
    return found
