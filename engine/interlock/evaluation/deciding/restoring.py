"""Which sources leave rules unknown: what a person restores first, and how many rules wait for each source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ...language.times import parse_time, show_time
from ...language.values import Cause
from ...wording import listed, number
from ..snapshot.snapshot import Snapshot
from ..verdict import Verdict
from .cause_text import cause_text

__all__ = ["Outage", "outages", "restore", "told_outages"]

_BASELINE = re.compile(r"the baseline (`[^`]*`) is not frozen")
_SEEN_TO = re.compile(r"seen from \S+ to (\S+)")
_FILE = re.compile(r"[^\s`]*[./][^\s`]*")
_NAME = re.compile(r"[A-Za-z0-9_.]+")
_GRAVEST = ("torn source", "clock skew", "conflict", "missing", "not covered", "stale")
_NOTED = 12


@dataclass(frozen=True, slots=True)
class Outage:
    """One source whose data are unknown: its file or name, its state, and the rules that wait for it, each with the
    name of its verdict."""

    place: str
    state: str
    rules: tuple[tuple[str, str], ...]
    policies: int

    def __str__(self) -> str:
        return f"{self.place} {self.state}: {number(len(self.rules), 'rule')} in {number(self.policies, 'policy')}"

    def record(self) -> dict[str, object]:
        """Return it as plain data."""
        return {
            "source": self.place.strip("`"),
            "state": self.state,
            "rules": len(self.rules),
            "policies": self.policies,
        }


def outages(snapshot: Snapshot, verdicts: Iterable[Verdict]) -> tuple[Outage, ...]:
    """Return the sources that leave rules unknown, those of most rules first; a metric without a source has none."""
    rules: dict[str, dict[tuple[str, str], str]] = {}
    causes: dict[str, list[Cause]] = {}
    for verdict in verdicts:
        for rule in verdict.failed():
            for each in rule.causes if rule.outcome == "unknown" else ():
                place = _baseline(each) or _place(snapshot, each)
                if place:
                    rules.setdefault(place, {})[verdict.name, rule.id] = verdict.policy
                    causes.setdefault(place, []).append(each)
    found = [
        Outage(place, _state(place, causes[place], snapshot.as_of), tuple(names), len({*names.values()}))
        for place, names in rules.items()
    ]
    return tuple(sorted(found, key=lambda each: (-len(each.rules), each.place)))


def told_outages(found: Sequence[Outage]) -> Iterator[str]:
    """Yield a line for each, of very many only how many more there are."""
    yield from map(str, found[:_NOTED])
    if len(found) > _NOTED:
        yield f"and {number(len(found) - _NOTED, 'more source')}"


def restore(snapshot: Snapshot, rule_action: str, causes: Sequence[Cause]) -> tuple[str, str | None]:
    """Return what to do about an unknown outcome, and the rule's own action for when that cannot be measured."""
    tasks: dict[str, list[str]] = {}
    for each in causes:
        verb, what = _task(snapshot, each)
        names = tasks.setdefault(verb, [])
        if what not in names:
            names.append(what)
    parts = [f"{verb} {listed(names, most=4)}".strip() for verb, names in tasks.items()]
    return "; ".join(parts) or "measure what is unknown", rule_action or None


def _task(snapshot: Snapshot, cause: Cause) -> tuple[str, str]:
    baseline = _baseline(cause)
    if baseline:
        return "freeze the", baseline
    if cause.cause == "no ledger":
        return "name a ledger with `--ledger FILE`", ""
    if cause.cause == "too few samples":
        return "wait for enough samples of", f"`{cause.metric}`"
    place = _place(snapshot, cause)
    if place:
        return "restore", place
    verb = "measure" if _NAME.fullmatch(cause.metric) else "find out why it is unknown:"
    return verb, f"`{cause.metric}`" if cause.metric else "what it needs"


def _baseline(cause: Cause) -> str:
    found = _BASELINE.search(cause.detail)
    return f"baseline {found.group(1)}" if found else ""


def _place(snapshot: Snapshot, cause: Cause) -> str:
    """The file or pattern that a metric is read from, else its source; empty where the snapshot does not say."""
    if ", in baseline " in cause.detail or cause.detail.startswith("in baseline "):
        return ""
    table = snapshot.provenance.get(cause.metric) or snapshot.provenance.get(cause.metric.rpartition(".")[0])
    if not isinstance(table, Mapping):
        return ""
    for key in ("file", "pattern"):
        if isinstance(table.get(key), str):
            return f"`{table[key]}`"
    missing, _, _ = cause.detail.partition(": ")
    if _FILE.fullmatch(missing):
        return f"`{missing}`"
    source = table.get("source")
    return f"source `{source}`" if isinstance(source, str) else ""


def _state(place: str, causes: Sequence[Cause], as_of: Decimal) -> str:
    """Say what is wrong with a source in few words: the gravest of its causes."""
    if place.startswith("baseline "):
        return "is not frozen"
    kinds = {each.cause for each in causes}
    worst = next((each for each in _GRAVEST if each in kinds), min(kinds))
    mine = [each for each in causes if each.cause == worst]
    silent = _silent_since(worst, mine)
    if silent is not None and silent <= as_of:
        return f"silent since {_moment(silent, as_of)}"
    text = cause_text([each for each in mine if each.metric == mine[-1].metric])
    file = place.strip("`")
    return text.replace(f", {file}: ", ", ").replace(f" of {file}", "").replace(f", {file} ", ", ")


def _silent_since(cause: str, causes: Sequence[Cause]) -> Decimal | None:
    """When a source was heard of last, where its causes tell."""
    texts = [each.at for each in causes] if cause == "stale" else []
    if cause == "not covered":
        matches = [_SEEN_TO.search(each.detail) for each in causes]
        texts = [each.group(1) for each in matches if each]
    times = [parse_time(each) for each in texts]
    return max((each for each in times if each is not None), default=None)


def _moment(instant: Decimal, as_of: Decimal) -> str:
    """The time of day, with the date where it is another day."""
    day, _, time = show_time(instant).removesuffix("Z").partition("T")
    return time[:5] if day == show_time(as_of)[:10] else f"{day} {time[:5]}"
