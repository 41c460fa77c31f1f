"""JUnit XML is well formed whatever the texts hold, and the same checks give the same bytes."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from interlock.reports.junit import JUnitCase, junit, xml_text


def test_the_file_as_a_whole() -> None:
    checks = [
        JUnitCase("gate", "holds", "t.yaml", 3),
        JUnitCase("gate", "fails", "t.yaml", 4, "verdict: a < b", ("why", "so")),
    ]
    assert junit("all", checks) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="all" tests="2" failures="1" errors="0">\n'
        '  <testsuite name="gate" tests="2" failures="1" errors="0">\n'
        '    <testcase classname="gate" name="holds" file="t.yaml" line="3" />\n'
        '    <testcase classname="gate" name="fails" file="t.yaml" line="4">\n'
        '      <failure message="verdict: a &lt; b">why\nso</failure>\n'
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


def test_what_xml_forbids_and_what_commands_a_terminal_or_a_job_is_escaped() -> None:
    every = (
        "".join(map(chr, range(0x20)))
        + "\x7f\x9b\ud800\ufffe\uffff\u202e]]>&<##[error]##vso[x]\N{PILE OF POO}"
    )
    assert xml_text("\x00a\ud800\uffff\t\r\n") == "\\u0000a\\ud800\\uffff\t\\u000d\\u000a"
    written = junit(every, [JUnitCase(every, every, every, 1, every, (every, every))])
    assert {each for each in written if not each.isprintable()} == {"\n", "\t"}
    assert "##[" not in written and "##vso[" not in written
    read = ElementTree.fromstring(written.encode())
    assert [each.get("line") for each in read.iter("testcase")] == ["1"]
    assert [each.text for each in read.iter("failure")] == [f"{xml_text(every)}\n{xml_text(every)}"]


def test_a_failure_without_details_says_its_message_twice() -> None:
    for details in ((), ("",)):
        text = junit("all", [JUnitCase("gate", "fails", "t.yaml", 4, "a < b", details)])
        assert '<failure message="a &lt; b">a &lt; b</failure>' in text


def test_a_case_that_does_not_count_is_skipped() -> None:
    text = junit("all", [JUnitCase("gate", "stateless", "t.yaml", 3, skipped="opens nothing")])
    assert '<testsuite name="gate" tests="1" failures="0" errors="0" skipped="1">' in text
    assert '<skipped message="opens nothing" />' in text
