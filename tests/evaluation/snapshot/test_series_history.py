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


Listed = tuple[Decimal, object]
"""A form with the instant of its snapshot: on a midnight, between two, or before every point."""

LISTED = st.tuples(st.sampled_from(["2026-02-01", *DAYS, f"{DAYS[3]}T12:00:00Z"]).map(parse_time), FORMS)


def listing(forms: Sequence[Listed]) -> list[tuple[Decimal, dict[str, Any]]]:
    found = [
        (as_of, each) for as_of, each in forms if isinstance(each, dict) and stated_unknown(each) is None
    ]
    return [(as_of, each) for as_of, each in found if isinstance(each.get("points"), list)]


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


def sound(form: object) -> bool:
    """Whether `from` of a series is a time that none of its points lies before."""
    told = form.get("from") if isinstance(form, dict) else None
    start = moment(told)
    return told is None or (start is not None and all(start <= each for each in by_instant(form)))


def plain_regular(earlier: Sequence[Listed], form: object) -> tuple[object, list[Restatement]]:
    lists = listing([each for each in earlier if sound(each[1])])
    if not lists or not sound(form):
        return form, []
    told = stated_unknown(form)
    if told is None and not listing([(Decimal(0), form)]):
        return form, []
    newest: dict[Decimal, tuple[Decimal, list[object]]] = {}
    for as_of, each in lists:
        newest |= {key: (as_of, given) for key, given in by_instant(each).items()}
    day = Decimal(86400)
    known = {key: given for key, (as_of, given) in newest.items() if key // day * day + day <= as_of}
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
    starts = [
        moment(each.get("from")) for each in [*(each for _, each in lists), form] if isinstance(each, dict)
    ]
    known_starts = [each for each in starts if each is not None]
    result: dict[str, object] = {"points": every}
    if told is not None:
        result |= {"unknown": told[0], "detail": told[1]}
    if known_starts:
        result["from"] = show_time(min([*known_starts, *known]))
    return result, restated


def cover(form: object) -> tuple[Decimal, Decimal] | None:
    told = form.get("covered") if isinstance(form, dict) else None
    if not isinstance(told, list) or len(told) != 2 or any(at(each) is None for each in points(form)):
        return None
    start, stop = moment(told[0]), moment(told[1])
    return None if start is None or stop is None or start > stop else (start, stop)


def plain_irregular(earlier: Sequence[Listed], form: object) -> tuple[object, list[tuple[Decimal, Decimal]]]:
    forms: list[object] = [each for _, each in listing(earlier) if cover(each)]
    if not forms:
        return form, []
    speaks = stated_unknown(form) is None
    if speaks:
        if cover(form) is None:
            return form, []
        forms.append(form)
    found: list[object] = []
    covers = []
    for each in forms:
        start, stop = cover(each) or (Decimal(0), Decimal(0))
        found = [one for one in found if not start <= (at(one) or 0) <= stop]
        found += [one for one in points(each) if start <= (at(one) or 0) <= stop]
        covers.append((start, stop))
    seen = {at(one) for one in found}
    found += [one for one in points(form) if at(one) not in seen] if speaks else []
    groups: list[tuple[Decimal, Decimal]] = []
    for one, other in sorted(covers):
        if groups and one <= groups[-1][1]:
            groups[-1] = (groups[-1][0], max(groups[-1][1], other))
        else:
            groups.append((one, other))
    start, stop = next(each for each in groups if each[0] <= covers[-1][0] <= each[1])
    ended, latest = covers[-1][1], max(each[1] for each in covers)
    why = f"it ends at {show_time(ended)}, and before it reached {show_time(latest)}"
    torn = {"torn": why} if speaks and ended < latest else {}
    given = {"covered": [show_time(start), show_time(stop)], **torn, "points": found}
    return given, [each for each in groups if each[1] < start]


def plain_began(earlier: Sequence[Listed]) -> Decimal | None:
    """The earliest that any list tells, where each of the instant of the first one tells something."""
    given = []
    for as_of, form in earlier:
        told = []
        if isinstance(form, dict) and sound(form):
            start = moment(form.get("from"))
            told = [start] if start is not None else list(by_instant(form))
        if not told and as_of == earlier[0][0]:
            return None
        given += told
    return min(given, default=None)


@settings(max_examples=1000)
@given(st.lists(LISTED, max_size=6), FORMS)
def test_joining_is_what_the_plain_way_gives(earlier: list[Listed], form: object) -> None:
    periods, events = PeriodHistory.of(earlier), EventHistory.of(earlier)
    assert periods.began == plain_began(earlier)
    assert repr(periods.joined(form, REGULAR)) == repr(plain_regular(earlier, form))
    joined, before = events.joined(form)
    assert repr((joined, list(before))) == repr(plain_irregular(earlier, form))


@settings(max_examples=500)
@given(st.lists(LISTED, max_size=4), st.lists(LISTED, max_size=3), FORMS)
def test_what_was_joined_can_be_added_to(earlier: list[Listed], later: list[Listed], form: object) -> None:
    periods, events = PeriodHistory.of(earlier), EventHistory.of(earlier)
    for as_of, each in later:
        periods.add(as_of, each)
        events.add(each)
    assert repr(periods.joined(form, REGULAR)) == repr(
        PeriodHistory.of([*earlier, *later]).joined(form, REGULAR)
    )
    assert repr(events.joined(form)) == repr(EventHistory.of([*earlier, *later]).joined(form))


def test_an_unfinished_line_goes_with_the_newest_list() -> None:
    earlier = EventHistory.of(
        [(Decimal(0), {"covered": DAYS[:2], "torn": "line 1 is unfinished", "points": []})]
    )
    newest = {"covered": DAYS[1:3], "torn": "line 2 is unfinished", "points": []}
    cover = [f"{DAYS[0]}T00:00:00Z", f"{DAYS[2]}T00:00:00Z"]
    assert earlier.joined(newest)[0] == {**newest, "covered": cover}
    assert earlier.joined({**newest, "torn": None})[0] == {"covered": cover, "torn": None, "points": []}
    del newest["torn"]
    assert earlier.joined(newest)[0] == {"covered": cover, "points": []}


def test_a_list_whose_from_is_wrong_is_neither_joined_nor_remembered() -> None:
    days: list[object] = [{"at": "2026-03-01", "value": 1}, {"at": "2026-03-02", "value": 2}]
    good: dict[str, object] = {"from": "2026-03-01", "points": days}
    noon = parse_time("2026-03-05")
    assert noon is not None
    for start in ("yesterday", 5, "2026-03-02"):
        wrong = {**good, "from": start}
        assert PeriodHistory.of([(noon, good)]).joined(wrong, REGULAR) == (wrong, [])
        assert PeriodHistory.of([(noon, wrong)]).joined(good, REGULAR) == (good, [])


def test_a_recorded_list_without_from_does_not_contradict_a_later_one() -> None:
    noon = parse_time("2026-03-05")
    assert noon is not None
    first, second = {"at": "2026-03-01", "value": 1}, {"at": "2026-03-02", "value": 2}
    now: dict[str, object] = {"from": "2026-03-02", "points": [second]}
    found, _ = PeriodHistory.of([(noon, {"points": [first]})]).joined(now, REGULAR)
    assert found == {"points": [first, second], "from": "2026-03-01T00:00:00Z"}
