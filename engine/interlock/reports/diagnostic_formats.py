"""Complaints about documents for other tools: SARIF for code hosts, JUnit for build servers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from .. import __version__
from ..codes import all_codes
from ..diagnostics import Diagnostic, Span, render
from .junit import JUnitCase, junit

__all__ = ["findings_junit", "findings_sarif"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def findings_junit(found: Sequence[Diagnostic], sources: Mapping[str, list[str]], above: str) -> str:
    """Return one test case for each document, failed where there is an error in it."""
    files = sorted({*sources, *(each.span.file for each in found)})
    return junit("interlock validate", [_check(file, found, sources, above) for file in files])


def _check(file: str, found: Iterable[Diagnostic], sources: Mapping[str, list[str]], above: str) -> JUnitCase:
    own = [each for each in found if each.span.file == file]
    errors = [each for each in own if each.severity == "error"]
    first = errors[0].span.line if errors else 1
    message = "; ".join(f"{each.code}: {each.message}" for each in errors)
    details = "\n\n".join(render(each, sources) for each in own)
    return JUnitCase("interlock validate", file, _seen(file, above), first, message, details)


def findings_sarif(found: Sequence[Diagnostic], above: str) -> str:
    """Return a log of SARIF 2.1.0 with one run; columns count characters."""
    codes = sorted({each.code for each in found})
    rules = [
        {
            "id": code,
            "shortDescription": {"text": all_codes()[code].title},
            "fullDescription": {"text": all_codes()[code].cause},
            "help": {"text": all_codes()[code].cure},
        }
        for code in codes
    ]
    run = {
        "tool": {"driver": {"name": "interlock", "version": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, codes, above) for each in found],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _result(found: Diagnostic, codes: Sequence[str], above: str) -> dict[str, object]:
    text = f"{found.message} ({found.hint})" if found.hint else found.message
    related = [
        {"message": {"text": message}, "physicalLocation": _location(span, above)}
        for message, span in found.related
    ]
    return {
        "ruleId": found.code,
        "ruleIndex": codes.index(found.code),
        "level": found.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": _location(found.span, above)}],
        **({"relatedLocations": related} if related else {}),
    }


def _location(span: Span, above: str) -> dict[str, object]:
    region = {"startLine": max(span.line, 1), "startColumn": max(span.column, 1)}
    if span.end_line:
        region |= {"endLine": span.end_line, "endColumn": span.end_column}
    return {"artifactLocation": {"uri": _seen(span.file, above)}, "region": region}


def _seen(file: str, above: str) -> str:
    """The file as it is seen from where the command runs."""
    return file if above in ("", ".") else f"{above}/{file}"
