"""Findings as annotations and as SARIF: every level, with a place and without."""

from __future__ import annotations

from interlock.diagnostics import Span
from interlock.reports.findings import Finding, SarifRule, sarif, workflow_commands
from interlock.reports.style import ReportStyle

from .sarif import results

FINDINGS = (
    Finding("error", "E1", "E1", "it is wrong: 100%\nwholly", Span("a,b.yaml", 3, 5, 3, 9)),
    Finding("warning", "gate/a", "gate: WAIT", "it is late", Span("gate.yaml", 7, 0)),
    Finding(
        "note", "gate/b", "gate: in shadow", "it would fail", None, (("given here", Span("c.yaml", 1, 1)),)
    ),
)
RULES = (
    SarifRule("gate/b", "B"),
    SarifRule("gate/a", "A", help="wait"),
    SarifRule("E1", "wrong", "why", "how"),
)


def test_annotations_name_the_place_as_far_as_it_is_known() -> None:
    assert list(workflow_commands(FINDINGS, ReportStyle(above="../desk"))) == [
        "::error file=../desk/a%2Cb.yaml,line=3,endLine=3,col=5,endColumn=9,title=E1::it is wrong: 100%25%0Awholly",
        "::warning file=../desk/gate.yaml,line=7,title=gate%3A WAIT::it is late",
        "::notice title=gate%3A in shadow::it would fail",
    ]


def test_sarif_lists_the_rules_once_and_in_order() -> None:
    found = results(sarif(FINDINGS, (*RULES, *RULES), ReportStyle(above="..")))
    assert [(each["ruleId"], each["ruleIndex"], each["level"]) for each in found] == [
        ("E1", 0, "error"),
        ("gate/a", 1, "warning"),
        ("gate/b", 2, "note"),
    ]
    assert found[0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "../a,b.yaml"},
        "region": {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9},
    }
    assert found[1]["locations"][0]["physicalLocation"]["region"] == {"startLine": 7}
    assert (found[2]["locations"], found[2]["relatedLocations"][0]["message"]) == ([], {"text": "given here"})


def test_no_finding_is_a_log_all_the_same() -> None:
    assert results(sarif((), (), ReportStyle())) == []
