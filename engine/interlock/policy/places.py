"""Where each character of a YAML scalar stands in the file, whatever its style and indentation.

YAML changes only white space and escapes on the way from the file to the value, so the visible characters of
the value are those of the source, in the same order. White space takes the place after the character before it.
"""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["places"]

Place = tuple[int, int]

_ESCAPE_DIGITS = {"x": 2, "u": 4, "U": 8}


def places(text: str, raw: str, style: str, line: int, column: int) -> list[Place]:
    """Return (line, column) of every character of `text` and of the place after the last one.

    `raw` is the scalar as it stands in the file, beginning at (`line`, `column`), both counted from 1.
    """
    visible = _visible(raw, style, line, column)
    found: list[Place] = []
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


def _visible(raw: str, style: str, line: int, column: int) -> Iterator[tuple[Place, int]]:
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
