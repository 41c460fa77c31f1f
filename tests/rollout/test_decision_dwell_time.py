"""The dwell time, against a walk from observation to observation, and days against a counted calendar."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.ledger.state.rollout_state import RolloutObservation
from interlock.policy.rollout_model import Dwell, Term, days_from
from interlock.rollout.decision import DwellTime, dwell_time

from .contexts import HOUR, at

DAY = 24 * HOUR
BASE = at("02 00:00")
TWO_DAYS = Dwell(Term(days=2), None, 26 * HOUR)


def observations(
    *moments: str, bad: tuple[str, ...] = (), other: tuple[str, ...] = ()
) -> list[RolloutObservation]:
    """Observations in the order of their record; some are bad, some have another canary set."""
    return [
        RolloutObservation(at(each), number, each not in bad, "b" if each in other else "a", True)
        for number, each in enumerate(moments, 1)
    ]


def begins(dwell: Dwell, found: list[RolloutObservation]) -> Decimal | None:
    """When the dwell time begins that ends at the newest observation."""
    return dwell_time(dwell, None, found[:-1], found[-1]).start


# --- by hand -----------------------------------------------------------------------------------------------------


def test_a_gap_of_max_gap_is_none_and_a_second_more_is_one() -> None:
    assert begins(TWO_DAYS, observations("02 00:00", "03 02:00", "04 04:00")) == at("02 00:00")
    assert begins(TWO_DAYS, observations("02 00:00", "03 02:00:01", "04 04:00:01")) == at("03 02:00:01")
    assert begins(TWO_DAYS, observations("02 00:00", "03 02:00", "04 04:00:01")) == at("04 04:00:01")


def test_anything_else_restarts_the_time() -> None:
    seen = ("02 00:00", "02 12:00", "03 00:00", "03 12:00")
    assert begins(TWO_DAYS, observations(*seen, bad=("02 12:00",))) == at("03 00:00")
    assert begins(TWO_DAYS, observations(*seen, bad=("03 12:00",))) is None
    # another canary set, also where the first one comes back
    assert begins(TWO_DAYS, observations(*seen, other=("02 00:00", "02 12:00"))) == at("03 00:00")
    assert begins(TWO_DAYS, observations(*seen, other=("03 00:00",))) == at("03 12:00")


def test_a_late_snapshot_counts_at_its_instant() -> None:
    # it fills a gap, or tells of a difference that nobody had seen
    seen = ["02 00:00", "03 12:00", "02 20:00"]
    assert begins(
        TWO_DAYS, [*observations(*seen), RolloutObservation(at("04 00:00"), 9, True, "a", True)]
    ) == at("02 00:00")
    assert begins(
        TWO_DAYS,
        [*observations(*seen, bad=("02 20:00",)), RolloutObservation(at("04 00:00"), 9, True, "a", True)],
    ) == at("03 12:00")
    # what is later than the snapshot itself does not count
    assert begins(TWO_DAYS, observations("02 00:00", "04 12:00", "03 00:00", bad=("04 12:00",))) == at(
        "02 00:00"
    )


def test_of_two_observations_at_one_instant_a_bad_one_restarts_the_time() -> None:
    first, second = observations("03 00:00", "03 00:00")
    before = observations("02 12:00")
    assert begins(TWO_DAYS, [*before, replace(first, good=False), second]) == at("03 00:00")
    assert begins(TWO_DAYS, [*before, first, replace(second, good=False)]) is None


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("02 00:00", "04 00:00"),
        ("02 00:00:01", "05 00:00"),
        ("02 23:59:59", "05 00:00"),
        ("03 00:00", "05 00:00"),
    ],
)
def test_two_trading_days_begin_at_midnight(start: str, end: str) -> None:
    assert Term(days=2).end(at(start)) == at(end)
    assert Term(2 * DAY).end(at(start)) == at(start) + 2 * DAY


def test_the_elapsed_time_as_text() -> None:
    def elapsed(term: Term | None, start: str, end: str) -> str:
        return DwellTime(at(start), at(end), term).elapsed

    assert elapsed(Term(days=5), "02 12:00", "03 23:59:59") == "0 complete days"
    assert elapsed(Term(days=5), "02 12:00", "04 00:00") == "1 complete day"
    assert elapsed(Term(days=5), "02 00:00", "04 00:00") == "2 complete days"
    assert elapsed(Term(DAY), "02 12:00", "03 13:30") == "1d 01h 30m"
    assert elapsed(None, "02 12:00", "02 12:00") == "0s"
    # before the first midnight there is no day, and none less than none
    assert elapsed(Term(days=5), "02 12:00", "02 13:00") == "0 complete days"
    assert DwellTime(None, at("02 12:00"), Term(DAY)).elapsed == "0s"


def test_without_a_minimum_the_time_has_no_end() -> None:
    required = replace(TWO_DAYS, least=None)
    [observation] = observations("02 00:00")
    assert dwell_time(required, None, (), observation).until is None
    assert dwell_time(required, Term(HOUR), (), observation).until == at("02 01:00")
    assert dwell_time(TWO_DAYS, Term(HOUR), (), observation).until == at("04 00:00")


def test_where_the_time_has_not_begun_it_could_begin_now() -> None:
    bad = replace(observations("02 12:00")[0], good=False)
    found = dwell_time(TWO_DAYS, None, (), bad)
    assert (found.start, found.until) == (None, at("05 00:00"))


# --- against a walk from observation to observation -----------------------------------------------------------------

moments = st.integers(0, 120).map(lambda hours: BASE + hours * HOUR) | st.integers(0, 432_000).map(
    lambda seconds: BASE + seconds
)
seen = st.lists(st.tuples(moments, st.booleans() | st.just(True), st.sampled_from("aab")), max_size=12).map(
    lambda found: [
        RolloutObservation(when, number, good, key, True) for number, (when, good, key) in enumerate(found)
    ]
)
newest = st.tuples(moments, st.booleans() | st.just(True), st.sampled_from("ab")).map(
    lambda each: RolloutObservation(each[0], 99, each[1], each[2], True)
)
gaps = st.sampled_from([HOUR, 12 * HOUR, 26 * HOUR])
terms = st.sampled_from([Term(), Term(HOUR), Term(DAY), Term(days=1), Term(days=3)])


def walked(found: list[RolloutObservation], last: RolloutObservation, gap: Decimal) -> Decimal | None:
    """Go through the record from its beginning, and keep the instant at which the time last began."""
    begun: Decimal | None = None
    before: RolloutObservation | None = None
    known = [each for each in found if each.at <= last.at]
    for observation in [*sorted(known, key=lambda each: (each.at, each.entry)), last]:
        goes_on = (
            before is not None
            and before.good
            and before.key == observation.key
            and observation.at - before.at <= gap
        )
        begun = None if not observation.good else begun if goes_on else observation.at
        before = observation
    return begun


@given(seen, newest, gaps)
def test_the_time_is_that_of_a_walk_through_the_record(
    found: list[RolloutObservation], last: RolloutObservation, gap: Decimal
) -> None:
    dwell = Dwell(Term(HOUR), None, gap)
    assert dwell_time(dwell, None, found, last).start == walked(found, last, gap)
    # the order of the record is that of time, whatever came first
    assert dwell_time(dwell, None, found[::-1], last).start == walked(found, last, gap)


@given(st.integers(0, 400_000), st.integers(1, 4), st.integers(0, 600_000))
def test_days_are_those_that_a_calendar_counts_off(offset: int, days: int, later: int) -> None:
    start, end = BASE + offset, BASE + offset + later
    whole = [day for day in range(20) if BASE + day * DAY >= start and BASE + (day + 1) * DAY <= end]
    assert (end >= Term(days=days).end(start)) is (len(whole) >= days)
    assert DwellTime(start, end, Term(days=days)).elapsed.split()[0] == str(len(whole))
    assert days_from(start) * DAY == min(BASE + day * DAY for day in range(20) if BASE + day * DAY >= start)


def later(one: DwellTime, two: DwellTime) -> bool:
    """Whether the second is over no sooner than the first."""
    assert one.until is not None and two.until is not None
    begun = two.start is None or (one.start is not None and one.start <= two.start)
    return begun and one.until <= two.until


@given(seen, newest, gaps, terms, st.data())
def test_fewer_or_worse_observations_never_end_a_stage_earlier(
    found: list[RolloutObservation],
    last: RolloutObservation,
    gap: Decimal,
    minimum: Term,
    data: st.DataObject,
) -> None:
    dwell = Dwell(minimum, None, gap)
    whole = dwell_time(dwell, None, found, last)
    if found:
        place = data.draw(st.integers(0, len(found) - 1))
        observation, rest = found[place], [*found[:place], *found[place + 1 :]]
        assert later(whole, dwell_time(dwell, None, [*rest, replace(observation, good=False)], last))
        assert later(whole, dwell_time(dwell, None, [*rest, replace(observation, key="c")], last))
        if observation.good and observation.key == last.key:
            assert later(whole, dwell_time(dwell, None, rest, last))
    another = replace(data.draw(newest), entry=50, good=False)
    assert later(whole, dwell_time(dwell, None, [*found, another], last))
    assert later(whole, dwell_time(dwell, None, found, replace(last, good=False)))
