"""Names of people as they are typed: one that could be read as another's is refused."""

from __future__ import annotations

import unicodedata

__all__ = ["person_complaint"]

_TOGETHER = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
_LATIN_SHAPES = frozenset("АВЕЗКМНОРСТУХЅІЈԚԜавеорсухѕіјһԁԛԝгпкмтн" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧανοριτυχκ")
"""Cyrillic and Greek letters that look like Latin ones."""
_SIGNS = "'-._@ "
_OVERLAY = 1
"""The combining class of lines through a letter."""


def person_complaint(name: str) -> str | None:
    """Return what is wrong with a name: invisible and other signs, digits but 0 to 9, second forms, mixed alphabets.

    None where nothing is. Such names would let one person count as two, or as another.
    """
    for each in name:
        if not each.isprintable():
            return f"holds the invisible character U+{ord(each):04X}"
        if unicodedata.category(each) == "Nd" and not each.isascii():
            return f"holds the digit U+{ord(each):04X}: write 0 to 9"
    plain = unicodedata.normalize("NFC", name)
    strange = next((each for each in plain if unicodedata.normalize("NFKC", each) != each), None)
    if strange is not None:
        usual = unicodedata.normalize("NFKC", strange)
        return f"holds U+{ord(strange):04X}, a second form of another character: write `{usual}`"
    for each in plain:
        if unicodedata.combining(each) == _OVERLAY:
            return f"holds U+{ord(each):04X}, a line through a letter: write the letter alone"
        if not (each.isalnum() or each in _SIGNS or unicodedata.category(each).startswith("M")):
            return f"holds U+{ord(each):04X}: write letters, digits, spaces and {' '.join(_SIGNS.strip())}"
    letters = [each for each in plain if each.isalpha()]
    scripts = sorted({_script(each) for each in letters})
    if len(scripts) > 1:
        return f"mixes letters of {' and '.join(scripts)}: write it in one alphabet"
    if letters and _LATIN_SHAPES.issuperset(letters):
        hint = "write it in full, or in Latin letters"
        return f"is written in {scripts[0]} letters that all look like Latin ones: {hint}"
    return None


def _script(letter: str) -> str:
    """The first word of a letter's name is its script; scripts that are written together count as one."""
    first = unicodedata.name(letter, "UNKNOWN").split()[0]
    return "East Asian" if first in _TOGETHER else first.capitalize()
