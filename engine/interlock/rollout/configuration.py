"""Holds the configuration that a snapshot shows against the one that a stage asks for."""

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

__all__ = ["ShownConfiguration", "affected", "held_against", "settings"]


@dataclass(frozen=True, slots=True)
class ShownConfiguration:
    """What a snapshot shows of a stage: one line for each difference, the members of its canary sets, and a digest of
    what was asked together with these members; time counts only while the digest stays."""

    differences: tuple[str, ...]
    canary: Mapping[str, tuple[str, ...]]
    key: str


def held_against(stage: Stage, measures: Measures) -> ShownConfiguration:
    """Compare every flag of a stage, and see that each of its canary sets is known and not empty."""
    canary = {name: _members(measures, name) for name in stage.canary}
    wanted = {name: _plain(value) for name, value in stage.flags.items()}
    key = digest(canonical({"flags": wanted, "canary": {name: list(each) for name, each in canary.items()}}))
    return ShownConfiguration((*_differing(stage, measures), *_unlimited(stage, measures)), canary, key)


def settings(stage: Stage, measures: Measures) -> tuple[str, ...]:
    """Return one line for each setting of a stage, as a configuration file would have it."""
    metrics = measures.catalogue.metrics
    flags = {name: _written(metrics[name].type, value) for name, value in stage.flags.items()}
    limits = dict.fromkeys(stage.canary, "as attested, never empty")
    return tuple(f"{name}: {text}" for name, text in sorted({**flags, **limits}.items()))


def affected(rollout: Rollout, stage: Stage | None, measures: Measures) -> tuple[str, ...]:
    """Return the members that a stage touches: those of its canary sets, else all that there are."""
    limits = stage.canary if stage is not None else ()
    found = {member for name in limits for member in _members(measures, name)}
    if found:
        return tuple(sorted(found))
    sets = {name for each in rollout.stages for name in each.canary}
    scopes = {measures.catalogue.metrics[name].type.of for name in sets}
    return tuple(sorted({each for scope in scopes for each in measures.roster(scope)[0]}))


def _differing(stage: Stage, measures: Measures) -> Iterator[str]:
    for name, wanted in sorted(stage.flags.items()):
        found = measures.metric(name)
        if isinstance(found, Unknown):
            needed = show(wanted, measures.catalogue.metrics[name].type)
            yield f"`{name}` is unknown ({_why(found)}), {needed} is needed"
        elif found != wanted:
            now, needed = show_pair(found, wanted, measures.catalogue.metrics[name].type)
            yield f"`{name}` is {now}, {needed} is needed"


def _unlimited(stage: Stage, measures: Measures) -> Iterator[str]:
    for name in stage.canary:
        found = measures.metric(name)
        if isinstance(found, Unknown):
            yield f"`{name}` is unknown ({_why(found)})"
        elif not found:
            yield f"`{name}` is empty, which limits nothing"


def _members(measures: Measures, name: str) -> tuple[str, ...]:
    found = measures.metric(name)
    return tuple(sorted(found)) if isinstance(found, frozenset) else ()


def _written(kind: Type, value: Value) -> str:
    """A value as YAML has it, to the last digit."""
    if isinstance(value, frozenset):
        return f"[{', '.join(sorted(value))}]"
    if isinstance(value, str):
        return value
    if kind.kind is Kind.DURATION and isinstance(value, Decimal):
        return f"{plain_number(value)}s"
    if kind.kind is Kind.MONEY and isinstance(value, Decimal):
        return f"{plain_number(value)}{kind.currency}"
    return show(value, kind, NUMBER_DIGITS)


def _why(found: Unknown) -> str:
    return "; ".join(each.cause + (f", {each.detail}" if each.detail else "") for each in found.causes)


def _plain(value: Value) -> object:
    return sorted(value) if isinstance(value, frozenset) else value
