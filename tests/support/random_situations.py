"""Random situations of a policy, drawn without a look at its rules, so that they share no mistake with a search."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from interlock.evaluation.snapshot.series_values import slot_at, slot_start
from interlock.language.times import show_time
from interlock.language.types import Kind, Type
from interlock.policy.catalogue import Metric
from interlock.policy.dependencies import reads
from interlock.policy.loader import PolicyRoot
from interlock.policy.model import Param
from interlock.testing.policies.model import Situation, SnapshotDraft

AGES = (
    0,
    1,
    59,
    60,
    61,
    300,
    1799,
    1800,
    3599,
    3600,
    3601,
    7200,
    21600,
    86399,
    86400,
    86401,
    172800,
    604800,
    2592000,
)
NUMBERS = ("0", "1", "2", "3", "-1", "0.5", "0.02", "0.1", "-0.0301", "0.9", "10", "50", "100", "0.0001")
YEAR = 366 * 86400


@dataclass(frozen=True)
class RandomSituations:
    """Draws situations of one policy near a base, from a seed."""

    root: PolicyRoot
    policy: str
    dice: random.Random

    def drawn(self, base: Situation) -> Situation:
        found = replace(base, draft=self.draft(base.draft), params=self.params(base))
        frozen = {name: self.draft(each) for name, each in base.baselines.items() if self.dice.random() < 0.9}
        words = sorted(self.root.attestations)
        attested = (
            None
            if self.dice.random() < 0.2
            else frozenset(each for each in words if self.dice.random() < 0.8)
        )
        blind = self.dice.choice((None, Decimal(0), Decimal(3600), Decimal(10**9)))
        return replace(found, baselines=frozen, attested=attested, blind_for=blind)

    def draft(self, draft: SnapshotDraft) -> SnapshotDraft:
        seen: set[tuple[str, tuple[str, str] | None]] = set()
        for name in sorted(reads(self.root, self.policy).metrics):
            metric = self.root.catalogue.metrics.get(name)
            if metric is None:
                continue
            key = metric.record or name
            for place in self.places(metric, draft):
                if (key, place) not in seen and self.dice.random() < 0.5:
                    form = None if self.dice.random() < 0.3 else self.form(metric, draft.as_of)
                    draft = draft.with_form(key, form, place)
                seen.add((key, place))
        return draft

    def places(self, metric: Metric, draft: SnapshotDraft) -> list[tuple[str, str] | None]:
        if metric.scope is None:
            return [None]
        return [(metric.scope, each) for each in draft.scopes.get(metric.scope, {})]

    def params(self, base: Situation) -> dict[str, object]:
        found = dict(base.params)
        for name, param in sorted(self.root.policies[self.policy].params.items()):
            if self.dice.random() < 0.2:
                value = self.param(param)
                found |= {} if value is None else {name: value}
        return found

    def param(self, param: Param) -> object:
        if isinstance(param.value, bool):
            return self.dice.random() < 0.5
        if not isinstance(param.value, Decimal):
            return None
        ends = [each for each in (param.low, param.high, param.value * 2) if each is not None]
        value = self.dice.choice(ends)
        low, high = param.low, param.high
        return value if (low is None or value >= low) and (high is None or value <= high) else None

    # forms

    def form(self, metric: Metric, now: Decimal) -> object:
        if metric.series == "single":
            value = self.value(metric, metric.type, now)
            if metric.min_n is None:
                return value
            return {"value": value, "n": Decimal(self.dice.choice((metric.min_n, metric.min_n - 1, 1000)))}
        return self.slots(metric, now) if metric.series == "regular" else self.points(metric, now)

    def slots(self, metric: Metric, now: Decimal) -> object:
        every = metric.every or Decimal(86400)
        newest = slot_at(now - metric.lag, every) - 1
        count = self.dice.choice((1, 2, 3, 8, 14, 40))
        same = self.value(metric, metric.type, now)
        points = []
        for index in range(newest - count + 1, newest + 1):
            if self.dice.random() < 0.95:
                value = same if self.dice.random() < 0.7 else self.value(metric, metric.type, now)
                size = {} if metric.min_n is None else {"n": Decimal(metric.min_n)}
                points.append({"at": show_time(slot_start(index, every)), "value": value, **size})
        return {"from": show_time(slot_start(newest - count + 1, every)), "points": points}

    def points(self, metric: Metric, now: Decimal) -> object:
        columns = {
            each.name.removeprefix(f"{metric.record}."): each
            for each in self.root.catalogue.metrics.values()
            if metric.record is not None and each.record == metric.record
        }
        listed: list[object] = []
        for age in sorted(self.dice.choices(AGES, k=self.dice.choice((0, 1, 2, 5))), reverse=True):
            at = show_time(now - age)
            if metric.type.kind is Kind.EVENT and not columns:
                listed.append(at)
            else:
                listed.append({"at": at, **dict(self.columns(columns or {"value": metric}, now))})
        begin, end = (
            (YEAR, 0) if self.dice.random() < 0.7 else (self.dice.choice(AGES) + 1, self.dice.choice(AGES))
        )
        return {
            "covered": [show_time(now - max(begin, end)), show_time(now - min(begin, end))],
            "points": listed,
        }

    def columns(self, columns: dict[str, Metric], now: Decimal) -> Iterator[tuple[str, object]]:
        for name, metric in columns.items():
            yield name, None if self.dice.random() < 0.1 else self.value(metric, metric.type, now)

    def value(self, metric: Metric, kind: Type, now: Decimal) -> object:
        if kind.kind is Kind.BOOL:
            return self.dice.random() < 0.5
        if kind.kind is Kind.ENUM:
            return self.dice.choice(kind.enum.values if kind.enum else ("none",))
        if kind.kind is Kind.STRING:
            return self.dice.choice(("", "one", "other"))
        if kind.kind is Kind.SET:
            scope = self.root.catalogue.scopes.get(kind.of)
            names = scope.members if scope is not None and scope.members else ("one", "two", "three")
            return [each for each in names if self.dice.random() < 0.5]
        if kind.kind is Kind.TIMESTAMP:
            return show_time(now - self.dice.choice(AGES))
        return self.dice.choice(self.numbers(metric, kind))

    def numbers(self, metric: Metric, kind: Type) -> list[Decimal]:
        low, high = metric.low, metric.high
        given = [*map(Decimal, NUMBERS), *(each for each in (low, high) if each is not None)]
        whole = [each for each in given if kind.flavour != "integer" or each == each.to_integral_value()]
        return [
            each for each in whole if (low is None or each >= low) and (high is None or each <= high)
        ] or given
