"""Values of a YAML document with their places in the file, and typed access to the keys of a checked mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ...diagnostics import Span
from ...language.times import parse_duration

__all__ = ["Atom", "Mapping", "Node", "Scalar", "Sequence", "plain"]

Atom = str | bool | Decimal | None

_Place = tuple[int, int]
_ESCAPE_DIGITS = {"x": 2, "u": 4, "U": 8}


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. `text` is the value as written, without quotes, and `raw` with them; `style` is one of plain,
    single, double, literal, folded; `comment` is whether a comment follows on its last line."""

    value: Atom
    text: str
    style: str
    span: Span
    raw: str = field(repr=False)
    comment: bool = False

    @property
    def is_quoted(self) -> bool:
        """Whether it is text by its quotes or its block, whatever it holds."""
        return self.style != "plain"

    def locator(self) -> Callable[[int, int], Span]:
        """Return a function that gives the span of the characters `start` up to (not including) `end` of `text`."""
        quote = 0 if self.raw == self.text else 1
        if self.raw[quote : len(self.raw) - quote] == self.text and "\n" not in self.raw:
            return self._on_one_line(self.span.column + quote)
        found = _places(self.text, self.raw, self.style, self.span.line, self.span.column)

        def locate(start: int, end: int) -> Span:
            line, column = found[min(max(start, 0), len(found) - 1)]
            end_line, end_column = found[min(max(end - 1, start, 0), len(found) - 1)]
            return Span(self.span.file, line, column, end_line, end_column + 1)

        return locate

    def _on_one_line(self, first: int) -> Callable[[int, int], Span]:
        """The usual case: the characters stand in the file as they are, side by side."""
        file, line = self.span.file, self.span.line

        def locate(start: int, end: int) -> Span:
            return Span(file, line, first + start, line, first + max(end, start + 1))

        return locate


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list, in order."""

    items: tuple[Node, ...]
    span: Span

    @property
    def scalars(self) -> tuple[Scalar, ...]:
        """Its items that are single values."""
        return tuple(each for each in self.items if isinstance(each, Scalar))

    @property
    def mappings(self) -> tuple[Mapping, ...]:
        """Its items that are mappings."""
        return tuple(each for each in self.items if isinstance(each, Mapping))

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of its single values."""
        return tuple(each.text for each in self.scalars)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in the order of the file; keys are text and unique.

    The accessors read a document that keeps its schema: a key that is absent, or whose value is of another form, gives
    None, an empty text, or an empty collection that stands where the mapping does.
    """

    pairs: tuple[tuple[Scalar, Node], ...]
    span: Span

    def get(self, key: str) -> Node | None:
        """Return the value under `key`, or None."""
        for name, value in self.pairs:
            if name.text == key:
                return value
        return None

    def key(self, key: str) -> Scalar | None:
        """Return the key itself, for its place."""
        return next((name for name, _ in self.pairs if name.text == key), None)

    def items(self) -> Iterator[tuple[str, Node]]:
        """Iterate over (key, value)."""
        return ((name.text, value) for name, value in self.pairs)

    def has(self, key: str) -> bool:
        """Tell whether there is a value under `key`."""
        return self.get(key) is not None

    def scalar(self, key: str) -> Scalar | None:
        """Return the single value under `key`, or None."""
        value = self.get(key)
        return value if isinstance(value, Scalar) else None

    def text(self, key: str, default: str = "") -> str:
        """Return the text of the single value under `key`."""
        value = self.get(key)
        return value.text if isinstance(value, Scalar) else default

    def flag(self, key: str) -> bool:
        """Tell whether the value under `key` is `true`."""
        value = self.get(key)
        return isinstance(value, Scalar) and value.value is True

    def number(self, key: str) -> Decimal | None:
        """Return the number under `key`, or None."""
        value = self.get(key)
        return value.value if isinstance(value, Scalar) and isinstance(value.value, Decimal) else None

    def duration(self, key: str) -> Decimal | None:
        """Return the seconds of the duration under `key`, or None."""
        return parse_duration(self.text(key))

    def mapping(self, key: str) -> Mapping:
        """Return the mapping under `key`, or an empty one."""
        value = self.get(key)
        return value if isinstance(value, Mapping) else Mapping((), self.span)

    def sequence(self, key: str) -> Sequence:
        """Return the list under `key`, or an empty one."""
        value = self.get(key)
        return value if isinstance(value, Sequence) else Sequence((), self.span)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of the list under `key`."""
        return self.sequence(key).texts

    def span_of(self, key: str) -> Span:
        """Return where the value under `key` stands, or the mapping where there is none."""
        value = self.get(key)
        return self.span if value is None else value.span

    def key_span(self, key: str) -> Span:
        """Return where `key` itself stands, or the mapping where there is none."""
        found = self.key(key)
        return self.span if found is None else found.span

    @property
    def tables(self) -> tuple[tuple[Scalar, Mapping], ...]:
        """Its keys whose values are mappings, with these."""
        return tuple((key, value) for key, value in self.pairs if isinstance(value, Mapping))

    @property
    def lists(self) -> tuple[tuple[Scalar, Sequence], ...]:
        """Its keys whose values are lists, with these."""
        return tuple((key, value) for key, value in self.pairs if isinstance(value, Sequence))


Node = Scalar | Sequence | Mapping


def plain(node: Node) -> object:
    """Return the value without its places: dict, list, str, bool, Decimal or None."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(each) for each in node.items]
        case Mapping():
            return {key: plain(value) for key, value in node.items()}


def _places(text: str, raw: str, style: str, line: int, column: int) -> list[_Place]:
    """Return (line, column) of every character of `text` and of the place after the last one.

    `raw` is the scalar as it stands in the file, beginning at (`line`, `column`), both counted from 1.
    """
    visible = _visible(raw, style, line, column)
    found: list[_Place] = []
    after = (line, column)
    for character in text:
        if character.isspace():
            found.append(after)
            after = (after[0], after[1] + 1)
            continue
        place, width = next(visible, (after, 1))
        found.append(place)
        after = (place[0], place[1] + width)
    found.append(after)
    return found


def _visible(raw: str, style: str, line: int, column: int) -> Iterator[tuple[_Place, int]]:
    """Yield the place and width in the source of every visible character of the value."""
    index, stop = 0, len(raw)
    if style in ("literal", "folded"):
        index = raw.find("\n") + 1
        line, column = line + 1, 1
    elif style in ("single", "double"):
        index, stop, column = 1, stop - 1, column + 1
    while index < stop:
        character = raw[index]
        width = 1
        shown = not character.isspace()
        if style == "single" and raw.startswith("''", index):
            width = 2
        elif style == "double" and character == "\\":
            width, shown = _escape(raw, index)
        if shown:
            yield (line, column), width
        if "\n" in raw[index : index + width]:
            line, column = line + 1, 1
        else:
            column += width
        index += width


def _escape(raw: str, index: int) -> tuple[int, bool]:
    """Return the width of the escape at `index` of a double-quoted scalar and whether it shows."""
    letter = raw[index + 1 : index + 2]
    digits = _ESCAPE_DIGITS.get(letter, 0)
    if digits:
        code = int(raw[index + 2 : index + 2 + digits], 16)
        return 2 + digits, not chr(code).isspace()
    return 2, letter not in "\n\r tnrvfNLP_\t"
