"""Writes docs/diagnostics.md from the registry of codes, so that the page and the program never differ.

Run it with `make docs`; a test compares the page with what this prints.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from interlock.codes import Code, all_codes

PAGE = Path(__file__).parent / "diagnostics.md"

INTRODUCTION = """\
# Diagnostics

Every complaint about a document carries a stable code, the place, the source line and, where there is one, a hint:

    policies/go-live.yaml:24:17: error E305: no metric, param or let is called `trade.confidense`
        |       require: trade.confidense >= min_confidence
        |                ^^^^^^^^^^^^^^^^
      hint: did you mean `trade.confidence`?

Codes that begin with E are errors: the documents are not used until they are corrected, and the exit code is 2. Codes
that begin with W are findings; `interlock validate --strict` takes them for errors. A complaint that only follows from
another one is left out: a metric whose declaration is at fault is not called unknown as well.

A code has one cause. Under it stand the cure and, for most codes, a wrong and a right example; a test reads them all.
"""
ROOMS = {
    "E1": "YAML",
    "E2": "Documents, policies and rollouts",
    "E3": "Expressions",
    "E4": "Catalogue, environments and attestations",
    "E5": "Sources",
    "E6": "Templates",
    "E7": "Tests",
    "W8": "Findings",
}
PLACES = {
    "file": "A file",
    "policy": "In a policy",
    "rule": "In a rule",
    "inventory": "In the list of runbook statements",
    "rollout": "In a rollout",
    "stage": "In a stage of a rollout",
    "document source": "In a source of kind `document`",
    "live source": "In a source of kind `live`",
    "rows source": "In a source of kind `rows`",
    "second source": "Beside a source `other`",
    "tests": "In a tests document",
    "case": "In a case",
    "rollout tests": "In a tests document of a rollout",
    "step": "In a step of a rollout's case",
}


def page() -> str:
    """Return the whole page, codes in order, a heading for each group of them."""
    return "\n".join([INTRODUCTION, *_sections()])


def _sections() -> Iterator[str]:
    for room, title in ROOMS.items():
        yield f"## {title}\n"
        for code, each in sorted(all_codes().items()):
            if code.startswith(room):
                yield f"### {code}: {each.title}\n\n{each.cause}\n\n**Cure:** {each.cure}\n"
                yield from [_example(each)] if each.place else []


def _example(code: Code) -> str:
    """The wrong and the right text in one block, under the name of the place where they stand."""
    return f"{PLACES[code.place]}:\n\n```yaml\n# wrong\n{code.bad}\n# right\n{code.good}```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
