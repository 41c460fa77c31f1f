"""Writes docs/diagnostics.md from the registry of codes, so that the page and the program never differ.

Run it with `make docs`; a test compares the page with what this prints.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from interlock.codes import CODES

PAGE = Path(__file__).parent / "diagnostics.md"

INTRODUCTION = """\
# Diagnostics

Every complaint about a document carries a stable code, the place, the source line and, where there is one, a hint:

    policies/go-live.yaml:24:17: error E305: no metric, param or let is called `trade.confidense`
        |       require: trade.confidense >= min_confidence
        |                ^^^^^^^^^^^^^^^^
      hint: did you mean `trade.confidence`?

Codes that begin with E are errors: the documents are not used until they are mended, and the exit code is 2. Codes that
begin with W are findings; `interlock validate --strict` takes them for errors. A complaint that only follows from
another one is left out: a metric whose declaration is at fault is not called unknown as well.
"""
ROOMS = {
    "E1": "YAML",
    "E2": "Documents and policies",
    "E3": "Expressions",
    "E4": "Catalogue and environments",
    "E5": "Sources",
    "E6": "Templates",
    "E7": "Tests of policies",
    "W8": "Findings",
}


def page() -> str:
    """Return the whole page, codes in order, a heading for each group of them."""
    return "\n".join([INTRODUCTION, *_sections()])


def _sections() -> Iterator[str]:
    for room, title in ROOMS.items():
        yield f"## {title}\n"
        for code, told in sorted(CODES.items()):
            if code.startswith(room):
                yield f"### {code}: {told.title}\n\n{told.cause}\n\n**Cure:** {told.cure}\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
