"""What should become of two rollouts, worked out anew from the list of everything that ever happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Event", "Story", "Where"]

DAY = 24
FIRST = {"exits": "telemetry", "rival": "as-is"}
NEXT = {"telemetry": "canary", "canary": "full", "full": "", "as-is": ""}
BACK = {"telemetry": "telemetry", "canary": "telemetry", "full": "canary", "as-is": "as-is"}
FIRES = {"exits": ("broken",), "rival": ("tense", "broken", None)}
LEVER = ("exits.hybrid", "swap.threshold")
WANTED: dict[str, dict[str, Any]] = {
    "telemetry": {"exits.hybrid": False, "swap.threshold": 12},
    "canary": {"exits.hybrid": True, "swap.threshold": 12},
    "full": {"exits.hybrid": True, "swap.threshold": 12, "exits.symbols": ()},
    "as-is": {"size.scale": 1},
}
GAP = {"telemetry": 2, "canary": 13, "full": 13, "as-is": 4}
Seen = Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """One thing that happened, at an hour: a snapshot that was only recorded, `advance` or `rearm` of a rollout on a
    snapshot, `rollback` by hand, or `attest` of something for the values of a snapshot."""

    kind: str
    hour: int
    about: str = ""
    seen: Seen = field(default_factory=dict)


@dataclass
class Where:
    """One rollout: its state, and what was seen since it got there, as (hour, number, good, symbols)."""

    state: str = "NOT_BEGUN"
    stage: str = ""
    attempt: int = 0
    started: int = 0
    since: int = 0
    number: int = 0
    looks: list[tuple[int, int, bool, Any]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


@dataclass
class Story:
    """Follows events from the first one on; what it finds is never kept from one question to the next."""

    events: list[Event]
    at: dict[str, Where] = field(default_factory=lambda: {"exits": Where(), "rival": Where()})
    said: list[tuple[str, int, int, Any]] = field(default_factory=list)
    number: int = 0

    def told(self) -> dict[str, Where]:
        for event in self.events:
            self.number += 1
            if event.kind == "attest":
                self.said.append((event.about, event.hour, self.number, _bound(event.about, event.seen)))
            elif event.kind == "rollback":
                self._back(event.about, max(event.hour, self.at[event.about].since))
            else:
                self._snapshot(event)
        return self.at

    # events

    def _snapshot(self, event: Event) -> None:
        for name in ([event.about] if event.about else []) + [each for each in FIRST if each != event.about]:
            where = self.at[name]
            if name != event.about and where.state != "ACTIVE":
                continue
            if where.state == "ACTIVE":
                self._in_a_stage(name, event)
            elif event.kind == "rearm" or where.state == "NOT_BEGUN":
                self._outside(name, event)

    def _in_a_stage(self, name: str, event: Event) -> None:
        where, stage = self.at[name], self.at[name].stage
        number = self.number = self.number + 1
        good = self._good(stage, event.seen)
        if event.hour >= where.since:
            where.looks.append((event.hour, number, good, _symbols(stage, event.seen)))
        if event.hour >= where.started and event.seen.get("risk.level") in FIRES[name]:
            self._back(name, max([event.hour, where.since, *(each[0] for each in where.looks)]))
        elif event.kind == "advance" and event.about == name and self._may_leave(name, event):
            following = NEXT[stage]
            self._move(name, "ADVANCE" if following else "COMPLETE", following or stage, event.hour)

    def _outside(self, name: str, event: Event) -> None:
        """Begin, or begin anew, where nothing speaks against it."""
        where = self.at[name]
        stage = where.stage if where.state == "ROLLED_BACK" else FIRST[name]
        level = event.seen.get("risk.level")
        loud = level in FIRES[name] or (level != "calm" and not self._shown(stage, event.seen))
        unclean = (
            where.state == "ROLLED_BACK" and name == "exits" and event.seen.get("cleanup.done") is not True
        )
        if loud or unclean or event.hour < where.since or self._busy(name):
            return
        self._move(name, "REARM" if event.kind == "rearm" else "BEGIN", stage, event.hour)
        where.started = event.hour
        self.number += 1
        where.looks = [(event.hour, self.number, self._good(stage, event.seen), _symbols(stage, event.seen))]

    def _back(self, name: str, hour: int) -> None:
        self._move(name, "ROLLBACK", BACK[self.at[name].stage], hour)

    def _move(self, name: str, word: str, stage: str, hour: int) -> None:
        where = self.at[name]
        states = {"ROLLBACK": "ROLLED_BACK", "COMPLETE": "COMPLETE"}
        where.state, where.stage, where.since = states.get(word, "ACTIVE"), stage, hour
        where.attempt += word in ("BEGIN", "REARM")
        where.words.append(f"{word} {stage}")
        where.looks = []
        self.number += 1
        where.number = self.number

    # questions

    def _may_leave(self, name: str, event: Event) -> bool:
        where, seen = self.at[name], event.seen
        asked = [
            event.hour >= max(hour for hour, *_ in [(where.since,), *where.looks]),
            seen.get("risk.level") == "calm",
            seen.get("fills.good") is True,
            self._good(where.stage, seen),
            not self._busy(name),
            self._long_enough(where, event),
        ]
        if where.stage == "canary":
            asked.append(self._said("canary-symbols", event, 0, 0))
            asked.append(self._said("exits/canary", event, where.since, where.number))
        return all(asked)

    def _long_enough(self, where: Where, event: Event) -> bool:
        """Walk back through what was seen for as long as it is the same and close together."""
        hour = begun = last = event.hour
        symbols = _symbols(where.stage, event.seen)
        for when, _, good, shown in sorted(where.looks, key=lambda each: each[:2], reverse=True):
            if when > hour:
                continue
            if not good or shown != symbols or last - when > GAP[where.stage]:
                break
            begun = last = when
        if where.stage == "canary":
            return any(midnight >= begun and midnight + DAY <= hour for midnight in range(0, 5000, DAY))
        return hour - begun >= {"telemetry": 2, "full": 1, "as-is": 1}[where.stage]

    def _shown(self, stage: str, seen: Seen) -> bool:
        wrong = [name for name, value in WANTED[stage].items() if seen.get(name) != value]
        return not wrong and not (stage == "canary" and not seen.get("exits.symbols"))

    def _good(self, stage: str, seen: Seen) -> bool:
        return self._shown(stage, seen) and not (stage == "canary" and seen.get("feed.steady") is not True)

    def _busy(self, name: str) -> bool:
        others = [(each, where) for each, where in self.at.items() if each != name]
        return any(
            where.state == "ACTIVE" or (where.state == "ROLLED_BACK" and where.stage != FIRST[each])
            for each, where in others
        )

    def _said(self, what: str, event: Event, since: int, after: int) -> bool:
        bound = _bound(what, event.seen)
        lasts = 30 * DAY if what == "canary-symbols" else 7 * DAY
        return None not in bound and any(
            about == what
            and since <= hour <= event.hour < hour + lasts
            and number > after
            and values == bound
            for about, hour, number, values in self.said
        )


def _symbols(stage: str, seen: Seen) -> Any:
    return seen.get("exits.symbols") if stage == "canary" else None


def _bound(what: str, seen: Seen) -> tuple[Any, ...]:
    names = ("exits.symbols",) if what == "canary-symbols" else LEVER
    return tuple(seen.get(name) for name in names)
