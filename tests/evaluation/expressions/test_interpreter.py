"""What the interpreter keeps besides the value: comparisons, assumptions, lets worked out once, attestations."""

from __future__ import annotations

import decimal
import json
from decimal import Decimal
from pathlib import Path

import pytest

import interlock
from interlock.diagnostics import Collector, Span
from interlock.evaluation.expressions.interpreter import Interpreter
from interlock.evaluation.expressions.lowering import Program, lower
from interlock.evaluation.expressions.scalar_semantics import SCALARS
from interlock.evaluation.snapshot.measures import Measures
from interlock.evaluation.snapshot.snapshot import Snapshot
from interlock.language.checker import check
from interlock.language.printer import to_text
from interlock.language.types import BOOL, NUMBER
from interlock.language.values import Cause, Unknown, Value
from interlock.policy.catalogue import Catalogue, Metric, Scope
from interlock.policy.model import Param
from interlock.policy.names import PolicyNames
from support.roots import snapshot, write

CATALOGUE = Catalogue(
    {
        "a": Metric("a", NUMBER),
        "up": Metric("up", BOOL),
        "daily": Metric("daily", NUMBER, series="regular", every=Decimal(86400), began=Decimal(1774396800)),
        "trades.pnl": Metric(
            "trades.pnl", NUMBER, series="irregular", record="trades", max_age=Decimal(3600)
        ),
        "conf": Metric("conf", NUMBER, scope="symbol"),
    },
    {"symbol": Scope("symbol", ("one", "two"))},
)
DOCUMENT = {
    "interlock": 1,
    "as_of": "2026-03-30T06:00:00Z",
    "metrics": {
        "a": 5,
        "daily": {"points": [{"at": "2026-03-29", "value": 1}]},
        "trades": {
            "covered": ["2026-03-29", "2026-03-30T06:00:00Z"],
            "points": [{"at": "2026-03-30", "pnl": 1}],
        },
    },
    "scopes": {"symbol": {"one": {"conf": 1}}},
}
NOWHERE = Span("expr", 1, 1)
UNDECIDED = Unknown((Cause("limit", "", "", "missing"),))


def place(start: int, end: int) -> Span:
    return Span("expr", 1, start + 1, 1, end + 1)


def program(text: str, names: PolicyNames) -> Program:
    collector = Collector()
    tree = check(text, place, names, collector)
    assert tree is not None, collector.diagnostics
    return lower(tree)


def interpreter(**given: object) -> Interpreter:
    measures = Measures(Snapshot.parse(json.dumps(DOCUMENT).encode()), CATALOGUE)
    return Interpreter(measures, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("attestations", "wanted"),
    [
        ({"sign-off": Decimal(0)}, True),
        ({"another": Decimal(0)}, False),
        ({}, False),
        ({"sign-off": UNDECIDED, "another": Decimal(0)}, UNDECIDED),
        (None, Unknown((Cause("attested(sign-off)", "", "", "no ledger"),))),
    ],
)
def test_attested_asks_the_ledger(attestations: dict[str, Decimal | Unknown] | None, wanted: Value) -> None:
    found = interpreter(attestations=attestations).evaluate(
        program("attested('sign-off')", PolicyNames(CATALOGUE))
    )
    assert found == wanted


def test_comparisons_are_seen_in_their_order_with_both_sides() -> None:
    walker = interpreter()
    assert walker.evaluate(program("3 < a <= 4 or not up", PolicyNames(CATALOGUE))) == Unknown(
        (Cause("up", "", "", "missing"),)
    )
    assert [(to_text(each.node), each.left, each.right, each.truth) for each in walker.seen[:2]] == [
        ("3 < a", Decimal(3), Decimal(5), True),
        ("a <= 4", Decimal(5), Decimal(4), False),
    ]


def test_a_let_is_worked_out_once_and_its_comparisons_are_seen() -> None:
    names = PolicyNames(CATALOGUE)
    names.lets["big"] = check("a > 4", place, names, Collector())
    walker = interpreter(lets={"big": program("a > 4", names)})
    assert walker.evaluate(program("big and big", names)) is True
    assert [to_text(each.node) for each in walker.seen].count("a > 4") == 1


