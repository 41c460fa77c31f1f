"""Every format says the same of the grain desk as its golden file; an unknown format is an error."""

from __future__ import annotations

import json

import pytest

from interlock.errors import UsageError
from interlock.reports.evaluation_result import ReportStyle
from interlock.reports.output_formats import FORMATS, rendered

from .desk import broken, collected, golden, judged, masked

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")

SUFFIXES = {"text": "txt", "json": "json", "markdown": "md", "github": "txt"}


@pytest.mark.parametrize("form", FORMATS)
def test_the_desk(form: str) -> None:
    text = rendered(form, [judged(collected())], ReportStyle(width=120))
    assert masked(text) == golden(f"desk.{form}.{SUFFIXES[form]}", text)


@pytest.mark.parametrize("form", FORMATS)
def test_a_bad_day(form: str) -> None:
    text = rendered(form, [judged(broken())], ReportStyle(width=120))
    assert masked(text) == golden(f"bad_day.{form}.{SUFFIXES[form]}", text)


@pytest.mark.parametrize("form", FORMATS)
def test_several_snapshots(form: str) -> None:
    both = [judged(data, policies=["live-start", "trade"]) for data in (collected(), broken())]
    text = rendered(form, both, ReportStyle(width=70))
    assert masked(text) == golden(f"several.{form}.{SUFFIXES[form]}", text)


@pytest.mark.parametrize("form", FORMATS)
def test_what_could_not_be_evaluated(form: str) -> None:
    refused = judged(collected(), environment=None, stateless=False, policies=["live-start"])
    text = rendered(form, [refused], ReportStyle(width=120))
    assert masked(text) == golden(f"refused.{form}.{SUFFIXES[form]}", text)


def test_plain_ascii_where_the_terminal_has_no_more() -> None:
    text = rendered("text", [judged(broken())], ReportStyle(width=120, ascii=True))
    assert text.isascii()


def test_paint_touches_words_and_moves_no_column() -> None:
    painted = rendered(
        "text", [judged(broken())], ReportStyle(width=120, paint=lambda text, tone: f"\x1b[1m{text}\x1b[0m")
    )
    plain = rendered("text", [judged(broken())], ReportStyle(width=120))
    assert painted != plain
    assert painted.replace("\x1b[1m", "").replace("\x1b[0m", "") == plain


def test_json_holds_the_records_as_they_are() -> None:
    found = judged(broken())
    table = json.loads(rendered("json", [found], ReportStyle()))
    assert list(table) == ["expired", "interlock", "notes", "opened", "refusals", "verdicts"]
    assert table["verdicts"] == [json.loads(each.canonical()) for each in found.verdicts]
    assert [each["note"] for each in table["notes"]] == [
        "no catalogue declares `study.hit_rat`: did you mean `study.hit_rate`?"
    ]


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(UsageError) as caught:
        rendered("markdwn", [], ReportStyle())
    assert str(caught.value) == "no format is called `markdwn`: did you mean `markdown`?"
    with pytest.raises(UsageError) as caught:
        rendered("pdf", [], ReportStyle())
    assert str(caught.value) == "no format is called `pdf`: there are text, json, markdown and github"
