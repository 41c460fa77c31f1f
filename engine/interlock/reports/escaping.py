"""Text of any origin made inert: for Markdown, for a line of a terminal, for an annotation of a code host."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

from ..diagnostics import printable

__all__ = ["Safe", "annotation", "code", "json_text", "line", "link", "markdown"]


class Safe(str):
    """Text that is Markdown already and is not escaped again."""

    __slots__ = ()


_TAG = re.compile(r"<(?![ =\d])")
_ENTITY = re.compile(r"&(?=[#A-Za-z])")
_MARKUP = re.compile(r"[\\`*\[\]~]|(?<![^\W_])_|_(?![^\W_])")
_OPENING = re.compile(r"[-+](?=[-+ ]|$)|[>#=:]")
_NUMBERED = re.compile(r"\d{1,9}[.)](?= |$)")
_TARGET = re.compile(r"[A-Za-z0-9._~/?#&=%+,@:;!$-]+")
_FILE = re.compile(r"[^?#]+\.[A-Za-z]{2,5}(?:[?#].*)?")


def line(text: str) -> str:
    """Return the text on one line, with every character that could control a terminal shown as its escape."""
    return printable(" ".join(text.split()))


def markdown(value: object) -> str:
    """Return a value as Markdown that shows just its characters, in a paragraph, a list or a cell of a table.

    A text between two backticks, as names are written in messages, becomes a code span.
    """
    if isinstance(value, Safe):
        return value
    parts = line("" if value is None else str(value)).split("`")
    if len(parts) > 1 and len(parts) % 2 and all(parts[2:-1:2]) and all(map(_spans, parts[1::2])):
        spans = [f"`{each}`" if index % 2 else _inert(each) for index, each in enumerate(parts[1:], 1)]
        return Safe("".join([_opened(parts[0]), *spans]))
    return Safe(_opened("`".join(parts)))


def _spans(text: str) -> bool:
    """Whether a code span can hold the text as it is."""
    return bool(text) and text.strip() == text and "`" not in text and "|" not in text


def _inert(text: str) -> str:
    text = _ENTITY.sub("&amp;", text)
    text = _TAG.sub("&lt;", text)
    text = _MARKUP.sub(lambda found: f"\\{found[0]}", text)
    return text.replace("|", "&#124;")


def _opened(text: str) -> str:
    """Return inert text that begins nothing either: no list, no heading, no quotation, no rule."""
    opening = _OPENING.match(text) or _NUMBERED.match(text)
    if opening is None:
        return _inert(text)
    last = opening.end() - 1
    return f"{text[:last]}&#{ord(text[last])};{_inert(text[last + 1 :])}"


def code(value: object) -> str:
    """Return a value in a code span; where it holds what would end one it is escaped as text instead."""
    text = line("" if value is None else str(value))
    if not text:
        return Safe("")
    return Safe(f"`{text}`") if _spans(text) else Safe(_opened(text))


def link(value: object) -> str:
    """Return an address as a link where it is http, https or the relative path of a file; else as inert text."""
    text = line("" if value is None else str(value))
    return Safe(f"[{markdown(text)}]({text})") if _followable(text) else code(text)


def _followable(text: str) -> bool:
    if not _TARGET.fullmatch(text) or text.startswith(("//", "/")):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    if parts.scheme:
        return parts.scheme in ("http", "https") and bool(parts.netloc)
    return ":" not in text and _FILE.fullmatch(text) is not None


def json_text(text: str) -> str:
    """Return JSON of the same meaning in which no character controls a terminal or the log of a CI job."""
    escapes = {ord(each): json.dumps(each)[1:-1] for each in {*text} - {"\n"} if printable(each) != each}
    return "\n".join(map(printable, text.translate(escapes).split("\n")))


def annotation(text: str, more: str = "") -> str:
    """Return text that cannot end a workflow command early; `more` holds further characters to escape."""
    wrong = "%\r\n" + more
    return printable("".join(f"%{ord(each):02X}" if each in wrong else each for each in text))
