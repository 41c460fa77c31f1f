"""The times of a report and the name of its file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from interlock.errors import UsageError
from interlock.reports.kinds.desk_reading import WEEK, monday_of
from support.roots import instant

from .orchard import reading

FIELDS = "fields: {at: {get: as_of}}\n"


@pytest.mark.parametrize(
    ("at", "monday"),
    [
        ("2026-03-30T00:00:00Z", "2026-03-30"),
        ("2026-03-29T23:59:59.5Z", "2026-03-23"),
        ("2026-04-01T12:00:00Z", "2026-03-30"),
    ],
)
def test_the_week_of_an_instant(at: str, monday: str) -> None:
    assert monday_of(instant(at)) == instant(monday)
    assert monday_of(instant(at) + WEEK) == instant(monday) + Decimal(604_800)


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ("", "r.json"),
        ("file: summary.json\n", "summary.json"),
        ("file: 'r_{as_of}.json'\n", "r_2026-03-30.json"),
        ("file: 'r_{last_day}.json'\n", "r_2026-03-29.json"),
        ("file: 'r_{week_ending}.json'\n", "r_2026-03-29.json"),
        ("began: planted\nfile: 'r_{week_number}.json'\n", "r_4.json"),
    ],
)
def test_the_name_of_the_file(tmp_path: Path, lines: str, name: str) -> None:
    assert reading(tmp_path, f"report: r\ntitle: R\n{lines}{FIELDS}").file == name


def test_a_report_of_sections_is_markdown(tmp_path: Path) -> None:
    assert reading(tmp_path, "report: r\ntitle: R\nsections: [{title: Words}]\n").file == "r.md"


def test_a_name_that_needs_a_week_that_is_not_known(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        _ = reading(tmp_path, f"report: r\ntitle: R\nfile: 'r_{{week_number}}.json'\n{FIELDS}").file
    assert (
        str(caught.value)
        == "the name `r_{week_number}.json` needs the number of the week: no programme is declared"
    )
