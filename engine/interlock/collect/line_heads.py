"""Tells whether a line of a log begins like a record, with a time or a level, and where it may hold another one.

A record that the source's pattern does not match must not pass for a line of the record above, such as a traceback. Its
first bytes may be lost, or the newline before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

__all__ = ["begins_a_record", "inner_times", "is_level"]

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_CLOCK = r"\d{1,2}:\d\d(?!\d)"
_TIME = "|".join(
    (
        r"\d{4}([-/.])\d{1,2}\1\d{1,2}(?!\d)",  # 2026-03-30, 2026/03/30
        r"\d{1,2}([-/.])\d{1,2}\2(?:\d\d){1,2}(?!\d)",  # 30.03.2026, 03/30/26
        r"(?:19|20)\d{6}(?!\d)",  # 20260330, 20260330T062400Z
        rf"\d{{1,2}}[-/ .]{{1,2}}{_MONTH}\b",  # 30/Mar/2026, 30 Mar
        rf"(?:{_DAY},? +)?(?:\d{{1,2}} +)?{_MONTH} +\d{{1,2}}\b",  # Mon Mar 30
        rf"{_DAY},? +\d",
        r"\d{4}-W\d\d",
        _CLOCK,
        rf"[iwefdv]\d{{4}} +{_CLOCK}",  # I0330 06:24:00
        r"\d{10}(?:\d{3}|\d{6}|\d{9})?(?!\d)",  # seconds, milli-, micro- or nanoseconds since 1970
    )
)
_LEVEL = (
    "trace|debug|verbose|info|information|notice|success|warn|warning|alert|error|err|exception|severe|critical|crit|"
    "emergency|emerg|fatal|panic"
)
_KEY = "time|timestamp|ts|t|at|asctime|date|datetime|created|level|levelname|lvl|severity"
_LEAD = rf"(?:{_LEVEL}|{_KEY}|\d+)"
_SIGNS = r"(?:\x1b\[[0-9;]*[A-Za-z]|\W|_)*"
"""What may stand before, between and after the first words: brackets, blanks, colours of a terminal."""

_CASED = _LEVEL.replace("exception|", "")
"""The levels that count in any case: a traceback may end with `Exception: …`."""
_LEVEL_KEY = "(?:level|levelname|lvl|severity)[\"']?\\s*[=:]\\s*[\"']?"
_NUMBERED = r"(?:level|lvl)\s*\d+"
"""How loggers write a level that has no name: `Level 45`."""

_LEVEL_FIRST = re.compile(
    rf"{_SIGNS}(?:(?:{_LEVEL.upper()})(?!\w)"
    rf"|(?i:(?:{_KEY})[\"']?\s*[=:]\s*[\"']?(?:{_LEVEL})\b|{_LEVEL_KEY}\d+\b|{_NUMBERED}\b))",
    re.ASCII,
)
_WORD_FIRST = re.compile(rf"(?:[^\w\s]|_)*(?:{_CASED})(?![\w(/]|\.\w)", re.IGNORECASE | re.ASCII)
_WORD_INDENTED = re.compile(rf"\s+(?:[^\w\s]|_)*(?:{_CASED})(?:[])>|:]|\s+-\s)", re.IGNORECASE | re.ASCII)
"""A level in any case, in front of a line; in an indented one, which may be code, a sign stands behind it."""

_BETWEEN = re.compile(rf"\s[-|]\s+(?:{_LEVEL}|{_NUMBERED})\s+[-|](?:\s|\Z)", re.IGNORECASE | re.ASCII)
"""A level between the signs with which loggers part their fields."""


_NEAR = 40
"""So many characters of a line that is not indented may stand before a time or a level: the name of a host, a key."""

_NEAR_TIME = re.compile(
    r"(?<![\d:])\d{1,2}:\d\d:\d\d(?![\d:])|\d{4}([-/.])\d\d\1\d\d[T_ ]\d\d:?\d\d", re.ASCII
)
_NEAR_LEVEL = re.compile(rf"(?<![A-Z0-9_])(?:{_LEVEL.upper()})(?!\w)", re.ASCII)
_NAMED_LEVEL = re.compile(rf"\b{_LEVEL_KEY}(?:{_LEVEL}|\d+)\b", re.IGNORECASE | re.ASCII)
_ENDS = {each[cut:].upper() for each in _LEVEL.split("|") for cut in range(1, len(each) - 2)}
_CUT_LEVEL = re.compile(rf"(?:{'|'.join(sorted(_ENDS, key=len, reverse=True))})(?![\w/-])", re.ASCII)
_EXCEPTION = re.compile(
    r"(?:\w+\.)*[A-Z]\w*(?:Error|Exception|Warning|Exit|Interrupt|Timeout|Iteration)\b|(?:[a-z_]\w*\.)+[A-Z]\w*:",
    re.ASCII,
)
"""How the last line of a traceback begins; its text may name a time or a level."""

_IS_LEVEL = re.compile(rf"\W*(?:{_LEVEL})\W*", re.IGNORECASE | re.ASCII)
_JOINTS = "([{<'\"=:/_-,;|@~#+*&>"
"""What may stand right before a time within a text."""

_SHOWN = 16
_LONGEST_TIME = 40
"""No time is longer; what a pattern takes for one may be."""


def begins_a_record(line: str, words: int = 0, time: str = "") -> bool:
    """Tell whether a line begins like a record: with a level in any case, or with a time, at once or after signs and so
    many words; or has a level as a field of its own, between dashes.

    If it is not indented and no end of a traceback, a time or a level may also stand in its first characters, or what
    is left of a level or of a time such as `time`, whose first characters are lost.
    """
    heads = (_head(words), _LEVEL_FIRST, _WORD_FIRST, _WORD_INDENTED)
    if any(each.match(line) for each in heads) or _BETWEEN.search(line):
        return True
    if line[:1].isspace() or _EXCEPTION.match(line):
        return False
    near = (_NEAR_TIME.search(line, 0, _NEAR + _SHOWN), _NEAR_LEVEL.search(line, 0, _NEAR + _SHOWN))
    return bool(
        any(found and found.start() <= _NEAR for found in near)
        or _NAMED_LEVEL.search(line)
        or _CUT_LEVEL.match(line)
        or _cut_time(_shape(time[:_LONGEST_TIME])).match(line)
    )


def inner_times(line: str, time: str, after: int) -> Iterator[tuple[int, int, bool]]:
    """Yield where the brackets before times of the same form as `time`, and the times, stand in a line after a place.

    The last value is whether they stand right behind other text, as where a newline is lost.
    """
    if len(time) < 8 or time.isdigit():
        return
    for found in _inner(_shape(time[:_SHOWN])).finditer(line, after):
        opening = found.start()
        while opening and line[opening - 1] in "[(<":
            opening -= 1
        before = line[opening - 1 : opening] if opening else ""
        yield opening, found.start(), not (before.isspace() or before in _JOINTS)


def is_level(text: str) -> bool:
    """Tell whether a text is a level, in any case and in any brackets."""
    return bool(_IS_LEVEL.fullmatch(text))


def _shape(time: str) -> str:
    """Return an expression for the texts that differ from a time in digits and letters only."""
    return "".join(
        r"\d" if each.isdigit() else "[A-Za-z]" if each.isalpha() else re.escape(each) for each in time
    )


@lru_cache(maxsize=64)
def _inner(shape: str) -> re.Pattern[str]:
    return re.compile(shape, re.ASCII)


@lru_cache(maxsize=64)
def _cut_time(shape: str) -> re.Pattern[str]:
    """Return the expression for the ends of a time that hold a part of its clock."""
    parts = re.findall(r"\\.|\[A-Za-z\]|[^\\]", shape)
    ends = ["".join(parts[cut:]) for cut in range(1, len(parts) - 2) if ":" in parts[cut:]]
    return re.compile(rf"(?:{'|'.join(ends)})(?!\w)" if ends else r"(?!)", re.ASCII)


@cache
def _head(words: int) -> re.Pattern[str]:
    lead = rf"(?:{_LEAD}(?!\w){_SIGNS}){{0,3}}"
    text = rf"(?:\S+\s+){{0,{words}}}{_SIGNS}{lead}(?:{_TIME})"
    return re.compile(text, re.IGNORECASE | re.ASCII)
