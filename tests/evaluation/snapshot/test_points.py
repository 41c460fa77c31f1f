"""Stretches of one list of points: what is asked of each, and what they share."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest

from interlock.evaluation.snapshot.points import ChainedPoints, Fold, Point, Points, joined
from interlock.language.values import Cause

WHY = (Cause("m", "", "", "missing"),)


def even(point: Point) -> bool:
    return isinstance(point.value, Decimal) and point.value % 2 == 0


def listed(*values: int) -> list[Point]:
    return [Point(Decimal(place // 2), place, Decimal(each)) for place, each in enumerate(values)]


POINTS = listed(4, 1, 2, 3, 5, 7, 8, 6)
CUTS = [pair for pair in itertools.product(range(9), repeat=2) if pair[0] <= pair[1]]


@pytest.mark.parametrize("size", range(10))
def test_a_fold_combines_every_stretch_in_order(size: int) -> None:
    words = [chr(ord("a") + each) for each in range(size)]
    fold = Fold(words, lambda one, other: one + other)
    for first, stop in itertools.product(range(size + 1), repeat=2):
        assert fold.over(first, stop) == ("".join(words[first:stop]) or None)


@pytest.mark.parametrize(("first", "stop"), CUTS)
def test_a_cut_answers_as_a_list_of_its_own_does(first: int, stop: int) -> None:
    cut, own = Points(POINTS)[first:stop], POINTS[first:stop]
    assert (list(cut), len(cut), cut, hash(cut)) == (own, len(own), Points(own), hash(Points(own)))
    places = [place for place, each in enumerate(own) if even(each)]
    assert (cut.number(even), list(cut.which(even))) == (len(places), [own[place] for place in places])
    assert (cut.oldest(even), cut.newest(even)) == ((places[0], places[-1]) if places else (None, None))
    for at in (Decimal(each) for each in range(-1, 6)):
        assert cut.before(at) == sum(each.at < at for each in own)
        assert cut.until(at) == sum(each.at <= at for each in own)


def test_a_place_outside_of_a_cut_is_none_of_it() -> None:
    cut = Points(POINTS)[2:4]
    assert (cut[0], cut[-1]) == (POINTS[2], POINTS[3])
    with pytest.raises(IndexError):
        cut[2]
    assert list(cut[1:0]) == []
    assert repr(cut[:1]) == f"Points([{POINTS[2]!r}])"
    assert cut != POINTS[2:4]


def test_what_is_made_of_the_whole_list_is_made_once_for_all_cuts() -> None:
    made: list[int] = []

    def doubled(points: Points) -> list[Point]:
        made.append(len(points))
        return [Point(each.at, each.order, each.value, WHY) for each in points]

    whole = Points(POINTS).of_many(brief=False)
    for stop in range(2, 9):
        assert [each.order for each in whole[2:stop].everywhere("doubled", doubled)] == list(range(2, stop))
        assert [each.order for each in whole[2:stop].along("doubled", doubled)] == list(range(2, stop))
    assert made == [8, 6]
    alone = Points(POINTS)[2:]
    assert alone.everywhere("doubled", doubled) == alone.everywhere("doubled", doubled)
    assert made == [8, 6, 8, 8]


def test_the_oldest_points_may_make_none() -> None:
    whole = Points(POINTS)
    for stop in range(1, 9):
        found = whole[1:stop].along("later", lambda points: list(points)[1:])
        assert list(found) == POINTS[2:stop]


def test_of_much_that_was_made_the_newest_is_kept() -> None:
    made: list[int] = []
    whole = Points(POINTS)
    for key in (*range(33), 32, 1, 0):
        whole.kept(key, lambda _, key=key: made.append(key))  # type: ignore[misc]
    assert made == [*range(33), 0]


def test_points_of_one_time_and_order_are_joined_in_every_cut() -> None:
    one, other = Points(POINTS), Points([each for each in POINTS if each.order not in (0, 5)])

    def sums(left: Point, right: Point) -> Point | None:
        return None if left.order == 3 else Point(left.at, left.order, left.value)

    for (first, stop), (start, end) in itertools.product(CUTS[::5], ((0, 6), (1, 4), (3, 3))):
        found = joined("sums", [one[first:stop], other[start:end]], sums)
        wanted = {each.order for each in one[first:stop]} & {each.order for each in other[start:end]} - {3}
        assert {each.order for each in found} == wanted


def test_of_brief_points_only_the_newest_cause_is_told() -> None:
    cut = Points(POINTS)[:6]
    assert [each.order for each in cut.told(even)] == [0, 2]
    brief = cut.of_many(brief=True)
    assert [each.order for each in brief.told(even)] == [2]
    assert (brief.number(even), len(brief.which(even)), list(brief[:2].told(even))) == (2, 2, POINTS[:1])
    assert list(brief[:0].told(even)) == []


@pytest.mark.parametrize(("first", "stop"), CUTS)
def test_a_chain_answers_as_one_list_does(first: int, stop: int) -> None:
    whole = Points(POINTS)
    chain, own = ChainedPoints(whole[:first], whole[first:stop], whole[stop:]), Points(POINTS)
    assert (chain, len(chain), chain[3], chain[1:4]) == (own, 8, own[3], own[1:4])
    assert chain[:] is chain
    assert (chain.number(even), chain.which(even)) == (own.number(even), own.which(even))
    assert (chain.oldest(even), chain.newest(even), chain.before(Decimal(2))) == (0, 7, 4)

    def text(point: Point) -> str:
        return str(point.value)

    def longer(one: str, other: str) -> str:
        return one + other

    assert chain.fold(text, longer) == own.fold(text, longer) == "41235786"
    assert own.of_many(brief=False)[first:stop].fold(text, longer) == own[first:stop].fold(text, longer)

    def doubled(point: Point) -> Point | None:
        return None if even(point) else Point(point.at, point.order, point.value, WHY)

    assert joined("doubled", [chain], doubled) == joined("doubled", [own], doubled)
    assert not chain.brief
    assert ChainedPoints(whole[:2].of_many(brief=True), whole[2:]).brief
    assert ChainedPoints().fold(text, longer) is None
