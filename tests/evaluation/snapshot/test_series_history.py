"""What earlier snapshots listed of a series: the quick way of joining it against the plain one, for any lists."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.evaluation.snapshot.raw_values import stated_unknown
from interlock.evaluation.snapshot.series_history import (
    EventHistory,
    PeriodHistory,
    Restatement,
    began,
    joined,
)
from interlock.language.times import parse_time, show_time
from interlock.language.types import Kind, Type
from interlock.policy.catalogue import Metric
from interlock.strict_json import InvalidNumber

DAYS = [f"2026-03-{day:02}" for day in range(1, 9)]
REGULAR = Metric("daily", Type(Kind.NUMBER), series="regular", every=Decimal(86400))
IRREGULAR = Metric("events", Type(Kind.NUMBER), series="irregular")

DAY = st.sampled_from(DAYS)
TIMES = st.sampled_from([*DAYS, f"{DAYS[3]}T12:00:00Z", "soon"])
VALUES = st.sampled_from([Decimal(1), Decimal(2), True, "a", None, InvalidNumber("not finite", "NaN")])
POINTS = st.one_of(
    TIMES, st.fixed_dictionaries({"at": TIMES, "value": VALUES}), st.fixed_dictionaries({"value": VALUES})
)
FORMS = st.one_of(
    st.just(InvalidNumber("missing", "")),
    st.none(),
    st.fixed_dictionaries(
        {},
        optional={
            "points": st.one_of(st.none(), st.lists(POINTS, max_size=5)),
            "from": st.one_of(TIMES, st.none()),
            "covered": st.one_of(st.lists(TIMES, min_size=2, max_size=2).map(sorted), st.just([DAYS[0]])),
            "unknown": st.just("torn source"),
        },
    ),
    st.builds(
        lambda ends, points: {"covered": sorted(ends), "points": points},
        st.lists(DAY, min_size=2, max_size=2),
        st.lists(st.one_of(DAY, st.fixed_dictionaries({"at": DAY, "value": VALUES}))),
    ),
)  # fmt: skip


def at(point: object) -> Decimal | None:
    text = point.get("at") if isinstance(point, dict) else point
    return parse_time(text) if isinstance(text, str) else None


def listing(forms: Sequence[object]) -> list[dict[str, Any]]:
    found = [each for each in forms if isinstance(each, dict) and stated_unknown(each) is None]
    return [each for each in found if isinstance(each.get("points"), list)]


def points(form: object) -> list[object]:
    found = form.get("points") if isinstance(form, dict) else None
    return found if isinstance(found, list) else []


def by_instant(form: object) -> dict[Decimal, list[object]]:
    found: dict[Decimal, list[object]] = {}
    for each in points(form):
        moment = at(each)
        if moment is not None:
            found.setdefault(moment, []).append(each)
    return found


def moment(text: object) -> Decimal | None:
    return parse_time(text) if isinstance(text, str) else None


def plain_regular(earlier: Sequence[object], form: object) -> tuple[object, list[Restatement]]:
    lists = listing(earlier)
    if not lists:
        return form, []
    told = stated_unknown(form)
    if told is None and not listing([form]):
        return form, []
    known: dict[Decimal, list[object]] = {}
    for each in lists:
        known |= by_instant(each)
    now = by_instant(form) if told is None else {}
    values = {
        key: [
            [
                {k: v for k, v in one.items() if k != "at"} if isinstance(one, dict) else ""
                for one in table[key]
            ]
            for table in (known, now)
        ]
        for key in sorted(now)
        if key in known
    }
    restated = [
        Restatement("daily", "", show_time(key)) for key, (one, other) in values.items() if one != other
    ]
    every = [point for _, given in sorted({**known, **now}.items()) for point in given]
    if told is None:
        every += [each for each in points(form) if at(each) is None]
    starts = [moment(each.get("from")) for each in [*lists, form] if isinstance(each, dict)]
    known_starts = [each for each in starts if each is not None]
    result: dict[str, object] = {"points": every}
    if told is not None:
        result |= {"unknown": told[0], "detail": told[1]}
    if known_starts:
        result["from"] = show_time(min(known_starts))
    return result, restated


def cover(form: object) -> tuple[Decimal, Decimal] | None:
    told = form.get("covered") if isinstance(form, dict) else None
    if not isinstance(told, list) or len(told) != 2 or any(at(each) is None for each in points(form)):
        return None
    start, stop = moment(told[0]), moment(told[1])
    return None if start is None or stop is None or start > stop else (start, stop)


def plain_irregular(earlier: Sequence[object], form: object) -> object:
    lists = listing(earlier)
    if not lists:
        return form
    forms: list[object] = [each for each in lists if cover(each)]
    if stated_unknown(form) is None:
        if cover(form) is None:
            return form
        forms.append(form)
    if not forms:
        return form
    found: list[object] = []
    covers = []
    for each in forms:
        start, stop = cover(each) or (Decimal(0), Decimal(0))
        found = [one for one in found if not start <= (at(one) or 0) <= stop] + points(each)
        covers.append((start, stop))
    start, stop = covers[-1]
    for _ in covers:
        for one, other in covers:
            if one <= stop and other >= start:
                start, stop = min(start, one), max(stop, other)
    newest = points(forms[-1])
    kept = [one for one in found if start <= (at(one) or 0) <= stop or one in newest]
    return {"covered": [show_time(start), show_time(stop)], "points": kept}


def plain_began(earlier: Sequence[object]) -> Decimal | None:
    given = []
    for form in earlier:
        if isinstance(form, dict):
            told = moment(form.get("from"))
            given += [told] if told is not None else list(by_instant(form))
    return min(given, default=None)


@settings(max_examples=1000)
@given(st.lists(FORMS, max_size=6), FORMS)
def test_joining_is_what_the_plain_way_gives(earlier: list[object], form: object) -> None:
    assert repr(joined(REGULAR, earlier, form)) == repr(plain_regular(earlier, form))
    assert repr(joined(IRREGULAR, earlier, form)) == repr((plain_irregular(earlier, form), []))
    assert began(earlier) == plain_began(earlier)


@settings(max_examples=500)
@given(st.lists(FORMS, max_size=4), st.lists(FORMS, max_size=3), FORMS)
def test_what_was_joined_can_be_added_to(earlier: list[object], later: list[object], form: object) -> None:
    periods, events = PeriodHistory.of(earlier), EventHistory.of(earlier)
    for each in later:
        periods.add(each)
        events.add(each)
    assert repr(periods.joined(form, "daily", "")) == repr(joined(REGULAR, [*earlier, *later], form))
    assert repr(events.joined(form)) == repr(joined(IRREGULAR, [*earlier, *later], form)[0])


def test_an_unfinished_line_goes_with_the_newest_list() -> None:
    earlier = {"covered": DAYS[:2], "torn": "line 1 is unfinished", "points": []}
    newest = {"covered": DAYS[1:3], "torn": "line 2 is unfinished", "points": []}
    cover = [f"{DAYS[0]}T00:00:00Z", f"{DAYS[2]}T00:00:00Z"]
    assert joined(IRREGULAR, [earlier], newest)[0] == {**newest, "covered": cover}
    assert joined(IRREGULAR, [earlier], {**newest, "torn": None})[0] == {
        "covered": cover,
        "torn": None,
        "points": [],
    }
    del newest["torn"]
    assert joined(IRREGULAR, [earlier], newest)[0] == {"covered": cover, "points": []}
