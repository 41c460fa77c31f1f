"""Turns the shorthand of a series into the points and the coverage that a snapshot would hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from ...diagnostics import Collector, name_hint
from ...evaluation.snapshot.series_values import slot_at, slot_start
from ...language.literals import parse_literal
from ...language.times import parse_time, show_time
from ...language.types import Kind, Type
from ...policy.yaml.yaml_nodes import Mapping, Node, Scalar, Sequence, plain
from .value_forms import Writer

__all__ = ["GAP", "YEAR", "Item", "SeriesWriter", "expanded"]


GAP = ("_", "missing")
_TIMES = re.compile(r"(.+?) *\bx([1-9][0-9]{0,4})", re.ASCII)
_LONGEST = 20_000

Item = Node | None
"""One slot or point: its written value, or None for a gap."""


def expanded(node: Sequence, collector: Collector) -> list[Item]:
    """Return the items with repetitions written out; complaints go to `collector`."""
    found: list[Item] = []
    for each in node.items:
        if not isinstance(each, Scalar) or each.style not in ("plain", "single", "double"):
            found.append(each)
            continue
        match = _TIMES.fullmatch(each.text) if each.value == each.text else None
        count = int(match[2]) if match else 1
        if len(found) + count > _LONGEST:
            collector.add("E722", f"a series of more than {_LONGEST} values", each.span)
            return found
        single = _retyped(each, match[1]) if match else each
        found += [None if single.text in GAP else single] * count
    return found


def _retyped(scalar: Scalar, text: str) -> Scalar:
    """The scalar with the repetition cut off, read as if it stood alone."""
    words = {"true": True, "false": False}
    literal = parse_literal(text)
    value = words.get(text, literal.value if literal and literal.bare else text)
    return Scalar(value, text, "plain", scalar.span, text)


YEAR = Decimal(366 * 86400)
_FORMS = {
    "only": ("only",),
    "points": ("points", "covered"),
    "values": ("values", "every", "until", "covered"),
}
"""The keys of each mapping form, by the one that tells which form it is."""


@dataclass(frozen=True, slots=True)
class SeriesWriter:
    """Writes series of the writer's metric; `columns` are the types of a record's columns."""

    writer: Writer
    columns: dict[str, Type]

    def form(self, node: Node, before: object) -> object:
        """Return the form of a series; `before` is the one that it changes."""
        if isinstance(node, Scalar) and node.text == "missing":
            return None
        if isinstance(node, Scalar) and node.text == "stale":
            return self.stale(node, before)
        if isinstance(node, Mapping) and node.has("unknown"):
            return self.writer.unknown(node)
        regular = self.writer.metric.series == "regular"
        if isinstance(node, Sequence):
            return self.regular(node, before) if regular else self.points(node, None)
        if isinstance(node, Mapping):
            form = next((each for each in _FORMS if node.has(each) and (each == "only") == regular), "")
            if form and not self.keys_known(node, _FORMS[form]):
                return None
            only = node.get("only")
            if form == "only" and isinstance(only, Sequence):
                return self.regular(only, None)
            if form in ("points", "values"):
                return self.spaced(node) if form == "values" else self.points_of(node)
        hint = (
            "write `[0.01 x5, -0.031]`, newest last" if regular else "write `[]`, points, or `{values: […]}`"
        )
        self.writer.complain("a series is wanted", node, hint)
        return None

    def keys_known(self, node: Mapping, keys: tuple[str, ...]) -> bool:
        for key, _ in node.pairs:
            if key.text not in keys:
                hint = name_hint(key.text, keys) if keys[1:] else f"`{keys[0]}` stands alone"
                self.writer.complain(f"unknown key `{key.text}`", key, hint, "E717")
                return False
        return True

    # regular

    def regular(self, node: Sequence, before: object) -> object:
        """Put the items into the newest slots that are due; older ones stay as they were."""
        metric, now = self.writer.metric, self.writer.now
        every = metric.every or Decimal(86400)
        items = expanded(node, self.writer.collector)
        newest = slot_at(now - metric.lag, every) - 1
        first = newest - len(items) + 1
        old = _points(before)
        kept = {slot_at(at, every): point for at, point in old if slot_at(at, every) < first}
        replaced = {slot_at(at, every): point for at, point in old}
        for index, item in enumerate(items, start=first):
            point = self.point(item, slot_start(index, every), replaced.get(index))
            if point is not None:
                kept[index] = point
        begin = min([first, *kept])
        start = before.get("from") if isinstance(before, dict) else None
        moment = parse_time(start) if isinstance(start, str) else None
        start = slot_start(begin, every) if moment is None else min(moment, slot_start(begin, every))
        return {"from": show_time(start), "points": [kept[index] for index in sorted(kept)]}

    def point(self, item: Item, at: Decimal, before: object) -> dict[str, object] | None:
        if item is None:
            return None
        stamp: dict[str, object] = {"at": show_time(at)}
        if isinstance(item, Mapping):
            table = self.writer.table(item, ("value", "n"))
            return {**stamp, **table} if isinstance(table, dict) else None
        size = {"n": before["n"]} if isinstance(before, dict) and "n" in before else {}
        return {**stamp, "value": self.writer.value(item), **size}

    # irregular

    def points(self, node: Sequence, covered: list[str] | None) -> object:
        now = self.writer.now
        found = [self.timed(each) for each in node.items]
        return {"covered": covered or [show_time(now - YEAR), show_time(now)], "points": found}

    def points_of(self, node: Mapping) -> object:
        listed, covered = node.get("points"), node.get("covered")
        if not isinstance(listed, Sequence):
            self.writer.complain("`points` is a list", node)
            return None
        return self.points(listed, self.coverage(covered))

    def coverage(self, node: Node | None) -> list[str] | None:
        ends = [self.writer.instant(each) for each in node.items] if isinstance(node, Sequence) else []
        if node is not None and len(ends) != 2:
            self.writer.complain("`covered` is a beginning and an end", node, "write `[-60d, 0s]`")
        found = [show_time(each) for each in ends if each is not None]
        return found if len(found) == 2 else None

    def timed(self, node: Node) -> object:
        """Return one point: a bare instant, or a mapping with `at`."""
        metric = self.writer.metric
        if isinstance(node, Scalar) and metric.type.kind is Kind.EVENT and not self.columns:
            at = self.writer.instant(node)
            return None if at is None else show_time(at)
        if not isinstance(node, Mapping) or not node.has("at"):
            wanted = ", ".join(self.columns) or "value"
            self.writer.complain("a point with its time is wanted", node, f"write `{{at: -3h, {wanted}: …}}`")
            return None
        types = self.columns or {"value": metric.type}
        found: dict[str, object] = {}
        for key, each in node.pairs:
            if key.text == "at":
                at = self.writer.instant(each)
                found["at"] = None if at is None else show_time(at)
            elif key.text in types:
                gap = isinstance(each, Scalar) and each.text in ("_", "missing")
                found[key.text] = None if gap else self.writer.value(each, types[key.text])
            elif key.text in ("unknown", "detail", "n"):
                found[key.text] = plain(each)
            else:
                hint = name_hint(key.text, ("at", *types))
                self.writer.complain(f"unknown key `{key.text}`", key, hint, "E717")
        return found

    def spaced(self, node: Mapping) -> object:
        """Return points at equal distances, the newest at `until`."""
        now = self.writer.now
        values, until, every = node.get("values"), node.get("until"), node.get("every")
        if not isinstance(values, Sequence):
            self.writer.complain("`values` is a list", node, "write `{values: [true x4, false], every: 1m}`")
            return None
        end = (self.writer.instant(until) if until is not None else now) or now
        gap = (self.writer.instant(every) if every is not None else now + 60) or now + 60
        items = expanded(values, self.writer.collector)
        points: list[object] = []
        for index, item in enumerate(items):
            at = end - (gap - now) * (len(items) - 1 - index)
            if self.writer.metric.type.kind is Kind.EVENT:
                points += [] if item is None else [show_time(at)]
                continue
            point = self.point(item, at, None) if item is not None else {"at": show_time(at), "value": None}
            points += [point] if point is not None else []
        covered = self.coverage(node.get("covered")) or [show_time(now - YEAR), show_time(now)]
        return {"covered": covered, "points": points}

    def stale(self, node: Node, before: object) -> object:
        """Return the series as it was seen until one second before its slack begins."""
        metric = self.writer.metric
        if metric.series == "regular":
            self.writer.complain("it never grows stale", node, "leave its newest point out with `_`", "E716")
            return None
        end = self.writer.now - metric.slack - 1
        covered = before.get("covered") if isinstance(before, dict) else None
        if not isinstance(before, dict) or not isinstance(covered, list):
            self.writer.complain("nothing to grow stale", node, "give it points in the base", "E716")
            return None
        points = [raw for raw in before["points"] if (_moment(raw) or end) <= end]
        return {"covered": [covered[0], show_time(end)], "points": points}


def _moment(raw: object) -> Decimal | None:
    at = raw.get("at") if isinstance(raw, dict) else raw
    return parse_time(at) if isinstance(at, str) else None


def _points(form: object) -> list[tuple[Decimal, dict[str, object]]]:
    listed = form.get("points") if isinstance(form, dict) else None
    found = [(_moment(raw), raw) for raw in listed] if isinstance(listed, list) else []
    return [(at, raw) for at, raw in found if at is not None and isinstance(raw, dict)]
