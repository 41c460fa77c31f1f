"""The interface of a source format: how an artefact becomes records, and what a source of this format may declare."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ..artefact_root import Artefact, Root
from ..json_documents import decode
from ..model import RowsSource
from ..unreadable import Unreadable

__all__ = ["UNFINISHED", "Contents", "Format", "Record", "split_end", "text_of", "text_records"]

UNFINISHED: Final = object()
"""The value of the record that stands for an unfinished last line, which counts as not yet written."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row as the artefact holds it.

    `value` is a mapping from names to values, or any JSON value where columns are found by pointer. `part` says what
    `number` counts, for example lines; it is empty where the record is the whole file. `names` are what the stars of
    `rows` stood for, `top` is the value of the whole file.
    """

    file: str
    part: str
    number: int
    value: object
    names: tuple[str, ...] = ()
    top: object = None

    @property
    def place(self) -> str:
        """Where the record is: `line 41 of data/rl/shadow_decisions.jsonl`."""
        return f"{self.part} {self.number} of {self.file}" if self.part else self.file


@dataclass(frozen=True, slots=True)
class Contents:
    """The records of an artefact in file order, and its value as a whole where it has one.

    `files` are what the artefact names and was read too; the last of them holds the records.
    """

    records: Iterable[Record]
    top: object = None
    files: tuple[Artefact, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """A format of rows sources.

    `read` returns the contents of an artefact; it raises Unreadable, at once or while the records are taken, if a part
    of the artefact is torn. `takes` is what a sources document may write for this format and not for every other: keys
    (`table`), values (`torn: tail`), the column type `json`; `needs` are the keys that it must write.
    """

    name: str
    read: Callable[[Root, Artefact, RowsSource], Contents]
    takes: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()
    by_pointer: bool = False
    """A column finds its value by a JSON pointer, not by a name."""
    text_only: bool = False
    """Every value is text, which is read as the column's type; otherwise values are typed and never converted."""
    integer_bools: bool = False
    """The numbers 1 and 0 are true and false."""
    beside: tuple[str, ...] = ()
    """How the names of files beside an artefact end that may hold rows newer than its date."""


def text_of(artefact: Artefact, source: RowsSource) -> str:
    """Return the text of an artefact, empty if it is blank and may be; Unreadable if it is not UTF-8, or blank."""
    text = decode(artefact.data, artefact.name)
    if text.strip():
        return text
    if source.may_be_empty:
        return ""
    raise Unreadable("missing", f"{artefact.name} is empty")


def text_records(
    records: Callable[[str, str, RowsSource], Iterable[Record]],
) -> Callable[[Root, Artefact, RowsSource], Contents]:
    """Return the `read` of a format whose records come from (text, name of the file, source)."""
    return lambda _, artefact, source: Contents(records(text_of(artefact, source), artefact.name, source))


def split_end(text: str, file: str, source: RowsSource) -> tuple[str, list[Record]]:
    """Return the text up to its last newline, and the record of an unfinished line after it, if there is one.

    A last line without its newline may be half a line, and half a number reads as a number. Unreadable if there is one
    and the source does not say `torn: tail`, or if the text has NUL bytes: a block of the file was never written.
    """
    if "\0" in text:
        raise Unreadable("torn source", f"{_line(text[: text.index(chr(0))], file)} has NUL bytes")
    if not text or text.endswith("\n"):
        return text, []
    if source.torn != "tail":
        raise Unreadable("torn source", f"{_line(text, file)} has no end")
    whole, newline, _ = text.rpartition("\n")
    return whole + newline, [Record(file, "line", text.count("\n") + 1, UNFINISHED)]


def _line(before: str, file: str) -> str:
    return f"line {before.count(chr(10)) + 1} of {file}"
