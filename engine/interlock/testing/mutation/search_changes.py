"""What a search changes beside measurements: params, variables, attestations, baselines, and how long it was blind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from ...language.types import Kind
from ...language.values import Value
from ...policy.model import Param
from ...policy.reading.params import in_range
from ..policies.model import Situation
from .boundary_values import Constants
from .mutants import stepped
from .search_targets import SearchedRules

__all__ = ["Change", "beside"]

Change = Callable[[Situation], Situation]


def beside(rules: SearchedRules, seed: Situation, constants: Constants) -> Iterator[list[Change]]:
    """Yield the changes of each thing that may change beside the metrics; in turn they replace one another."""
    for name in rules.params:
        param = rules.policy.params[name]
        yield [_param(name, value) for value in _values(param, seed.params.get(name, param.value), constants)]
        if param.override is not None:
            yield [_variable(param.override.env, given) for given in (None, "1", "2", "1000")]
    for name in rules.attestable:
        yield [_attested(name)]
    if rules.attestable:
        yield [lambda before: replace(before, attested=None)]
    limits = sorted({each.blind_limit for _, each in rules.every() if each.blind_limit is not None})
    if limits:
        yield [_blind(limit + step) for limit in limits for step in (-1, 0, 1)]
    for name in rules.baselines:
        yield [_thawed(name)]
    for name, standings in rules.stages.items():
        yield [_standing(name, each) for each in standings]


def _values(param: Param, now: object, constants: Constants) -> list[Value]:
    """Values that an environment may give a param."""
    if param.type.kind is Kind.BOOL:
        return [True, False]
    if isinstance(now, str):
        return [each for each in (*constants.words, "other") if each != now]
    if not isinstance(now, Decimal):
        return []
    whole = param.type.flavour == "integer"
    ends = [each for each in (param.low, param.high, Decimal(0), Decimal(1)) if each is not None]
    near = [*stepped(now, param.type), *ends, *(now * each for each in (2, 10))]
    return [
        each for each in dict.fromkeys(near) if in_range(param, each) and (not whole or each == int(each))
    ]


def _param(name: str, value: Value) -> Change:
    return lambda before: replace(before, params={**before.params, name: value})


def _variable(name: str, given: str | None) -> Change:
    return lambda before: replace(before, draft=replace(before.draft, env={**before.draft.env, name: given}))


def _attested(name: str) -> Change:
    return lambda before: replace(before, attested=(before.attested or frozenset()) ^ {name})


def _blind(seconds: Decimal) -> Change:
    return lambda before: replace(before, blind_for=seconds)


def _standing(rollout: str, standing: tuple[str, str]) -> Change:
    return lambda before: replace(before, rollouts={**before.rollouts, rollout: standing})


def _thawed(name: str) -> Change:
    return lambda before: replace(
        before, baselines={key: each for key, each in before.baselines.items() if key != name}
    )
