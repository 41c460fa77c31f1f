"""Compares the configuration in a snapshot with the settings of a stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ..canonical import canonical, digest, plain_number
from ..evaluation.snapshot.measures import Measures
from ..language.literals import show, show_pair
from ..language.types import Kind, Type
from ..language.values import Unknown, Value
from ..limits import NUMBER_DIGITS
from ..policy.rollout_model import Rollout, Stage

__all__ = ["ObservedConfiguration", "affected_members", "observe_configuration", "settings"]


@dataclass(frozen=True, slots=True)
class ObservedConfiguration:
    """The configuration in a snapshot, compared with a stage.

    It has one line a difference, the members of the canary sets, and a digest (`key`) of the stage's settings and these
    members; time counts only while the digest is the same.
    """

    differences: tuple[str, ...]
    canary: Mapping[str, tuple[str, ...]]
    key: str


def observe_configuration(stage: Stage, measures: Measures) -> ObservedConfiguration:
    """Compare every flag of a stage, and check that each of its canary sets is known and not empty."""
    canary = {name: _members(measures, name) for name in stage.canary}
    wanted = {name: _plain(value) for name, value in stage.flags.items()}
    key = digest(canonical({"flags": wanted, "canary": {name: list(each) for name, each in canary.items()}}))
    return ObservedConfiguration(
        (*_differences(stage, measures), *_canary_problems(stage, measures)), canary, key
    )


def settings(stage: Stage, measures: Measures) -> tuple[str, ...]:
    """Return one line for each setting of a stage, as in a configuration file."""
    metrics = measures.catalogue.metrics
    flags = {name: _yaml_text(metrics[name].type, value) for name, value in stage.flags.items()}
    limits = dict.fromkeys(stage.canary, "as attested, never empty")
    return tuple(f"{name}: {text}" for name, text in sorted({**flags, **limits}.items()))


def affected_members(rollout: Rollout, stage: Stage | None, measures: Measures) -> tuple[str, ...]:
    """Return the members that a stage affects: those of its canary sets, else all members."""
    limits = stage.canary if stage is not None else ()
    found = {member for name in limits for member in _members(measures, name)}
    if found:
        return tuple(sorted(found))
    sets = {name for each in rollout.stages for name in each.canary}
    scopes = {measures.catalogue.metrics[name].type.of for name in sets}
    return tuple(sorted({each for scope in scopes for each in measures.roster(scope)[0]}))


def _differences(stage: Stage, measures: Measures) -> Iterator[str]:
    for name, wanted in sorted(stage.flags.items()):
        found = measures.metric(name)
        if isinstance(found, Unknown):
            needed = show(wanted, measures.catalogue.metrics[name].type)
            yield f"`{name}` is unknown ({_causes(found)}), {needed} is needed"
        elif found != wanted:
            now, needed = show_pair(found, wanted, measures.catalogue.metrics[name].type)
            yield f"`{name}` is {now}, {needed} is needed"


def _canary_problems(stage: Stage, measures: Measures) -> Iterator[str]:
    for name in stage.canary:
        found = measures.metric(name)
        if isinstance(found, Unknown):
            yield f"`{name}` is unknown ({_causes(found)})"
        elif not found:
            yield f"`{name}` is empty, which limits nothing"


def _members(measures: Measures, name: str) -> tuple[str, ...]:
    found = measures.metric(name)
    return tuple(sorted(found)) if isinstance(found, frozenset) else ()


def _yaml_text(kind: Type, value: Value) -> str:
    """Return a value as in YAML, with all digits."""
    if isinstance(value, frozenset):
        return f"[{', '.join(sorted(value))}]"
    if isinstance(value, str):
        return value
    if kind.kind is Kind.DURATION and isinstance(value, Decimal):
        return f"{plain_number(value)}s"
    if kind.kind is Kind.MONEY and isinstance(value, Decimal):
        return f"{plain_number(value)}{kind.currency}"
    return show(value, kind, NUMBER_DIGITS)


def _causes(found: Unknown) -> str:
    return "; ".join(each.cause + (f", {each.detail}" if each.detail else "") for each in found.causes)


def _plain(value: Value) -> object:
    return sorted(value) if isinstance(value, frozenset) else value
