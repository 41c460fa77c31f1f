"""Reports in JSON: every form of a field, what is not known and why, and the schema that a kind keeps."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from interlock.errors import UsageError
from interlock.reports.kinds.json_report import as_json, report_fields
from interlock.reports.style import ReportStyle

from .orchard import reading

HEAD = "report: r\ntitle: R\nbegan: planted\nfields:\n"


def fields(folder: Path, text: str, changes: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    """The fields of a report and what is unknown, without where it comes from."""
    found = report_fields(reading(folder, HEAD + text, changes, **settings))
    del found["origin"]
    return found


def test_the_whole_text(tmp_path: Path) -> None:
    text = as_json(
        reading(tmp_path, HEAD + "  at: {get: as_of}\n  more: {eggs: {each: nest, value: nest.eggs}}\n"),
        ReportStyle(),
    )
    origin = json.loads(text)["origin"]
    assert text == (
        '{\n  "at": "2026-03-30T06:30:00Z",\n  "more": {\n    "eggs": {\n      "high": 2\n    }\n  },\n'
        '  "unknown": {},\n  "origin": {\n    "as_of": "2026-03-30T06:30:00Z",\n'
        f'    "snapshot": "{origin["snapshot"]}",\n    "interlock": "0.1.0",\n    "stateless": false\n  }}\n}}\n'
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fruit", 12),
        ("price", 1.25),
        ("ripe", 0.333333333333),
        ("weather", "rain"),
        ("gate_open", True),
        ("planted", "2026-03-04T10:00:00Z"),
        ("pickers", ["ann", "bob"]),
        ("age(planted)", 2233800),
        ("fruit / 5", 2.4),
        ("fruit > 11", True),
        ("last(week.fruit)", 6),
        ("50%", 0.5),
        ("{get: as_of}", "2026-03-30T06:30:00Z"),
        ("{get: last_day}", "2026-03-29"),
        ("{get: week_ending}", "2026-03-29"),
        ("{get: week_number}", 4),
        ("{each: tree, value: last(tree.fruit)}", {"oak": 23, "elm": 1}),
        ("{each: tree, list: {fruit: last(tree.fruit)}}", [{"fruit": 23}, {"fruit": 1}]),
        ("{choose: [{when: fruit > 20, then: many}, {when: fruit > 11, then: some}]}", "some"),
        ("{choose: [{when: fruit > 11, then: 7}]}", 7),
        ("{get: verdict, of: harvest}", "GO"),
        ("{get: verdict, of: [harvest]}", "GO"),
        ("{get: reasons, of: harvest}", []),
        (
            "{get: reasons, of: harvest, otherwise: all is well}",
            ["judged without a ledger, so it opens nothing"],
        ),
        ("{get: actions, of: harvest, otherwise: pick}", ["pick"]),
        ("{get: passes, of: [harvest/enough, harvest/dry]}", True),
        ("{get: passes, of: gate}", True),
    ],
)
def test_a_field(tmp_path: Path, field: str, value: object) -> None:
    assert fields(tmp_path, f"  x: {field}\n") == {"x": value, "unknown": {}}


@pytest.mark.parametrize(
    ("field", "changes", "cause"),
    [
        ("fruit", {"fruit": None}, "fruit: missing"),
        (
            "fruit",
            {"fruit": {"value": 1, "at": "2026-03-28"}},
            "fruit: stale, measured at 2026-03-28",
        ),
        ("fruit", {"fruit": "many"}, "fruit: wrong type"),
        ("{unknown: nobody counts}", {}, "nobody counts"),
        ("{each: nest, value: nest.eggs}", {"nests": None}, "nests: missing"),
        ("{choose: [{when: fruit > 20, then: 1}]}", {}, "no case holds"),
        ("{choose: [{when: fruit > 20, then: 1}], otherwise: it is winter}", {}, "it is winter"),
        (
            "{choose: [{when: fruit > 20, then: 1}, {when: gate_open, then: 2}]}",
            {"fruit": None},
            "fruit: missing",
        ),
        ("{get: week_number}", {"planted": None}, "planted: missing"),
        ("{get: week_number}", {"planted": "2026-03-30T01:00:00Z"}, "the first week is not over"),
        ("{get: passes, of: harvest/enough}", {"fruit": None}, "cannot tell: fruit: missing"),
        ("{get: passes, of: harvest}", {"fruit": None}, "cannot tell: fruit: missing"),
        ("{get: passes, of: harvest/sold}", {}, "the rule sold does not apply"),
        (
            "{get: passes, of: limits}",
            {},
            "`limits` needs a value for `least`: give it in an environment (`--environment NAME`)",
        ),
        (
            "{get: verdict, of: limits}",
            {},
            "`limits` needs a value for `least`: give it in an environment (`--environment NAME`)",
        ),
        ("{get: verdict, of: idle}", {}, "idle has no verdict: no rule applies"),
        ("{get: verdict, of: winter}", {}, "winter does not apply"),
    ],
)
def test_what_is_not_known_is_null_with_its_cause(
    tmp_path: Path, field: str, changes: dict[str, Any], cause: str
) -> None:
    found = fields(
        tmp_path, f"  x: {{y: {field}}}\n" if "{" not in field else f"  x:\n    y: {field}\n", changes
    )
    assert (found["x"], list(found["unknown"])) == ({"y": None}, ["/x/y"])
    assert found["unknown"]["/x/y"].startswith(cause)


def test_a_member_without_a_value_is_told_by_its_pointer(tmp_path: Path) -> None:
    found = fields(tmp_path, "  x: {each: nest, value: nest.eggs}\n", {"nests": ["high", "low"]})
    assert found["x"] == {"high": 2, "low": None}
    assert list(found["unknown"]) == ["/x/low"]


@pytest.mark.parametrize(
    ("changes", "verdict", "reasons", "actions"),
    [
        ({"fruit": 9}, "WAIT", ["9 fruit hang"], ["wait"]),
        ({"gate_open": False}, "NO_GO", ["the gate is shut"], ["look into the rule gate"]),
        ({"fruit": 9, "weather": "hail"}, "NO_GO", ["it hails", "9 fruit hang"], ["stay in", "wait"]),
    ],
)
def test_a_verdict_with_its_reasons_and_actions(
    tmp_path: Path, changes: dict[str, Any], verdict: str, reasons: list[str], actions: list[str]
) -> None:
    text = (
        "  v: {get: verdict, of: harvest}\n  r: {get: reasons, of: harvest, otherwise: fine}\n"
        "  a: {get: actions, of: harvest, otherwise: go}\n"
    )
    found = fields(tmp_path, text, changes)
    assert found == {"v": verdict, "r": reasons, "a": actions, "unknown": {}}


def test_a_verdict_that_missing_data_could_make_worse_says_so(tmp_path: Path) -> None:
    milder = (
        "policy: mild\nversion: 1.0.0\ntitle: Mild\nowner: farmer\nverdicts: [GO, WAIT, NO_GO]\nrules:\n"
        "  - {id: one, require: fruit > 1, else: NO_GO, unknown: WAIT, reason: none, action: count}\n"
    )
    from . import orchard

    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(orchard.FILES, "mild.yaml", milder)
        found = fields(tmp_path, "  r: {get: reasons, of: mild}\n", {"fruit": None})
    assert found["r"][1] == "the missing data could make it as bad as NO_GO"
    assert found["r"][0].startswith("cannot tell: fruit: missing")


def test_an_expired_verdict_is_none(tmp_path: Path) -> None:
    text = (
        "  v: {get: verdict, of: gate}\n  r: {get: reasons, of: gate, otherwise: fine}\n"
        "  a: {get: actions, of: gate, otherwise: go}\n  p: {get: passes, of: gate/open}\n"
        "  c: {get: parts, of: gate}\n"
    )
    cause = "the verdict of gate lasted until 2026-03-31T06:30:00Z"
    found = fields(tmp_path, text, now=Decimal(1_800_000_000))
    assert found == {
        "v": None,
        "r": [cause],
        "a": ["collect and evaluate anew"],
        "p": None,
        "c": {"gate": {"status": None, "reasons": [cause]}},
        "unknown": {"/v": cause, "/p": cause, "/c/gate/status": cause},
    }


def test_a_policy_that_was_not_asked_has_no_verdict(tmp_path: Path) -> None:
    found = fields(tmp_path, "  v: {get: verdict, of: gate}\n", policies=("harvest",))
    assert found == {"v": None, "unknown": {"/v": "the policy was not evaluated"}}


def test_parts_are_the_policies_and_those_that_they_compose(tmp_path: Path) -> None:
    found = fields(
        tmp_path, "  c: {get: parts, of: harvest}\n", {"gate_open": False}, policies=("harvest", "gate")
    )
    assert found["c"] == {
        "harvest": {"status": "NO_GO", "reasons": ["the gate is shut"]},
        "gate": {"status": "SHUT", "reasons": ["the gate is locked"]},
    }


def test_rules_that_fail_are_false_whatever_is_unknown_beside_them(tmp_path: Path) -> None:
    text = "  x: {get: passes, of: [harvest/enough, harvest/dry]}\n  y: {get: passes, of: harvest}\n"
    found = fields(tmp_path, text, {"fruit": None, "weather": "hail"})
    assert found == {"x": False, "y": False, "unknown": {}}


def test_the_schema_is_kept_and_null_is_allowed(tmp_path: Path) -> None:
    def scored(decision: str, at: str = "{get: as_of}") -> dict[str, Any]:
        text = f"schema: scorecard\nfields: {{at: {at}, decision: {decision}}}\n"
        found = report_fields(reading(tmp_path, f"report: r\ntitle: R\n{text}"))
        return {name: found[name] for name in ("at", "decision")}

    keep = "{choose: [{when: gate_open, then: keep}]}"
    assert scored(keep) == {"at": "2026-03-30T06:30:00Z", "decision": "keep"}
    assert scored("{unknown: nobody decided}")["decision"] is None
    with pytest.raises(UsageError) as caught:
        scored("weather")
    assert str(caught.value) == "the report `r` fails the schema `scorecard`: /decision breaks `enum`"
    with pytest.raises(UsageError) as caught:
        report_fields(
            reading(tmp_path, "report: r\ntitle: R\nschema: scorecard\nfields: {at: {get: as_of}}\n")
        )
    assert str(caught.value) == "the report `r` fails the schema `scorecard`: it breaks `required`"


def test_a_report_without_a_programme_has_no_weeks(tmp_path: Path) -> None:
    found = report_fields(reading(tmp_path, "report: r\ntitle: R\nfields: {week: {get: week_number}}\n"))
    assert (found["week"], found["unknown"]) == (None, {"/week": "no programme is declared"})
