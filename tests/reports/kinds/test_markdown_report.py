"""Reports in Markdown: every content of a section as whole text, and what is unknown at the end."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from interlock.ledger.state.rollout_state import RecordedChange, RolloutState
from interlock.reports.kinds.markdown_report import as_markdown
from interlock.reports.style import ReportStyle

from .orchard import reading

HEAD = "report: r\ntitle: A report\n"


def shown(folder: Path, text: str, changes: dict[str, Any] | None = None, **settings: Any) -> str:
    """The report between its head and its foot."""
    whole = as_markdown(reading(folder, HEAD + text, changes, **settings), ReportStyle())
    return whole.partition("\n\n## ")[2].rpartition("\n\nWritten by Interlock")[0]


def test_head_and_foot(tmp_path: Path) -> None:
    text = (
        "runbook: docs/orchard.md\nbegan: planted\nweeks: 12\nsections: [{title: Words, text: Read this.}]\n"
    )
    made = reading(tmp_path, HEAD + text, policies=("gate",))
    assert as_markdown(made, ReportStyle()) == (
        "# A report\n\n"
        "As of 2026-03-30 06:30 UTC, week 4 of 12. Judged without a ledger: nothing is latched or attested.\n\n"
        "## Words\n\nRead this.\n\n"
        "Written by Interlock 0.1.0 from the snapshot\n"
        f"`{made.result.snapshot.digest}`, after\n"
        "[docs/orchard.md](docs/orchard.md).\n"
    )


def test_a_programme_without_an_end(tmp_path: Path) -> None:
    made = reading(tmp_path, HEAD + "began: planted\nsections: [{title: Words}]\n")
    assert "\n\nAs of 2026-03-30 06:30 UTC, week 4.\n\n## Words\n\n" in as_markdown(made, ReportStyle())


def test_a_week_after_those_that_are_required(tmp_path: Path) -> None:
    text = "began: planted\nweeks: 3\nsections: [{title: Words}]\n"
    made = as_markdown(reading(tmp_path, HEAD + text), ReportStyle())
    assert "06:30 UTC, week 4, after the 3 that are required.\n" in made


def test_money_to_the_cent(tmp_path: Path) -> None:
    rows = "{Large: [price * 1000], Small: [price], Tiny: [price / 3000], None: [price - price]}"
    text = f"sections: [{{title: Figures, table: {{columns: [Value], rows: {rows}}}}}]\n"
    assert shown(tmp_path, text, {"price": 1.06042}).splitlines()[4:] == [
        "| Large | 1060.42 USD   |",
        "| Small | 1.06 USD      |",
        "| Tiny  | 0.0003535 USD |",
        "| None  | 0 USD         |",
    ]


def test_a_week_that_is_not_known(tmp_path: Path) -> None:
    text = as_markdown(
        reading(tmp_path, HEAD + "began: planted\nsections: [{title: Words}]\n", {"planted": None}),
        ReportStyle(),
    )
    assert "06:30 UTC, week unknown.\n" in text
    assert "\n## What is unknown, and why\n\n- week: planted: missing" in text


def test_figures_in_two_columns(tmp_path: Path) -> None:
    rows = "        Fruit: [fruit, last(day.fruit)]\n        Ripe | all: [ripe, fruit > 3]\n"
    text = f"sections:\n  - title: Figures\n    table:\n      columns: [Now, Then]\n      rows:\n{rows}"
    assert shown(tmp_path, text, {"fruit": None}) == (
        "Figures\n\n"
        "|                 | Now     | Then    |\n"
        "| --------------- | ------- | ------- |\n"
        "| Fruit           | unknown | 2       |\n"
        "| Ripe &#124; all | 33.33%  | unknown |\n\n"
        "## What is unknown, and why\n\n"
        "- Fruit (Now) and Ripe &#124; all (Then): missing"
    )


def test_figures_in_one_column(tmp_path: Path) -> None:
    text = "sections: [{title: Figures, table: {columns: [Value], rows: {Fruit: [fruit], Pickers: [pickers]}}}]\n"
    assert shown(tmp_path, text) == (
        "Figures\n\n"
        "|         | Value      |\n"
        "| ------- | ---------- |\n"
        "| Fruit   | 12         |\n"
        "| Pickers | {ann, bob} |"
    )
    assert shown(tmp_path, text, {"fruit": None}).endswith(
        "\n\n## What is unknown, and why\n\n- Fruit: missing"
    )


def test_weeks_with_a_missing_one_and_members(tmp_path: Path) -> None:
    periods = "{last: 3, columns: {Fruit: week.fruit, Trees: tree.fruit}}"
    text = f"began: planted\nsections: [{{title: Weeks, periods: {periods}}}]\n"
    assert shown(tmp_path, text) == (
        "Weeks\n\n"
        "| Week | Ending     | Fruit   | Trees         |\n"
        "| ---- | ---------- | ------- | ------------- |\n"
        "| 2    | 2026-03-15 | 4       | oak 9, elm 1  |\n"
        "| 3    | 2026-03-22 | unknown | oak 16, elm 1 |\n"
        "| 4    | 2026-03-29 | 6       | oak 23, elm 1 |\n\n"
        "## What is unknown, and why\n\n"
        "- Fruit (2026-03-22): missing at 2026-03-16"
    )


def test_weeks_without_a_programme_have_no_number(tmp_path: Path) -> None:
    text = "sections: [{title: Weeks, periods: {last: 1, columns: {Fruit: week.fruit}}}]\n"
    assert shown(tmp_path, text) == (
        "Weeks\n\n| Week ending | Fruit |\n| ----------- | ----- |\n| 2026-03-29  | 6     |"
    )


def test_days_begin_where_they_begin(tmp_path: Path) -> None:
    text = "sections: [{title: Days, periods: {last: 5, columns: {Fruit: day.fruit}}}]\n"
    assert shown(tmp_path, text) == (
        "Days\n\n| From       | Fruit |\n| ---------- | ----- |\n| 2026-03-28 | 1     |\n| 2026-03-29 | 2     |"
    )


def test_a_series_that_nobody_knows(tmp_path: Path) -> None:
    text = "sections: [{title: Weeks, periods: {last: 1, columns: {Fruit: week.fruit, Trees: tree.fruit}}}]\n"
    torn = {"unknown": "torn source", "detail": "line 3 of fruit.csv"}
    assert shown(tmp_path, text, {"week.fruit": torn}) == (
        "Weeks\n\n"
        "| Week ending | Fruit   | Trees         |\n"
        "| ----------- | ------- | ------------- |\n"
        "| 2026-03-29  | unknown | oak 23, elm 1 |\n\n"
        "## What is unknown, and why\n\n"
        "- Fruit (2026-03-29): torn source at 2026-03-23, line 3 of fruit.csv"
    )


def test_members_that_nobody_knows_beside_a_series(tmp_path: Path) -> None:
    columns = "{Fruit: day.fruit, Eggs: nest.laid}"
    text = f"sections: [{{title: Days, periods: {{last: 1, columns: {columns}}}}}]\n"
    assert shown(tmp_path, text, {"nests": None}) == (
        "Days\n\n"
        "| From       | Fruit | Eggs    |\n| ---------- | ----- | ------- |\n| 2026-03-29 | 2     | unknown |\n\n"
        "## What is unknown, and why\n\n- Eggs: nests: missing"
    )


def test_no_period_is_complete(tmp_path: Path) -> None:
    text = "sections: [{title: Eggs, periods: {last: 1, columns: {Eggs: nest.laid}}}]\n"
    assert shown(tmp_path, text, {"nests": None}) == (
        "Eggs\n\n| From | Eggs |\n| ---- | ---- |\n\nNo period is complete.\n\n"
        "## What is unknown, and why\n\n- Eggs: nests: missing"
    )


def test_gates_with_what_is_required_and_seen(tmp_path: Path) -> None:
    text = (
        "sections:\n  - title: Gates\n    gates:\n"
        "      - {title: Fruit, rules: [harvest/enough]}\n"
        "      - {title: Dry and sold, rules: [harvest/dry, harvest/sold]}\n"
        "      - {title: The gate, rules: [harvest/gate, gate]}\n"
        "      - {title: Nobody measures it}\n"
        "      - {title: Limits, rules: [limits]}\n"
    )
    found = shown(tmp_path, text, {"fruit": 9})
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in found.splitlines()
        if line[:3] in ("| 1", "| 2", "| 3", "| 4", "| 5")
    ]
    assert rows == [
        ["1", "Fruit", "`>= 10`", "`9`", "no"],
        ["2", "Dry and sold", "`< hail`; `sold`", "`rain`; `unknown`", "unknown"],
        ["3", "The gate", "`at worst OPEN`; `gate OPEN`", "`OPEN`", "yes"],
        ["4", "Nobody measures it", "", "", "unknown"],
        ["5", "Limits", "", "`unknown`", "unknown"],
    ]
    assert (
        found.partition("## What is unknown, and why\n\n")[2].splitlines()[0]
        == "- Dry and sold: the rule sold does not apply"
    )


def test_verdicts_and_decisions(tmp_path: Path) -> None:
    names = "[harvest, gate, limits]"
    text = (
        f"sections:\n  - {{title: Verdicts, verdicts: {names}}}\n  - {{title: Asked, decisions: {names}}}\n"
    )
    found = shown(tmp_path, text, {"fruit": 9, "weather": "hail"})
    assert [
        line.split("|")[1].strip() + line.split("|")[2] for line in found.splitlines() if line.startswith("|")
    ][2:] == ["Harvest NO_GO   ", "The gate OPEN    ", "limits unknown "]
    assert "it hails (and 1 more)" in found
    assert found.partition("## Asked\n\n")[2].partition("\n\n##")[0] == (
        "- [ ] stay in: it hails\n- [ ] wait: 9 fruit hang\n"
        "- [ ] evaluate limits: `limits` needs a value for `least`: give it in an environment (`--environment\n"
        "  NAME`)"
    )


def test_a_policy_that_does_not_apply_asks_for_nothing(tmp_path: Path) -> None:
    text = "sections: [{title: Verdicts, verdicts: [winter]}, {title: Asked, decisions: [winter]}]\n"
    assert shown(tmp_path, text) == (
        "Verdicts\n\n| Gate   | Verdict        | Why |\n| ------ | -------------- | --- |\n"
        "| Winter | NOT_APPLICABLE |     |\n\n"
        "## Asked\n\nNone: every gate named here that applies is at its best."
    )


def test_nothing_is_asked_for(tmp_path: Path) -> None:
    text = "sections: [{title: Asked, decisions: [gate]}]\n"
    assert shown(tmp_path, text) == "Asked\n\nNone: every gate named here that applies is at its best."


def test_an_action_that_is_not_written(tmp_path: Path) -> None:
    text = "sections: [{title: Asked, decisions: [harvest]}]\n"
    assert (
        shown(tmp_path, text, {"gate_open": False})
        == "Asked\n\n- [ ] look into the rule gate: the gate is shut"
    )


def test_a_checklist(tmp_path: Path) -> None:
    text = (
        "sections:\n  - title: List\n    checklist:\n"
        "      - {title: Gate, rules: [gate/open, gate]}\n"
        "      - {title: Fruit, rules: [gate/open, harvest/enough]}\n"
        "      - {title: Harvest, rules: [harvest]}\n"
        "      - {title: Sold, rules: [harvest/sold]}\n"
        "      - {title: Limits and fruit, rules: [limits, harvest]}\n"
        "      - {title: Somebody looked}\n"
    )
    assert shown(tmp_path, text, {"fruit": 9}) == (
        "List\n\n- [x] Gate\n- [ ] Fruit: 9 fruit hang\n- [ ] Harvest: 9 fruit hang\n"
        "- [ ] Sold: unknown, the rule sold does not apply\n- [ ] Limits and fruit: 9 fruit hang\n"
        "- [ ] Somebody looked"
    )


def change(action: str, note: dict[str, Any] | None = None) -> RecordedChange:
    return RecordedChange(1, Decimal(1_774_800_000), action, 1, "", "one", "1.0.0", "ann", "as planned", note)


NOTE = {
    "rollout": "moves", "stage": "one", "to": "one", "at": "2026-03-29T16:00:00Z", "attempt": 1,
    "trigger": "gate / open", "window": "one hour", "symbols": [], "mitigation": "open", "settings": ["weather: sun"],
}  # fmt: skip


def test_what_a_ledger_holds_of_a_rollout(tmp_path: Path) -> None:
    text = "sections: [{title: Changes, rollout: moves}, {title: Incident, incident: moves}]\n"
    assert shown(tmp_path, text) == (
        "Changes\n\nunknown\n\n## Incident\n\nunknown\n\n## What is unknown, and why\n\n"
        "- Changes and Incident: changes of rollouts are kept in a ledger, and none is named"
    )
    nothing = "Changes\n\nIt has not begun.\n\n## Incident\n\nNo rollback is recorded."
    assert shown(tmp_path, text, rollouts={}) == nothing
    state = RolloutState(changes=[change("BEGIN"), change("ROLLBACK", NOTE)])
    found = shown(tmp_path, text, rollouts={"moves": state})
    assert found.startswith(
        "Changes\n\n| time                 | attempt | change   | from | to  | by  | reason     |\n"
    )
    assert "\n## Incident\n\n### Incident: rollback of moves\n\n" in found
    assert "\n#### What people add\n" in found
