"""A reference model of two rollouts, computed anew from the list of all events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Event", "Position", "Story"]

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
    """One event at an hour: a recorded snapshot, `advance` or `rearm` of a rollout on a snapshot, `rollback` by hand,
    or `attest` for the values of a snapshot."""

    kind: str
    hour: int
    about: str = ""
    seen: Seen = field(default_factory=dict)


@dataclass
class Position:
    """One rollout: its state, and the observations since its last change, as (hour, number, good, symbols)."""

    state: str = "NOT_BEGUN"
    stage: str = ""
    attempt: int = 0
    started: int = 0
    since: int = 0
    number: int = 0
    observations: list[tuple[int, int, bool, Any]] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)


@dataclass
class Story:
    """Applies all events from the first one on; nothing is kept between two calls."""

    events: list[Event]
    at: dict[str, Position] = field(default_factory=lambda: {"exits": Position(), "rival": Position()})
    attested: list[tuple[str, int, int, Any]] = field(default_factory=list)
    number: int = 0
    recorded: list[tuple[int, Seen]] = field(default_factory=list)

    def play(self) -> dict[str, Position]:
        for event in self.events:
            self.number += 1
            if event.kind == "attest":
                self.attested.append((event.about, event.hour, self.number, _bound(event.about, event.seen)))
            elif event.kind == "rollback":
                self._back(event.about, max(event.hour, self.at[event.about].since))
            else:
                self._snapshot(event)
        return self.at

    # events

    def _snapshot(self, event: Event) -> None:
        if (event.hour, event.seen) not in self.recorded:
            self.recorded.append((event.hour, event.seen))
        for name in ([event.about] if event.about else []) + [each for each in FIRST if each != event.about]:
            position = self.at[name]
            if name != event.about and position.state != "ACTIVE":
                continue
            if position.state == "ACTIVE":
                self._in_a_stage(name, event)
            elif event.kind == "rearm" or position.state == "NOT_BEGUN":
                self._outside(name, event)

    def _in_a_stage(self, name: str, event: Event) -> None:
        position, stage = self.at[name], self.at[name].stage
        number = self.number = self.number + 1
        good = self._good(stage, event.seen)
        if event.hour >= position.since:
            position.observations.append((event.hour, number, good, _symbols(stage, event.seen)))
        if event.hour >= position.started and event.seen.get("risk.level") in FIRES[name]:
            self._back(name, max([event.hour, position.since, *(each[0] for each in position.observations)]))
        elif event.kind == "advance" and event.about == name and self._may_leave(name, event):
            following = NEXT[stage]
            self._move(name, "ADVANCE" if following else "COMPLETE", following or stage, event.hour)

    def _outside(self, name: str, event: Event) -> None:
        """Begin the first or another attempt if nothing forbids it."""
        position = self.at[name]
        stage = position.stage if position.state == "ROLLED_BACK" else FIRST[name]
        level = event.seen.get("risk.level")
        loud = level in FIRES[name] or (level != "calm" and not self._matches(stage, event.seen))
        unclean = (
            position.state == "ROLLED_BACK" and name == "exits" and event.seen.get("cleanup.done") is not True
        )
        if loud or unclean or event.hour < position.since or self._busy(name):
            return
        if self._overtaken(event):
            return
        self._move(name, "REARM" if event.kind == "rearm" else "BEGIN", stage, event.hour)
        position.started = event.hour
        self.number += 1
        position.observations = [
            (event.hour, self.number, self._good(stage, event.seen), _symbols(stage, event.seen))
        ]

    def _back(self, name: str, hour: int) -> None:
        self._move(name, "ROLLBACK", BACK[self.at[name].stage], hour)

    def _move(self, name: str, action: str, stage: str, hour: int) -> None:
        position = self.at[name]
        states = {"ROLLBACK": "ROLLED_BACK", "COMPLETE": "COMPLETE"}
        position.state, position.stage, position.since = states.get(action, "ACTIVE"), stage, hour
        position.attempt += action in ("BEGIN", "REARM")
        position.actions.append(f"{action} {stage}")
        position.observations = []
        self.number += 1
        position.number = self.number

    # questions

    def _may_leave(self, name: str, event: Event) -> bool:
        position, seen = self.at[name], event.seen
        conditions = [
            event.hour >= max(hour for hour, *_ in [(position.since,), *position.observations]),
            seen.get("risk.level") == "calm",
            seen.get("fills.good") is True,
            self._good(position.stage, seen),
            not self._busy(name),
            not self._overtaken(event),
            self._long_enough(position, event),
        ]
        if position.stage == "canary":
            conditions.append(self._is_attested("canary-symbols", event, 0, 0))
            conditions.append(self._is_attested("exits/canary", event, position.since, position.number))
        return all(conditions)

    def _overtaken(self, event: Event) -> bool:
        """Whether another snapshot is the newest: of several of one hour the last recorded."""
        newest = max(enumerate(self.recorded), key=lambda each: (each[1][0], each[0]))
        return newest[1] != (event.hour, event.seen)

    def _long_enough(self, position: Position, event: Event) -> bool:
        """Go back through the observations while they are good, equal and close together."""
        hour = begun = last = event.hour
        symbols = _symbols(position.stage, event.seen)
        for when, _, good, symbols_then in sorted(
            position.observations, key=lambda each: each[:2], reverse=True
        ):
            if when > hour:
                continue
            if not good or symbols_then != symbols or last - when > GAP[position.stage]:
                break
            begun = last = when
        if position.stage == "canary":
            return any(midnight >= begun and midnight + DAY <= hour for midnight in range(0, 5000, DAY))
        return hour - begun >= {"telemetry": 2, "full": 1, "as-is": 1}[position.stage]

    def _matches(self, stage: str, seen: Seen) -> bool:
        wrong = [name for name, value in WANTED[stage].items() if seen.get(name) != value]
        return not wrong and not (stage == "canary" and not seen.get("exits.symbols"))

    def _good(self, stage: str, seen: Seen) -> bool:
        return self._matches(stage, seen) and not (stage == "canary" and seen.get("feed.steady") is not True)

    def _busy(self, name: str) -> bool:
        others = [(each, position) for each, position in self.at.items() if each != name]
        return any(
            position.state == "ACTIVE" or (position.state == "ROLLED_BACK" and position.stage != FIRST[each])
            for each, position in others
        )

    def _is_attested(self, what: str, event: Event, since: int, after: int) -> bool:
        bound = _bound(what, event.seen)
        lasts = 30 * DAY if what == "canary-symbols" else 7 * DAY
        return None not in bound and any(
            about == what
            and since <= hour <= event.hour < hour + lasts
            and number > after
            and values == bound
            for about, hour, number, values in self.attested
        )


def _symbols(stage: str, seen: Seen) -> Any:
    return seen.get("exits.symbols") if stage == "canary" else None


def _bound(what: str, seen: Seen) -> tuple[Any, ...]:
    names = ("exits.symbols",) if what == "canary-symbols" else LEVER
    return tuple(seen.get(name) for name in names)