def test_looks_at_missing_data_are_noted() -> None:
    walker = interpreter()
    assert walker.evaluate(program("not known(up) and default(up, true)", PolicyNames(CATALOGUE))) is True
    assert [(each.operator, value) for each, value in walker.assumed.items()] == [
        ("known", False),
        ("default", True),
    ]


@pytest.mark.parametrize(
    ("text", "param"),
    [
        ("count(daily > 0, last=p) == 0", Decimal(0)),
        ("count(daily > 0, last=p) == 0", Decimal(-3)),
        ("count(trades.pnl > 0, last=p) == 0", Decimal(0)),
        ("count(trades.pnl > 0, last=p) == 0", Decimal(-1)),
    ],
)
def test_a_window_that_a_param_makes_empty_proves_nothing(text: str, param: Decimal) -> None:
    names = PolicyNames(CATALOGUE)
    names.param_table["p"] = Param("p", program("5", names).root.type, Decimal(5), NOWHERE, bare=True)
    found = interpreter(params={"p": param}).evaluate(program(text, names))
    call = text.removesuffix(" == 0")
    assert found == Unknown((Cause(call, "", "", "out of range", "`last=` is not above 0"),))


def test_a_window_that_a_param_moves_into_the_future_proves_nothing() -> None:
    names, text = PolicyNames(CATALOGUE), "count(daily > 0, last=3, skip=p)"
    names.param_table["p"] = Param("p", program("5", names).root.type, Decimal(5), NOWHERE, bare=True)
    found = interpreter(params={"p": Decimal(-2)}).evaluate(program(f"{text} < 2", names))
    assert found == Unknown((Cause(text, "", "", "out of range", "`skip=` is below 0"),))


@pytest.mark.parametrize(
    "text",
    [
        "count(trades.pnl > 0, within=p) == 0",
        "longest(trades.pnl > 5, span=p, within=1h) == 0",
        "most(trades.pnl > 5, span=p, within=1h) == 0",
        "max(run(trades.pnl > 5, span=p), last=1) == 0",
    ],
)
@pytest.mark.parametrize("param", [Decimal(0), Decimal(-60), Unknown((Cause("p", "", "", "missing"),))])
def test_a_stretch_of_time_that_is_nothing_or_unknown_proves_nothing(text: str, param: Value) -> None:
    names = PolicyNames(CATALOGUE)
    names.param_table["p"] = Param("p", program("5m", names).root.type, Decimal(300), NOWHERE)
    assert isinstance(interpreter(params={"p": param}).evaluate(program(text, names)), Unknown)


def test_a_number_beyond_all_numbers_keeps_its_shape() -> None:
    names = PolicyNames(CATALOGUE)
    text = "all(conf * 1e400 * 1e400 * 1e400 * 1e400 * 1e400 * 1e400 * 1e400 * 1e400 > 5)"
    assert isinstance(interpreter().evaluate(program(text.replace("1e400", "1e399"), names)), Unknown)


def test_a_calculation_that_decimals_refuse_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise decimal.Overflow

    head = "policy: gate\nversion: 1.0.0\ntitle: a\nowner: risk\nverdicts: [GO, NO_GO]\n"
    gate = f"{head}rules: [{{id: one, require: one + 1 > 0}}]\n"
    catalogue = "metrics:\n  one: {type: number, max_age: 1d}\n"
    files = {"interlock.yaml": "interlock: 1\n", "catalogue.yaml": catalogue, "gate.yaml": gate}
    policies = interlock.load(write(tmp_path, files))
    given = snapshot("2026-03-30T06:00:00Z", {"one": 1})
    assert policies.evaluate(given)[0].verdict == "GO"
    monkeypatch.setitem(SCALARS, "add", refused)
    (found,) = policies.evaluate(given)
    assert found.verdict == "NO_GO"
    assert [(each.cause, each.detail) for each in found.rules[0].causes] == [
        ("overflow", "the result is beyond all numbers")
    ]
