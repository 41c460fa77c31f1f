"""Writes the snapshot that shows a stage exactly as a rollout wants it."""

from __future__ import annotations

from decimal import Decimal

from ...language.values import Value
from ...policy.catalogue import Catalogue, Metric
from ...policy.rollout_model import Rollout, Stage
from ..policies.model import SnapshotDraft

__all__ = ["settings_of", "showing"]

_SOMEBODY = "a-member"


def settings_of(rollout: Rollout) -> tuple[str, ...]:
    """Return every setting that a rollout looks at: flags and canary sets of all its stages."""
    names = {name for stage in rollout.stages for name in (*stage.flags, *stage.canary)}
    return tuple(sorted({*names, *rollout.lever}))


def showing(stage: Stage, catalogue: Catalogue, as_of: Decimal) -> SnapshotDraft:
    """Return a snapshot with the flags of a stage; a set that limits it has the first member of its scope."""
    metrics = catalogue.metrics
    forms = {name: _form(metrics[name], value) for name, value in stage.flags.items() if name in metrics}
    forms |= {name: _one_member(metrics[name], catalogue) for name in stage.canary if name in metrics}
    return SnapshotDraft(as_of, {name: _counted(metrics[name], form) for name, form in forms.items()})


def _form(metric: Metric, value: Value) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if metric.type.enum is not None and isinstance(value, Decimal):
        return metric.type.enum.values[int(value)]
    return value


def _one_member(metric: Metric, catalogue: Catalogue) -> list[str]:
    scope = catalogue.scopes.get(metric.type.of)
    return [scope.members[0] if scope and scope.members else _SOMEBODY]


def _counted(metric: Metric, form: object) -> object:
    """A setting that is measured from samples has enough of them."""
    return form if metric.min_n is None else {"value": form, "n": metric.min_n}
