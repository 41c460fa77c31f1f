"""A snapshot keeps its schema on every way into an evaluation; a key of no meaning never leaves a value as it is."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import interlock
from interlock.canonical import canonical
from interlock.cli.main import run
from interlock.errors import NotCleared, SnapshotError
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.evaluation.snapshot.undeclared import odd_points
from interlock.language.values import Unknown
from support.gate import AT, snapshot, write
from support.roots import document, instant, write_files

MISSPELT = {"value": True, "At": "2020-01-01T00:00:00Z"}
TEXT = "s.json: /metrics/ready: unknown key `At`: did you mean `at`?"
CATALOGUE = """\
metrics:
  ready: {type: bool, max_age: 1h, doc: a}
  calm: {type: bool, max_age: 1h, doc: a}
  live.mode: {type: bool, max_age: 5m, doc: a}
  streak.of: {type: number, range: [0, 9], max_age: 1h, doc: a}
  daily: {type: number, every: 1d, began: 2026-03-28, range: [-1, 1], doc: a}
  alerts: {type: event, doc: a}
  fills: {type: number, every: event, scope: symbol, doc: a}
  jobs: {every: event, record: {outcome: {type: string}, size: {type: number}}, doc: a}
scopes: {symbol: {members: [BTC]}}
"""


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("interlock.clock.now", lambda: instant(AT))
    monkeypatch.setenv("LIVE_MODE", "1")
    write(tmp_path)
    write_files(tmp_path, {"policies/catalogue.yaml": CATALOGUE})
    snapshot(tmp_path / "s.json", ready=MISSPELT)


EVALUATE = ("--policies", "policies", "--environment", "live")
GUARD = ("--policy", "gate", "--ledger", "ledger.db", "--kill-switch", "off.txt", "--", "python")


PERSON = ("--by", "ann", "--reason", "end of phase A")


@pytest.mark.parametrize(
    "words",
    [
        ("evaluate", "s.json", *EVALUATE),
        ("evaluate", "s.json", *EVALUATE, "--ledger", "ledger.db"),
        ("explain", "s.json", *EVALUATE),
        ("report", "s.json", *EVALUATE),
        ("eval", "ready", "s.json", "--policies", "policies"),
        ("guard", "s.json", *EVALUATE, *GUARD),
        ("baseline", "freeze", "a", "--from", "s.json", *PERSON, "--ledger", "ledger.db"),
    ],
)
def test_commands_refuse_a_key_that_is_no_key_of_a_value(
    words: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(list(words)) == 2
    assert TEXT in capfd.readouterr().err


def test_stdin_is_read_as_strictly(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    data = io.BytesIO(Path("s.json").read_bytes())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=data, isatty=lambda: False))
    assert run(["evaluate", "-", *EVALUATE]) == 2
    assert TEXT.replace("s.json", "stdin") in capfd.readouterr().err


def test_require_and_the_api_are_as_strict() -> None:
    with pytest.raises(NotCleared) as caught:
        interlock.require(
            "gate", snapshot="s.json", environment="live", policies="policies", kill_switch_file="off.txt",
            ledger="ledger.db", now=lambda: instant(AT),
        )  # fmt: skip
    assert TEXT in str(caught.value)
    for read in (Snapshot.read, lambda path: Snapshot.parse(path.read_bytes(), "s.json")):
        with pytest.raises(SnapshotError) as refused:
            read(Path("s.json"))
        assert str(refused.value) == TEXT


def test_a_base_of_tests_is_as_strict(capfd: pytest.CaptureFixture[str]) -> None:
    case = "tests: gate\nbase: {from: s.json, environment: live}\ncases: [{name: a, missing: [calm], expect: WAIT}]\n"
    for form, wanted in (
        (MISSPELT, "`policies/s.json`: /metrics/ready: unknown key `At`: did you mean `at`?"),
        (
            True,
            "`policies/s.json`: /metrics/daily/points/0: unknown key `Value`: did you mean `value`?",
        ),
    ):
        points = {"points": [{"at": "2026-03-28", "Value": 0.1}]}
        snapshot(Path("policies/s.json"), ready=form, daily=points)
        write_files(Path(), {"policies/t.yaml": case})
        assert run(["validate", "policies"]) == 2
        assert f"error E731: {wanted}" in capfd.readouterr().out


def test_an_unknown_key_of_an_unknown_value_of_a_test(capfd: pytest.CaptureFixture[str]) -> None:
    case = (
        "tests: gate\nbase: {as_of: 2026-03-30, environment: live, set: {ready: true, calm: true}}\n"
        "cases: [{name: a, set: {ready: {unknown: stale, value: true}}, expect: NO_GO}]\n"
    )
    write_files(Path(), {"policies/t.yaml": case})
    assert run(["validate", "policies"]) == 2
    assert "error E717: `ready`: unknown key `value`" in capfd.readouterr().out


# points: their keys are those of their metric


@pytest.mark.parametrize(
    ("metric", "points", "problem"),
    [
        ("daily", [{"at": "2026-03-28", "value": 0, "Unit": 1}],
         "/metrics/daily/points/0: unknown key `Unit`: there are at, value, n, unordered, unknown and detail"),
        ("daily", [{"at": "2026-03-28", "value": 0}, {"at": "2026-03-29", "value": 0, "unknow": "stale"}],
         "/metrics/daily/points/1: unknown key `unknow`: did you mean `unknown`?"),
        ("daily", [{"at": "2026-03-28", "value": 0, "n": 3, "unknown": "stale", "detail": "x"}], None),
        ("alerts", ["2026-03-28", {"at": "2026-03-29"}, {"at": "2026-03-29", "value": True}], None),
        ("alerts", [{"at": "2026-03-29", "unknown": "stale"}],
         "/metrics/alerts/points/0: unknown key `unknown`: there are at and value"),
        ("jobs", [{"at": "2026-03-29", "outcome": "loss", "size": 3}, {"at": "2026-03-29", "unknown": "stale"}], None),
        ("jobs", [{"at": "2026-03-29", "outcom": "loss", "size": 3}],
         "/metrics/jobs/points/0: unknown key `outcom`: did you mean `outcome`?"),
        ("jobs", [{"at": "2026-03-29", "outcome": "loss", "size": 3, "value": 4}],
         "/metrics/jobs/points/0: unknown key `value`: there are at, outcome, size, n, unordered, unknown and detail"),
        ("stranger", [{"at": "2026-03-29", "x": 1}], None),
    ],
)  # fmt: skip
def test_keys_of_points(
    metric: str, points: list[Any], problem: str | None, capfd: pytest.CaptureFixture[str]
) -> None:
    form = {"covered": ["2026-03-28", "2026-03-29"], "points": points}
    snapshot(Path("s.json"), **{metric: form})
    code = run(["evaluate", "s.json", *EVALUATE])
    err = capfd.readouterr().err
    assert (code, err) == ((2, f"error: s.json: {problem}\n") if problem else (0, err))


def test_keys_of_points_at_a_member() -> None:
    policies = interlock.load("policies")
    form = {
        "covered": ["2026-03-28", "2026-03-29"],
        "points": [{"at": "2026-03-28", "value": 1, "ccy": "EUR"}],
    }
    found = Snapshot.parse(document(AT, {}, scopes={"symbol": {"BTC": {"fills": form}}}))
    text = "/scopes/symbol/BTC/fills/points/0: unknown key `ccy`: there are at, value, n, unordered, unknown and detail"
    assert list(odd_points(found, policies.catalogue)) == [text]
    calls: list[Callable[[], object]] = [
        lambda: policies.evaluate(found, environment="live"),
        lambda: policies.evaluate_expression("ready", found),
    ]
    for call in calls:
        with pytest.raises(SnapshotError) as caught:
            call()
        assert str(caught.value) == f"snapshot: {text}"


# what came in before its keys were checked: recorded by an older engine, or made without being read


@pytest.mark.parametrize(
    ("metric", "form", "causes"),
    [
        ("ready", MISSPELT, ["ready: wrong type, unknown key `At`"]),
        ("ready", {"val": True}, ["ready: wrong type, an object without `value`"]),
        ("ready", {"unknown": "dog ate it"}, ["ready: missing"]),
        ("ready", {"unknown": "stale", "detail": 5}, ["ready: stale"]),
        ("ready", {"value": True, "at": 5}, ["ready: no time, `at` is not text"]),
        ("alerts", {"covered": ["2026-03-28"], "points": []},
         ["alerts: not covered, the series does not say what it covers"]),
        ("alerts", {"covered": ["2026-03-28", "2026-03-30"], "points": [], "Unknown": "torn source"},
         ["alerts: wrong type, unknown key `Unknown`"]),
        ("alerts", {"covered": ["2026-03-28", "2026-03-30"], "points": [5]},
         ["alerts: no time, `at` of a point is missing"]),
        ("alerts", {"covered": ["2026-03-28", "2026-03-30"]},
         ["alerts: wrong type, a series with `points` is declared"]),
    ],
)  # fmt: skip
def test_a_snapshot_that_was_recorded_before(metric: str, form: object, causes: list[str]) -> None:
    found = Snapshot.restored(canonical({"interlock": Decimal(1), "as_of": AT, "metrics": {metric: form}}))
    value = Measures(found, interlock.load("policies").catalogue).metric(metric)
    shown = value.causes if isinstance(value, Unknown) else value.blank  # type: ignore[union-attr]
    assert list(map(str, shown)) == causes


@pytest.mark.parametrize(
    ("metric", "odd", "good"),
    [
        ("alerts", {"covered": ["2026-03-20", "2026-03-29"], "points": [], "Unknown": "torn source"},
         {"covered": ["2026-03-29", AT], "points": []}),
        ("daily", {"from": "2026-03-28", "points": [{"at": "2026-03-28", "value": Decimal(0)}], "Unknown": "stale"},
         {"from": "2026-03-29", "points": []}),
    ],
)  # fmt: skip
def test_a_series_that_was_recorded_before_is_joined_by_none(metric: str, odd: object, good: object) -> None:
    """Neither as the earlier list nor as the newest one does it tell anything."""

    def of(at: str, form: object) -> Snapshot:
        return Snapshot.restored(canonical({"interlock": Decimal(1), "as_of": at, "metrics": {metric: form}}))

    catalogue = interlock.load("policies").catalogue
    early = "2026-03-29T12:00:00Z"
    alone = Measures(of(AT, good), catalogue, [of(early, {"unknown": "missing"})]).metric(metric)
    assert Measures(of(AT, good), catalogue, [of(early, odd)]).metric(metric) == alone
    told = Measures(of(AT, odd), catalogue, [of(early, good)]).metric(metric)
    causes = told.uncovered if metric == "alerts" else told.points[-1].value.causes  # type: ignore[union-attr]
    assert "unknown key `Unknown`" in str(causes[0])


def test_a_point_that_was_recorded_before() -> None:
    points = [
        {"at": "2026-03-28", "value": Decimal(0)},
        {"at": "2026-03-29", "value": Decimal(0), "unit": "percent"},
    ]
    form = {"from": "2026-03-28", "points": points}
    found = Snapshot.restored(canonical({"interlock": Decimal(1), "as_of": AT, "metrics": {"daily": form}}))
    series = Measures(found, interlock.load("policies").catalogue).metric("daily")
    causes = [[str(cause) for cause in getattr(each.value, "causes", ())] for each in series.points]  # type: ignore[union-attr]
    assert causes == [[], ["daily (2026-03-29T00:00:00Z): wrong type, unknown key `unit`"]]


def test_a_snapshot_that_nobody_read(capfd: pytest.CaptureFixture[str]) -> None:
    made = Snapshot(instant(AT), {"ready": MISSPELT, "calm": True})
    (found,) = interlock.load("policies").evaluate(made, environment="live")
    assert (found.verdict, found.rules[0].reason) == (
        "NO_GO",
        "cannot tell: ready: wrong type, unknown key `At`",
    )


def test_more_than_twenty_complaints_are_not_listed() -> None:
    forms = {f"m{number:02}": {"value": 1, "Unit": "x"} for number in range(30)}
    with pytest.raises(SnapshotError) as caught:
        Snapshot.parse(json.dumps({"interlock": 1, "as_of": AT, "metrics": forms}).encode(), "s.json")
    lines = str(caught.value).splitlines()
    assert len(lines) == 20
    assert lines[-1] == "s.json: /metrics/m19: unknown key `Unit`: there are value, n and at"


@pytest.mark.parametrize(
    ("document", "line"),
    [
        (
            {"as_of": "\n##[error]"},
            "`as_of` is `\\u000a#\\u0023[error]`: it must be a UTC time or carry an offset",
        ),
        ({"\n": 1}, "unknown key `\\u000a`: "),
        ({"env": {"a\nb": {}}}, "/env/a\\u000ab: `a\\u000ab`: text or a number"),
    ],
)
def test_a_complaint_is_one_line_whatever_a_snapshot_holds(document: dict[str, object], line: str) -> None:
    given = {"interlock": 1, "as_of": "2026-03-30T06:00:00Z", "metrics": {}, **document}
    with pytest.raises(SnapshotError) as caught:
        Snapshot.parse(json.dumps(given).encode(), "s.json")
    (told,) = str(caught.value).split("\n")
    assert told.startswith(f"s.json: {line}")
