"""Instants and durations: read from text, written in UTC, and back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.language.times import parse_duration, parse_time, show_duration, show_time

EARLIEST, LATEST = -62_135_596_800, 253_402_300_799


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01", "0"),
        ("2026-03-30", "1774828800"),
        ("2026-03-30T06:00:00Z", "1774850400"),
        ("2026-03-30t06:00:00z", "1774850400"),
        ("2026-03-30 08:00:00+02:00", "1774850400"),
        ("2026-03-30T01:00:00-0500", "1774850400"),
        ("2026-03-30T06:00:00.123456789Z", "1774850400.123456789"),
        ("1969-12-31T23:59:59.5Z", "-0.5"),
        ("0001-01-01", "-62135596800"),
        ("9999-12-31T23:59:59Z", "253402300799"),
        ("2024-02-29", "1709164800"),
    ],
)
def test_a_time_reads(text: str, seconds: str) -> None:
    assert parse_time(text) == Decimal(seconds)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (EARLIEST, "0001-01-01T00:00:00Z"),
        (LATEST, "9999-12-31T23:59:59Z"),
        (10**12, "1000000000000 s since 1970"),
        (10**13, "10000000000000 s since 1970"),
    ],
)
def test_an_instant_is_written(seconds: int, text: str) -> None:
    assert show_time(Decimal(seconds)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-03-30T06:00:00",
        "2026-03-30T06:00Z",
        "2026-3-30",
        "2026-02-29",
        "2026-13-01",
        "0000-01-01",
        "2026-03-30T24:00:00Z",
        "2026-03-30T06:00:60Z",
        "2026-03-30T06:00:00+24:00",
        "2026-03-30T06:00:00+01:75",
        "2024-11-03T01:30:00 America/New_York",
        " 2026-03-30",
        "2026-03-30\n",
        "٢٠٢٦-03-30",
        "20260330",
        "1774850400",
    ],
)
def test_other_text_is_no_time(text: str) -> None:
    assert parse_time(text) is None


@given(st.integers(EARLIEST, LATEST), st.integers(0, 999_999_999))
def test_a_time_that_is_shown_reads_back(whole: int, nanoseconds: int) -> None:
    seconds = Decimal(whole) + Decimal(nanoseconds).scaleb(-9)
    assert parse_time(show_time(seconds)) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        ("1E+20", "100000000000000000000 s since 1970"),
        ("1E+12", "1000000000000 s since 1970"),
        ("-1E+12", "-1000000000000 s since 1970"),
    ],
)
def test_a_time_beyond_the_calendar_shows_its_seconds(seconds: str, text: str) -> None:
    assert show_time(Decimal(seconds)) == text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("2h", 7200), ("14d", 1209600), ("3w", 1814400), ("0.5h", 1800), ("0s", 0)],
)
def test_a_duration_reads(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "5 m", "5min", "5M", "1h30m", "5m\n", "٥m", ".5h"])
def test_other_text_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        ("0", "0s"),
        ("0.25", "0.25s"),
        ("90", "1m 30s"),
        ("60", "1m"),
        ("3600", "1h"),
        ("7201", "2h 00m 01s"),
        ("86400", "1d"),
        ("93600", "1d 02h"),
        ("1209600", "14d"),
        ("-90", "-1m 30s"),
        ("Infinity", "never"),
    ],
)
def test_a_duration_shows_for_people(seconds: str, text: str) -> None:
    assert show_duration(Decimal(seconds)) == text


@given(st.integers(0, 10**9), st.integers(0, 999))
def test_no_part_of_a_duration_is_lost(whole: int, thousandths: int) -> None:
    seconds = Decimal(whole) + Decimal(thousandths).scaleb(-3)
    parts = show_duration(seconds).split(" ")
    read = [parse_duration(each) for each in parts]
    assert sum(each for each in read if each is not None) == seconds
    assert None not in read
