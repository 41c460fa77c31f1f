"""Tells whether a line of a log begins like a record: with a time, or with a level.

A record that the source's pattern does not match must not pass for a line of the record above, such as a traceback.
"""

from __future__ import annotations

import re
from functools import cache

__all__ = ["begins_a_record"]

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

_LEVEL_FIRST = re.compile(
    rf"{_SIGNS}(?:(?:{_LEVEL.upper()})(?!\w)|(?i:(?:{_KEY})[\"']?\s*[=:]\s*[\"']?(?:{_LEVEL})\b))", re.ASCII
)


def begins_a_record(line: str, words: int = 0) -> bool:
    """Tell whether a line begins with a level, or with a time: at once, or after signs, a level, or so many words."""
    return bool(_head(words).match(line) or _LEVEL_FIRST.match(line))


@cache
def _head(words: int) -> re.Pattern[str]:
    lead = rf"(?:{_LEAD}(?!\w){_SIGNS}){{0,3}}"
    text = rf"(?:\S+\s+){{0,{words}}}{_SIGNS}{lead}(?:{_TIME})"
    return re.compile(text, re.IGNORECASE | re.ASCII)
