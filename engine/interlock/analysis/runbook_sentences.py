"""The sentences of the runbooks, and which of them somebody has confirmed that their rules hold.

A folder beside the list of statements has one page a runbook, in which a statement is an item such as
`- **B67** The kill switch is not active.` It may go on in indented lines. `confirmed.json` keeps a hash of each.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..diagnostics import printable
from ..errors import UsageError, system_reason
from ..files import write_atomically
from ..strict_json import InvalidJSON, StrictReader, decode_utf8

__all__ = ["RunbookSentences", "confirm", "read_sentences"]

_ITEM = re.compile(r"- \*\*([A-Z][0-9]+)\*\* +(\S.*)")
_CONFIRMED = "confirmed.json"
_READER = StrictReader()


@dataclass(frozen=True, slots=True)
class RunbookSentences:
    """The hash of each statement's sentence as it is, and as it was when somebody confirmed it."""

    now: Mapping[str, str] = field(default_factory=dict)
    confirmed: Mapping[str, str] = field(default_factory=dict)

    def stale(self, name: str) -> str:
        """Return why the rules of a statement are stale, empty where they are not."""
        if name not in self.now:
            return "no runbook page has its sentence"
        if name not in self.confirmed:
            return "nobody has confirmed its sentence"
        return "" if self.now[name] == self.confirmed[name] else "its sentence has changed"


def read_sentences(folder: Path, statements: Collection[str]) -> RunbookSentences | None:
    """Return the sentences of a folder, None where there is none.

    Raises UsageError for a file that cannot be read, and for a sentence that is given twice or of no statement.
    """
    if not folder.is_dir():
        return None
    now: dict[str, str] = {}
    for page in sorted(folder.glob("*.md")):
        for line, name, sentence in _sentences(_text(page)):
            place = f"{folder.name}/{page.name}:{line}"
            if name not in statements:
                raise UsageError(f"{place}: `{name}` is no statement of the inventory")
            if name in now:
                raise UsageError(f"{place}: the sentence of `{name}` is given twice")
            now[name] = _hash(sentence)
    return RunbookSentences(now, _confirmed(folder / _CONFIRMED))


def confirm(folder: Path, found: RunbookSentences, names: Collection[str]) -> None:
    """Keep the hashes of these statements as they are now; raises UsageError for one without a sentence."""
    for name in names:
        if name not in found.now:
            raise UsageError(f"`{printable(name)}` has no sentence in `{folder.as_posix()}` to confirm")
    kept = {**found.confirmed, **{name: found.now[name] for name in names}}
    order = sorted((name for name in kept if name in found.now), key=lambda each: (each[0], int(each[1:])))
    text = json.dumps({name: kept[name] for name in order}, indent=0)
    write_atomically(folder / _CONFIRMED, f"{text}\n".encode())


def _sentences(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, id and sentence of each statement; what follows an item without indent does not belong to it."""
    lines = text.splitlines()
    for index, line in enumerate(lines):
        found = _ITEM.fullmatch(line)
        if found:
            more = []
            for each in lines[index + 1 :]:
                if not each.startswith("  "):
                    break
                more.append(each)
            yield index + 1, found[1], " ".join([found[2], *more])


def _hash(sentence: str) -> str:
    """Return the hash of a sentence, however its lines are broken."""
    return hashlib.sha256(" ".join(sentence.split()).encode("utf-8")).hexdigest()[:16]


def _text(path: Path) -> str:
    try:
        return decode_utf8(path.read_bytes())
    except OSError as problem:
        raise UsageError(f"cannot read `{path.as_posix()}`: {system_reason(problem)}") from None
    except InvalidJSON as problem:
        raise UsageError(f"`{path.as_posix()}` {problem.problem}") from None


def _confirmed(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        found = _READER.read(_text(path))
    except InvalidJSON as problem:
        raise UsageError(f"`{path.as_posix()}` {problem.problem}") from None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise UsageError(
            f"`{path.as_posix()}` is no mapping from ids to hashes: write it with `trace --confirm`"
        )
    return found
