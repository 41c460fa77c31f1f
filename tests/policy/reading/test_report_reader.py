"""Report documents: what is read of a sound one, and every complaint as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.policy.report_model import (
    ClockField,
    EachMember,
    FieldChoice,
    FieldTable,
    Judgement,
    ReportExpression,
    RuleName,
    UnrecordedField,
)
from support.roots import read, write

FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": (
        "metrics:\n"
        "  fruit: {type: integer, range: [0, 9], source: false}\n"
        "  planted: {type: timestamp, source: false}\n"
        "  daily: {type: integer, range: [0, 9], every: 1d, source: false}\n"
        "  falls: {type: event, source: false}\n"
        "  tree.fruit: {type: integer, range: [0, 9], scope: tree, source: false}\n"
        "scopes: {tree: {members: [oak]}}\n"
    ),
    "gate.yaml": (
        "policy: gate\nversion: 1.0.0\ntitle: Gate\nowner: risk\nverdicts: [GO, NO_GO]\n"
        "rules: [{id: few, require: fruit > 3}]\n"
    ),
}


def complaints(folder: Path, text: str) -> list[str]:
    _, collector = read(write(folder, FILES, {"a.yaml": text}))
    return [
        f"{each.code} {each.span.line}:{each.span.column} {each.message}"
        + (f": {each.hint}" if each.hint else "")
        for each in collector.sorted()
    ]


def test_a_report_of_fields(tmp_path: Path) -> None:
    text = (
        "report: daily\ntitle: Daily\nrunbook: docs/a.md\nfile: 'd_{as_of}.json'\nschema: scorecard\n"
        "began: planted\nweeks: 12\nfields:\n"
        "  at: {get: as_of}\n"
        "  verdict: {get: verdict, of: gate}\n"
        "  inner:\n"
        "    few: {get: passes, of: [gate/few, gate]}\n"
        "    fruit: fruit\n"
        "    trees: {each: tree, list: {fruit: tree.fruit}}\n"
        "    word: {choose: [{when: fruit > 3, then: many}], otherwise: nobody knows}\n"
        "    lost: {unknown: nobody counts}\n"
    )
    root, collector = read(write(tmp_path, FILES, {"a.yaml": text}))
    assert collector.diagnostics == []
    kind = root.reports["daily"]
    assert (kind.title, kind.runbook, kind.file, kind.schema, kind.weeks, kind.format) == (
        "Daily", "docs/a.md", "d_{as_of}.json", "scorecard", 12, "json",
    )  # fmt: skip
    assert (kind.policies, kind.whole) == (("gate",), ())
    assert kind.began is not None and kind.began.text == "planted"
    assert kind.fields is not None
    fields = dict(kind.fields.fields)
    assert fields["at"] == ClockField("as_of")
    assert fields["verdict"] == Judgement("verdict", (RuleName("gate"),))
    inner = fields["inner"]
    assert isinstance(inner, FieldTable)
    few, fruit, trees, word, lost = (each for _, each in inner.fields)
    assert few == Judgement("passes", (RuleName("gate", "few"), RuleName("gate")))
    assert isinstance(fruit, ReportExpression) and fruit.text == "fruit"
    assert isinstance(trees, EachMember) and (trees.scope, trees.listed) == ("tree", True)
    assert isinstance(word, FieldChoice) and word.otherwise == "nobody knows"
    assert lost == UnrecordedField("nobody counts")


def test_a_report_of_sections(tmp_path: Path) -> None:
    text = (
        "report: weekly\ntitle: Weekly\nsections:\n"
        "  - {title: Figures, text: Look., table: {columns: [Now], rows: {Fruit: [fruit]}}}\n"
        "  - {title: Days, periods: {last: 3, columns: {Fruit: daily}}}\n"
        "  - {title: Gates, gates: [{title: Few, rules: [gate/few]}, {title: Seen}]}\n"
        "  - {title: Verdicts, verdicts: [gate]}\n"
        "  - {title: Asked, decisions: [gate]}\n"
        "  - {title: List, checklist: [{title: Few, rules: [gate]}]}\n"
    )
    root, collector = read(write(tmp_path, FILES, {"a.yaml": text}))
    assert collector.diagnostics == []
    kind = root.reports["weekly"]
    assert (kind.format, kind.policies, kind.whole) == ("markdown", ("gate",), ())
    figures, days, gates, verdicts, asked, ticks = kind.sections
    assert (figures.text, figures.columns, figures.rows[0][0]) == ("Look.", ("Now",), "Fruit")
    assert (days.last, [head for head, _ in days.periods]) == (3, ["Fruit"])
    assert [each.title for each in gates.gates] == ["Few", "Seen"]
    assert (verdicts.verdicts, asked.decisions) == ((RuleName("gate"),), (RuleName("gate"),))
    assert ticks.checklist[0].rules == (RuleName("gate"),)


def test_policies_are_found_in_members_and_parts(tmp_path: Path) -> None:
    text = (
        "report: a\ntitle: A\nfields:\n  x: {each: tree, value: {v: {get: verdict, of: gate}}}\n"
        "  y: {get: parts, of: gate}\n  z: fruit\n"
    )
    root, _ = read(write(tmp_path, FILES, {"a.yaml": text}))
    assert (root.reports["a"].policies, root.reports["a"].whole) == (("gate",), ("gate",))


HEAD = "report: a\ntitle: A\n"
NEITHER = "E482 1:1 a report has either `fields` or `sections`"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (HEAD, [NEITHER]),
        (f"{HEAD}fields: {{x: fruit}}\nsections: [{{title: T}}]\n", [NEITHER]),
        (
            f"{HEAD}schema: scorcard\nfields: {{x: fruit}}\n",
            ["E483 3:9 no schema is called `scorcard`: did you mean `scorecard`?"],
        ),
        (
            f"{HEAD}file: 'a_{{day}}.json'\nfields: {{x: fruit}}\n",
            [
                "E485 3:7 no value to get is called `day`: there are as_of, last_day, week_ending and week_number"
            ],
        ),
        (
            f"{HEAD}began: fruit\nfields: {{x: fruit}}\n",
            ["E486 3:8 `began` is a timestamp, this is an integer"],
        ),
        (
            f"{HEAD}began: frut\nfields: {{x: fruit}}\n",
            ["E305 3:8 no metric, param or let is called `frut`: did you mean `fruit`?"],
        ),
        (
            f"{HEAD}fields: {{x: [fruit]}}\n",
            ["E484 3:13 a field is no list: write an expression or a mapping"],
        ),
        (
            f"{HEAD}fields: {{x: daily}}\n",
            [
                "E486 3:13 this is a value along time, one value is wanted: reduce it, for example with "
                "`last(…)` or `{each: SCOPE, …}`"
            ],
        ),
        (
            f"{HEAD}fields: {{x: tree.fruit}}\n",
            [
                "E486 3:13 this is a value along tree members, one value is wanted: reduce it, "
                "for example with `last(…)` or `{each: SCOPE, …}`"
            ],
        ),
        (
            f"{HEAD}fields: {{x: {{get: as_of, from: gate}}}}\n",
            ["E484 3:26 `from` does not belong to `get`: it takes `get` and `of` and `otherwise`"],
        ),
        (
            f"{HEAD}fields: {{x: {{get: verdict}}}}\n",
            [
                "E485 3:19 no value to get is called `verdict`: there are as_of, last_day, week_ending and week_number"
            ],
        ),
        (
            f"{HEAD}fields: {{x: {{get: as_of, of: gate}}}}\n",
            [
                "E485 3:19 no value to get is called `as_of`: there are verdict, reasons, actions, passes and parts"
            ],
        ),
        (
            f"{HEAD}fields: {{x: {{get: verdict, of: gates}}}}\n",
            ["E483 3:32 no policy is called `gates`: did you mean `gate`?"],
        ),
        (
            f"{HEAD}fields: {{x: {{get: passes, of: gate/fw}}}}\n",
            ["E483 3:31 no rule is called `fw`: did you mean `few`?"],
        ),
        (
            f"{HEAD}fields: {{x: {{each: trees, value: fruit}}}}\n",
            ["E483 3:20 no scope is called `trees`: did you mean `tree`?"],
        ),
        (f"{HEAD}fields: {{x: {{each: tree}}}}\n", ["E484 3:13 `each` needs `value` or `list`"]),
        (
            f"{HEAD}fields: {{x: {{choose: [{{when: fruit > 1}}]}}}}\n",
            ["E484 3:23 a case has `when` and `then`"],
        ),
        (
            f"{HEAD}fields: {{x: {{choose: [{{when: fruit, then: 1}}]}}}}\n",
            ["E317 3:30 a rule is a boolean, this is an integer: compare it with a limit"],
        ),
        (
            f"{HEAD}sections: [{{title: T, verdicts: [gate], decisions: [gate]}}]\n",
            [
                "E482 3:41 a section has one content, this has `verdicts` and `decisions`: begin another section"
            ],
        ),
        (
            f"{HEAD}sections: [{{title: T, table: {{columns: [A, B], rows: {{Fruit: [fruit]}}}}}}]\n",
            ["E482 3:55 the row `Fruit` has 1 cell for 2 columns"],
        ),
        (
            f"{HEAD}sections: [{{title: T, periods: {{last: 1, columns: {{Fruit: fruit}}}}}}]\n",
            ["E486 3:59 this is one value, a regular series is wanted"],
        ),
        (
            f"{HEAD}sections: [{{title: T, periods: {{last: 1, columns: {{Falls: falls}}}}}}]\n",
            ["E486 3:59 this is a value along time, a regular series is wanted"],
        ),
        (
            f"{HEAD}sections: [{{title: T, rollout: moves}}, {{title: U, incident: moves}}]\n",
            [
                "E483 3:32 no rollout is called `moves`: there are none",
                "E483 3:61 no rollout is called `moves`: there are none",
            ],
        ),
    ],
)
def test_a_complaint(tmp_path: Path, text: str, found: list[str]) -> None:
    assert complaints(tmp_path, text) == found


def test_two_reports_of_one_name(tmp_path: Path) -> None:
    text = "report: a\ntitle: A\nfields: {x: fruit}\n"
    _, collector = read(write(tmp_path, FILES, {"a.yaml": text, "b.yaml": text}))
    (found,) = collector.diagnostics
    assert (found.code, found.message, found.hint) == ("E481", "two reports are called `a`", "rename one")


def test_what_follows_from_a_faulty_policy_is_not_told_twice(tmp_path: Path) -> None:
    text = "report: a\ntitle: A\nfields: {x: {get: verdict, of: gate}}\n"
    broken = FILES["gate.yaml"].replace("fruit > 3", "frut > 3")
    _, collector = read(write(tmp_path, FILES, {"gate.yaml": broken, "a.yaml": text}))
    assert [each.code for each in collector.diagnostics] == ["E305"]
