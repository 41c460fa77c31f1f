"""Writes what a case changes, as a tests document has it."""

from __future__ import annotations

from collections.abc import Iterator

from ...language.times import show_time
from ...language.types import Type
from ...policy.catalogue import Metric
from ..policies.model import Situation, SnapshotDraft
from ..policies.runner import CaseRunner
from .yaml_writer import value_text, word, written

__all__ = ["changes", "quoted"]


def quoted(text: str) -> str:
    """Return text in single quotes."""
    return "'" + text.replace("'", "''") + "'"


def changes(bench: CaseRunner, policy: str, base: Situation, situation: Situation) -> Iterator[str]:
    """Yield the lines of a case that turn the base into the situation."""
    one, two = base.draft, situation.draft
    if one.as_of != two.as_of:
        yield f"as_of: {show_time(two.as_of)}"
    yield from _measured(bench, one, two)
    env = {key: value for key, value in two.env.items() if one.env.get(key, "") != value}
    if env:
        pairs = (f'{key}: "{value or ""}"' for key, value in sorted(env.items()))
        yield f"env: {{{', '.join(pairs)}}}"
    if situation.attested != base.attested:
        listed = situation.attested
        yield "attested: unknown" if listed is None else f"attested: [{', '.join(sorted(listed))}]"
    if situation.blind_for != base.blind_for:
        yield f"blind_for: {situation.blind_for}s"
    if situation.rollouts != base.rollouts:
        pairs = (
            f"{name}: {stage if state == 'ACTIVE' else state}"
            for name, (state, stage) in sorted(situation.rollouts.items())
        )
        yield f"rollouts: {{{', '.join(pairs)}}}"
    params = [
        f"{name}: {value_text(value, bench.root.policies[policy].params[name].type)}"
        for name, value in sorted(situation.params.items()) if base.params.get(name) != value
    ]  # fmt: skip
    if params:
        yield f"params: {{{', '.join(params)}}}"
    frozen = list(_baselines(bench, base, situation))
    if frozen:
        yield f"baselines: {{{', '.join(frozen)}}}"


def _baselines(bench: CaseRunner, base: Situation, situation: Situation) -> Iterator[str]:
    """A baseline that the base lacks begins as the snapshot of the case."""
    for name in sorted({*base.baselines, *situation.baselines}):
        old, new = base.baselines.get(name, situation.draft), situation.baselines.get(name)
        if new is None:
            yield f"{name}: missing"
        elif old != new:
            yield f"{name}: {{{', '.join(_measured(bench, old, new))}}}"
        elif name not in base.baselines:
            yield f"{name}: base"


def _measured(bench: CaseRunner, one: SnapshotDraft, two: SnapshotDraft) -> Iterator[str]:
    """The metrics that turn one draft into the other."""
    plain = [
        f"{key}: {_form(bench, key, two, one, None)}"
        for key in sorted({*one.metrics, *two.metrics}) if one.form(key) != two.form(key)
    ]  # fmt: skip
    if plain:
        yield f"set: {{{', '.join(plain)}}}"
    members = list(_members(bench, one, two))
    if members:
        yield f"members: {{{', '.join(members)}}}"


def _members(bench: CaseRunner, one: SnapshotDraft, two: SnapshotDraft) -> Iterator[str]:
    for scope, table in sorted(two.scopes.items()):
        parts = []
        for member, forms in sorted(table.items()):
            place = (scope, member)
            old = one.scopes.get(scope, {}).get(member, {})
            keys = [key for key in sorted({*forms, *old}) if one.form(key, place) != two.form(key, place)]
            changes = ", ".join(f"{key}: {_form(bench, key, two, one, place)}" for key in keys)
            parts += [f"{word(member)}: {{{changes}}}"] if changes else []
        if parts:
            yield f"{scope}: {{{', '.join(parts)}}}"


def _form(
    bench: CaseRunner, key: str, draft: SnapshotDraft, before: SnapshotDraft, place: tuple[str, str] | None
) -> str:
    metric, columns = _declared(bench, key)
    return written(metric, columns, draft.form(key, place), before.form(key, place), draft.as_of)


def _declared(bench: CaseRunner, key: str) -> tuple[Metric, dict[str, Type]]:
    metrics = bench.root.catalogue.metrics
    columns = {
        each.name.removeprefix(f"{key}."): each.type for each in metrics.values() if each.record == key
    }
    metric = next(each for each in metrics.values() if key in (each.record, each.name))
    return metric, columns
