"""JUnit XML, read back once it is written, so it is always well formed."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass

from ..diagnostics import printable

__all__ = ["JUnitCase", "junit", "xml_text"]


@dataclass(frozen=True, slots=True)
class JUnitCase:
    """A test case: it failed where `message` has a text, with lines of `details`; `skipped` says why it is left out."""

    suite: str
    name: str
    file: str
    line: int
    message: str = ""
    details: Sequence[str] = ()
    skipped: str = ""


def xml_text(text: str) -> str:
    """Return the text on one line, without what XML forbids or what commands a terminal or a CI job; tabs stay."""
    return "\t".join(printable(each) for each in text.split("\t"))


def junit(name: str, checks: Sequence[JUnitCase]) -> str:
    """Return the XML; the same checks give the same text, without times or names of machines."""
    root = ElementTree.Element("testsuites", _counts(name, checks))
    for suite in dict.fromkeys(each.suite for each in checks):
        own = [each for each in checks if each.suite == suite]
        parent = ElementTree.SubElement(root, "testsuite", _counts(suite, own))
        for each in own:
            _case(parent, each)
    ElementTree.indent(root)
    text = '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"
    read = ElementTree.fromstring(text.encode("utf-8"))  # noqa: S314  our own text, a line above
    assert len(list(read.iter("testcase"))) == len(checks)
    return text


def _counts(name: str, checks: Sequence[JUnitCase]) -> dict[str, str]:
    failures = sum(bool(each.message) for each in checks)
    found = {"name": xml_text(name), "tests": str(len(checks)), "failures": str(failures), "errors": "0"}
    skipped = sum(bool(each.skipped) for each in checks)
    return {**found, "skipped": str(skipped)} if skipped else found


def _case(parent: ElementTree.Element, check: JUnitCase) -> None:
    attributes = {
        "classname": xml_text(check.suite),
        "name": xml_text(check.name),
        "file": xml_text(check.file),
        "line": str(check.line),
    }
    element = ElementTree.SubElement(parent, "testcase", attributes)
    if check.message:
        failure = ElementTree.SubElement(element, "failure", {"message": xml_text(check.message)})
        lines = check.details if any(check.details) else (check.message,)
        failure.text = "\n".join(map(xml_text, lines))
    elif check.skipped:
        ElementTree.SubElement(element, "skipped", {"message": xml_text(check.skipped)})
