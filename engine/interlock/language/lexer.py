"""The lexical pass: finds literals, refuses what the language has no use for, and keeps every position.

The result has the length of the text. Strings and numbers become underscores, which Python reads as a name, and
are looked up by their place; so no escape, no float and no byte offset of Python's ever enters the language.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ..limits import EXPRESSION_CHARACTERS, EXPRESSION_DEPTH, EXPRESSION_NODES
from .literals import LITERAL, ParsedLiteral, parse_literal
from .slips import Slip, bracket_slip, money_slip, number_hint, unit_slip

__all__ = ["Lexed", "lex", "reserved"]

Complain = Callable[[str, str, int, int, str | None], None]

_SPACE = re.compile(r"\s+")
_STRING = re.compile(r"'[^'\\\n]*'|\"[^\"\\\n]*\"")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_NUMBERISH = re.compile(r"\.?[0-9](?:[0-9A-Za-z_.]|(?<=[eE])[-+](?=[0-9]))*%?", re.ASCII)
_SYMBOL = re.compile(r"===|!==|=>|=<|<=|>=|==|!=|<>|&&|\|\||\*\*|//|:=|->|<|>|[-+*/(),.=]")
_TOKENS = 3 * EXPRESSION_NODES

_OPERATORS = ("and", "or", "not", "in")
_JOINS = (*_OPERATORS, "is", "if", "else")
_AFTER_A_NAME = re.compile(r"\s*(?:[-+*/<>),]|[=!]=|(?:and|or|in|not)\b|\Z)")
_OWN = frozenset(
    {*_OPERATORS, "true", "false", "none", "never", "unlimited", "seen", "needed", "margin", "self"}
)
_OWN_BEGINNINGS = frozenset({"and", "or", "not", "true", "false", "none", "self"})
"""Words that the language, params or the templates of reasons read themselves: alone, and in front of a dot."""

_HINTS = {
    "===": "use `==`",
    "!==": "use `!=`",
    "=>": "use `>=`",
    "=<": "use `<=`",
    "&&": "use `and`",
    "||": "use `or`",
    "&": "use `and`",
    "|": "use `or`",
    "!": "use `not`",
    "<>": "use `!=`",
    "**": "powers are not part of the language",
    "//": "use `/`",
    "%": "`%` is the percent sign of a number, as in `55%`",
    ":=": "name it under `let:`",
    "^": "powers are not part of the language",
    ";": "one expression only: join conditions with `and`",
    "[": "lists and indexing are not part of the language: use a window such as `last=12`",
    "{": "sets come from metrics or params",
    "≤": "use `<=`",
    "≥": "use `>=`",
    "≠": "use `!=`",
    "×": "use `*`",
    "−": "use `-`",
    "“": "use straight quotes",
    "”": "use straight quotes",
    "‘": "use straight quotes",
    "’": "use straight quotes",
}


@dataclass(slots=True)
class Lexed:
    """`code` is as long as the text; `literals` and `strings` hold values by offset, `ends` their ends. `words`
    are names and parts of names that are keywords of Python, which sees them with a capital letter."""

    code: str
    literals: dict[int, ParsedLiteral] = field(default_factory=dict)
    strings: dict[int, str] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)
    words: dict[int, str] = field(default_factory=dict)


def reserved(name: str) -> str | None:
    """Return another name for one that the language reads itself, whole or by its beginning; None for any other."""
    first, dot, rest = name.partition(".")
    if dot:
        return f"{first}_{rest}" if first in _OWN_BEGINNINGS else None
    return f"{name}_value" if name in _OWN else None


def lex(text: str, complain: Complain) -> Lexed | None:
    """Return the lexed text, or None after complaints; `complain(code, message, start, end, hint)`."""
    if len(text) > EXPRESSION_CHARACTERS:
        complain("E301", f"the expression is longer than {EXPRESSION_CHARACTERS} characters", 0, 1, _SPLIT)
        return None
    return _Lexer(text, complain).run()


_SPLIT = "split it with `let:`"


class _Lexer:
    def __init__(self, text: str, complain: Complain) -> None:
        self.text = text
        self.complain = complain
        self.lexed = Lexed("")
        self.index = 0
        self.depth = 0
        self.prefixes = 0
        self.value_end = -1
        self.tokens: list[str] = []
        self.failed = False

    def run(self) -> Lexed | None:
        code: list[str] = []
        while self.index < len(self.text):
            start = self.index
            code.append(self.token())
            if (
                len(self.tokens) > _TOKENS
                or self.depth > EXPRESSION_DEPTH
                or self.prefixes > EXPRESSION_DEPTH
            ):
                limit = f"the expression has more than {EXPRESSION_NODES} parts or {EXPRESSION_DEPTH} levels"
                self.complain("E301", limit, start, self.index, _SPLIT)
                return None
        self.lexed.code = "".join(code)
        return None if self.failed else self.lexed

    def token(self) -> str:
        """Take one token and return what Python shall see in its place, of the same length."""
        slip = self.slip()
        if slip is not None:
            start, self.index = self.index, slip.end
            self.value_end = self.index
            code = "E303" if self.text[start] in "[{" else "E322"
            return self.refuse(code, slip.message, start, slip.hint)
        for pattern, take in (
            (_SPACE, self.space),
            (_STRING, self.string),
            (_NUMBERISH, self.number),
            (_WORD, self.word),
            (_SYMBOL, self.symbol),
        ):
            match = pattern.match(self.text, self.index)
            if match:
                start, self.index = self.index, match.end()
                shown = take(match[0], start)
                if shown.strip():
                    self.note(match[0])
                return shown
        return self.stray()

    def slip(self) -> Slip | None:
        """Return the number, amount or bracket that begins here, if the language writes it otherwise."""
        character = self.text[self.index]
        if character in "[{":
            return bracket_slip(self.text, self.index)
        number = character.isascii() and character.isdigit() and self.value_end != self.index
        if character not in "$€£¥" and not number:
            return None
        return money_slip(self.text, self.index, self.depth) or unit_slip(self.text, self.index)

    def note(self, token: str) -> None:
        self.tokens.append(token)
        self.prefixes = self.prefixes + 1 if token in ("not", "-", "+") else 0
        self.depth += (token == "(") - (token == ")")

    def refuse(self, code: str, message: str, start: int, hint: str | None) -> str:
        self.failed = True
        self.complain(code, message, start, self.index, hint)
        return "_" * (self.index - start)

    def space(self, token: str, start: int) -> str:
        return " " * len(token)

    def string(self, token: str, start: int) -> str:
        if self.adjoins(start):
            return self.adjoined(token, start)
        self.lexed.strings[start] = token[1:-1]
        self.lexed.ends[start] = self.index
        return "_" * len(token)

    def adjoins(self, start: int) -> bool:
        """Tell whether a value or word ends right here: Python would read the two as one name."""
        before, self.value_end = self.value_end, self.index
        return start == before

    def adjoined(self, token: str, start: int) -> str:
        return self.refuse("E302", f"an operator is missing before `{token}`", start, None)

    def number(self, token: str, start: int) -> str:
        match = LITERAL.match(self.text, start)
        if match and len(match[0]) < len(token) and match[0] + "%" == token and self.operand_follows():
            token = match[0]
        literal = parse_literal(token)
        if self.adjoins(start):
            return self.adjoined(token, start)
        if literal is None:
            return self.refuse("E322", f"`{token}` is not a number", start, _number_hint(token))
        if token.endswith("%") and self.operand_follows():
            return self.refuse(
                "E303", "`%` between two values is not part of the language", start, _HINTS["%"]
            )
        self.lexed.literals[start] = literal
        self.lexed.ends[start] = self.index
        return "_" * len(token)

    def operand_follows(self) -> bool:
        return re.match(r"\s*(?:[A-Za-z0-9_(.'\"])", self.text[self.index :]) is not None and not re.match(
            r"\s*(?:and|or|not|in|then)\b", self.text[self.index :], re.IGNORECASE
        )

    def word(self, token: str, start: int) -> str:
        if self.adjoins(start):
            return self.adjoined(token, start)
        if not keyword.iskeyword(token) or not self.is_name(token):
            return token
        self.lexed.words[start] = token
        return token.capitalize()

    def is_name(self, token: str) -> bool:
        """Tell whether a keyword of Python stands where the language has a name, as in `yield.curve`."""
        before = self.tokens[-1] if self.tokens else ""
        if before == ".":
            return True
        if (re.match(r"[A-Za-z0-9_'\"]", before) and before not in _JOINS) or before == ")":
            return False
        if re.match(r"\.[A-Za-z_]", self.text[self.index :]):
            return True
        return token not in _OPERATORS and _AFTER_A_NAME.match(self.text, self.index) is not None

    def symbol(self, token: str, start: int) -> str:
        if token in _HINTS:
            return self.refuse("E303", f"`{token}` is not part of the language", start, _HINTS[token])
        if token == "=" and not self.names_an_option():
            return self.refuse("E303", "`=` does not compare", start, "did you mean `==`?")
        return token

    def names_an_option(self) -> bool:
        return self.depth > 0 and len(self.tokens) > 1 and self.tokens[-2] in ("(", ",")

    def stray(self) -> str:
        start, character = self.index, self.text[self.index]
        self.index += 1
        if character in "'\"":
            self.index = len(self.text)
            word = re.match(r"[A-Za-z0-9_./-]*", self.text[start + 1 :])
            closed = f"write `{character}{word[0]}{character}`" if word and word[0] else "close it"
            hint = "backslashes have no meaning in quotes" if "\\" in self.text[start:] else closed
            return self.refuse("E302", "the quote is not closed", start, hint)
        if character == "#":
            self.index = len(self.text)
            hint = "move the comment to a line of its own"
            return self.refuse("E318", "a comment inside an expression", start, hint)
        if not character.isascii() and character not in _HINTS:
            shown = (
                f"`{character}` (U+{ord(character):04X})"
                if character.isprintable()
                else f"U+{ord(character):04X}"
            )
            return self.refuse("E319", f"{shown} is not an ASCII character", start, "names are ASCII letters")
        return self.refuse("E303", f"`{character}` is not part of the language", start, _HINTS.get(character))


def _number_hint(token: str) -> str:
    written = number_hint(token)
    if written and parse_literal(written) is not None:
        return f"write `{written}`"
    return (
        "write a decimal with one of the units `% bps s m h d w` or a currency, as in `55%`, `2h`, `500USD`"
    )
