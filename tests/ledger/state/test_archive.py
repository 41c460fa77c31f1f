"""The few snapshots that an evaluation needs give it the same series as all recorded ones."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.canonical import canonical
from interlock.evaluation.deciding.memory import Memory
from interlock.evaluation.deciding.request import Decision
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.language.types import Kind, Type
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.recorder import EvaluationSettings, Recorder
from interlock.ledger.state.archive import needed_snapshots
from interlock.ledger.state.state import fold
from interlock.policy.catalogue import Catalogue, Metric, Scope
from support.beginnings import recording_in

DAY = Decimal(86400)
NUMBER = Type(Kind.NUMBER)
SCOPES = {"symbol": Scope("symbol", ("A", "B"), None, {"a": "A"})}
RENAMED = {"symbol": Scope("symbol", ("A", "B"), None, {"a": "B"})}


def catalogue(scopes: Mapping[str, Scope]) -> Catalogue:
    """Every series read as regular and as irregular, with and without a beginning that is declared."""
    metrics = [
        Metric("one", NUMBER, series="regular", every=DAY),
        Metric("two", NUMBER, series="irregular"),
        Metric("three", NUMBER, series="regular", every=DAY, scope="symbol"),
        Metric("four", NUMBER, series="irregular", scope="symbol"),
    ]
    return Catalogue({each.name: each for each in metrics}, scopes)


def document(day: int, forms: Mapping[str, Any]) -> Snapshot:
    content = {
        "interlock": Decimal(1),
        "as_of": f"2026-03-{day + 1:02}T06:00:00Z",
        "metrics": {name: forms[name] for name in ("one", "two") if name in forms},
        "scopes": {"symbol": forms.get("symbol", {})},
    }
    return Snapshot.restored(canonical(content))


def days(low: int, high: int, values: Sequence[int]) -> list[dict[str, Any]]:
    """A value for each day of a stretch; what lists agree on is the rule, what they restate the exception."""
    return [
        {"at": f"2026-03-{day + 1:02}", "value": Decimal(values[day % len(values)])}
        for day in range(low, high)
    ]


@st.composite
def forms(draw: st.DrawFn, day: int) -> dict[str, Any]:
    """Lists that grow or roll, now and then broken, as a desk gives them."""

    def one() -> Any:
        low = draw(st.sampled_from([0, 0, 0, max(day - 3, 0), day]))
        since = draw(st.sampled_from([low, low, low, max(low - 1, 0), min(low + 1, day)]))
        points = days(low, day, draw(st.sampled_from([[1], [1], [1], [1, 2]])))
        whole: dict[str, Any] = {"from": f"2026-03-{since + 1:02}", "points": points}
        events = {"covered": [f"2026-03-{since + 1:02}", f"2026-03-{day + 1:02}"], "points": points}
        odd: list[Any] = [
            {"unknown": "torn source"},
            {"points": points},
            {**whole, "unknown": "torn source"},
            None,
        ]
        return draw(st.sampled_from([whole, events, {**whole, **events}, whole, events, *odd]))

    names = draw(st.sampled_from([("A", "B"), ("A", "B"), ("a", "B"), ("A", "a"), ("B",), ()]))
    table = {name: {"three": one(), "four": one()} for name in names}
    return {"one": one(), "two": one(), "symbol": table}


@st.composite
def records(draw: st.DrawFn) -> list[Snapshot]:
    """Snapshots in the order in which they are recorded: mostly one a day, some late, some twice."""
    found: list[Snapshot] = []
    day = 1
    for _ in range(draw(st.integers(1, 9))):
        how = draw(st.sampled_from(["next", "next", "next", "same day", "late", "again"]))
        if how == "again" and found:
            found.append(draw(st.sampled_from(found)))
            continue
        day += how == "next"
        at = draw(st.integers(1, day)) if how == "late" else day
        found.append(document(at, draw(forms(at))))
    return found


def seen(snapshot: Snapshot, earlier: Sequence[Snapshot], scopes: Mapping[str, Scope]) -> str:
    """All that an evaluation could see of every series."""
    measures = Measures(snapshot, catalogue(scopes), earlier)
    values = [measures.metric(name) for name in ("one", "two", "three", "four")]
    return repr((values, sorted(measures.restated)))


class Watcher:
    """Records snapshots, and compares what each sees in the ledger with what it would see in all before it."""

    def __init__(self, recorder: Recorder, scopes: Mapping[str, Scope]) -> None:
        self.recorder, self.scopes = recorder, scopes
        self.known: list[tuple[Decimal, int, Snapshot]] = []
        self.read = 0

    def record(self, snapshot: Snapshot) -> None:
        past = sorted(self.known, key=lambda each: each[:2])
        every = [each for at, _, each in past if at <= snapshot.as_of and each.digest != snapshot.digest]

        def decide(memory: Memory, _: Mapping[str, Snapshot]) -> Decision:
            found = memory.earlier(self.scopes)
            self.read = len(found)
            assert seen(snapshot, found, self.scopes) == seen(snapshot, every, self.scopes)
            return Decision((), (), ())

        self.recorder.evaluate(snapshot, EvaluationSettings({}, "0", scopes=self.scopes), decide)
        if all(each.digest != snapshot.digest for _, _, each in self.known):
            self.known.append((snapshot.as_of, len(self.known), snapshot))


@settings(max_examples=400, deadline=None)
@given(records(), st.booleans())
def test_what_is_read_is_what_matters(found: list[Snapshot], renamed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, recording_in(Path(folder) / "ledger.db") as recorder:
        watcher = Watcher(recorder, SCOPES)
        for number, each in enumerate(found):
            if renamed and number == len(found) - 2:
                watcher.scopes = RENAMED
            watcher.record(each)


def hourly(day: int, hour: int, low: int) -> Snapshot:
    points = days(low, day, [3, 1, 2])
    form = {"from": f"2026-03-{low + 1:02}", "points": points}
    at = f"2026-03-{day + 1:02}T{hour:02}:00:00Z"
    events = {"covered": [f"2026-03-{low + 1:02}", at], "points": points}
    content = {"interlock": 1, "as_of": at, "metrics": {"one": form, "two": events}}
    return Snapshot.parse(canonical(content))


def test_of_lists_that_grow_two_are_read_and_of_short_ones_that_roll_one_a_day(tmp_path: Path) -> None:
    for name, width in (("growing", 30), ("rolling", 4)):
        with recording_in(tmp_path / f"{name}.db") as recorder:
            watcher = Watcher(recorder, SCOPES)
            for day in range(1, 29):
                for hour in (3, 9, 15):
                    watcher.record(hourly(day, hour, max(day - width, 0)))
                    assert watcher.read <= (2 if name == "growing" else day + 1)
        assert len(watcher.known) == 84


def test_a_late_snapshot_is_seen_by_all_after_it(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with recording_in(path) as recorder:
        watcher = Watcher(recorder, SCOPES)
        for day in range(1, 12):
            watcher.record(hourly(day, 9, 0))
        assert watcher.read == 2  # the newest one, and the oldest one tells where series begin
        late = {
            "interlock": 1,
            "as_of": "2026-03-08T12:00:00Z",
            "metrics": {"one": {"points": days(3, 4, [9])}},
        }
        watcher.record(Snapshot.parse(canonical(late)))
        watcher.record(hourly(12, 9, 5))
        assert watcher.read == 7  # the two of its claim, the late one and the four after it
        watcher.record(hourly(13, 9, 5))
        assert watcher.read == 3
    with Ledger(path) as ledger:
        state = fold(ledger.entries())
    assert state.archive.before(Decimal(10**12), "", state.archive.claims[-1].scopes).later == ()


def test_equal_is_not_the_same() -> None:
    """`true` and `1` are equal to Python; a series of numbers takes one and not the other."""
    whole = {"from": "2026-03-01", "points": days(0, 2, [1])}
    flag = {"from": "2026-03-01", "points": [{"at": "2026-03-01", "value": True}]}
    first, second = document(3, {"one": whole}), document(4, {"one": flag})
    newest = document(5, {"one": {"from": "2026-03-02", "points": days(1, 4, [1])}})
    assert needed_snapshots([], [first, second, newest], SCOPES) == (first, second, newest)
    assert needed_snapshots([first, second], [newest], SCOPES) == (first, second, newest)
    unlisted = document(6, {})
    assert needed_snapshots([first], [unlisted], SCOPES) == (first, unlisted)
    assert needed_snapshots([unlisted], [unlisted], SCOPES) == (
        unlisted,
        unlisted,
    )  # both of the oldest instant
