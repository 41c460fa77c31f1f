"""What a newcomer writes by habit from other languages, and what to write instead, in the writer's own text."""

from __future__ import annotations

import re
from collections.abc import Container
from decimal import Decimal
from typing import NamedTuple

from ..canonical import plain_number

__all__ = ["Slip", "bracket_slip", "function_hint", "is_hint", "member_hint", "money_slip", "number_hint",
           "syntax_hint", "unit_slip", "word_hint"]  # fmt: skip

_NUMBER = r"(?:[0-9][0-9,_]*(?:\.[0-9]+)?|\.[0-9]+)"
_UNITS = {
    "%": "%", "percent": "%", "pct": "%", "pc": "%", "bps": "bps", "bp": "bps",
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "m": "m", "min": "m", "mins": "m", "minute": "m",
    "minutes": "m", "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "d": "d", "day": "d", "days": "d",
    "w": "w", "wk": "w", "week": "w", "weeks": "w",
}  # fmt: skip
_FACTORS = {"k": 1000, "K": 1000, "m": 10**6, "M": 10**6, "mn": 10**6, "bn": 10**9, "B": 10**9}
_CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_MONEY = re.compile(rf"([$€£¥])\s*({_NUMBER})([kKmM]|mn|bn)?(?![.,]?[A-Za-z0-9_])|({_NUMBER})\s*([$€£¥])")
_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?([A-Z]{3})?(?![0-9A-Za-z_,])")
_APART = re.compile(r"([0-9]+(?:\.[0-9]+)?)[ \t]+(%|[A-Za-z]+)(?![A-Za-z0-9_.(])")
_LONGEST = 30
_NO_CURRENCY = ("AND", "NOT")
_FUNCTIONS = {
    "mean": ("avg", "average", "mean_of", "sma", "ma", "rolling_mean"), "stdev": ("std", "stddev", "sd", "sigma"),
    "count": ("count_if", "countif", "num", "n", "cnt", "count_where"), "size": ("len", "length", "card"),
    "last": ("latest", "newest", "current", "tail", "value"), "previous": ("prev", "lag", "shift"),
    "change": ("diff", "delta", "difference"), "quantile": ("percentile", "pctl", "quantile_of"),
    "streak": ("consecutive", "in_a_row", "run_length"), "sum": ("total", "cumsum", "sum_of"),
    "min": ("minimum", "least"), "max": ("maximum", "highest"), "since": ("time_since", "elapsed"),
    "known": ("exists", "is_known", "notnull", "not_null", "isnotnull", "defined"), "default": ("coalesce", "ifnull"),
    "drawdown": ("max_drawdown", "maxdd", "mdd", "dd"), "share": ("ratio", "fraction", "pct", "percent_of"),
    "not known": ("isnull", "is_null", "isnan", "is_nan", "isna", "missing", "is_missing"),
}  # fmt: skip
_BY_SYNONYM = {synonym: name for name, synonyms in _FUNCTIONS.items() for synonym in synonyms}


class Slip(NamedTuple):
    """A stretch of the text that is a slip: its end, what is wrong with it, and what to write."""

    end: int
    message: str
    hint: str


def money_slip(text: str, start: int, depth: int) -> Slip | None:
    """Return an amount such as `$400,000`, `€5`, `5$` or, outside of brackets, `400,000`."""
    match = _MONEY.match(text, start)
    if match and len(match[0]) <= _LONGEST:
        written, sign = (match[2], match[1]) if match[1] else (match[4], match[5])
        number = _number(written)
        two_ways = not match[3] and re.fullmatch(r"[0-9]{1,3}\.[0-9]{3}", written)
        known = number is not None and not two_ways
        amount = (
            plain_number(number * _FACTORS.get(match[3] or "", 1)) if known and number is not None else None
        )
        hint = f"write `{amount or 'AMOUNT'}{_CURRENCIES[sign]}`"
        return Slip(match.end(), f"`{match[0]}` is not an amount of the language", hint)
    match = _GROUPS.match(text, start)
    if match and (depth == 0 or ",0" in match[0]):
        hint = f"write `{match[0].replace(',', '')}`"
        return Slip(match.end(), f"`{match[0]}` has a separator of thousands", hint)
    return None


def unit_slip(text: str, start: int) -> Slip | None:
    """Return a number with a blank before its unit, such as `10 d`, `5 %`, `2 hours`, `400 USD`."""
    match = _APART.match(text, start)
    if not match or match[2] in _NO_CURRENCY:
        return None
    number, word = match[1], match[2]
    if (
        word == "%"
        and re.match(r"\s*[A-Za-z0-9_(.'\"]", text[match.end() :])
        and not re.match(r"\s*(?:and|or|not|in)\b", text[match.end() :], re.IGNORECASE)
    ):
        return None
    unit = _UNITS.get(word) or (word if re.fullmatch("[A-Z]{3}", word) else "")
    if not unit:
        return None
    return Slip(match.end(), f"a blank stands before the unit of `{match[0]}`", f"write `{number}{unit}`")


def number_hint(token: str) -> str | None:
    """Return a number whose unit or form the language has not as it has it; None where that is not known."""
    if len(token) > _LONGEST:
        return None
    if re.fullmatch(r"(?:[0-9]+[smhdw]){2,}", token):
        sizes = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
        total = sum(int(size) * sizes[unit] for size, unit in re.findall(r"([0-9]+)([smhdw])", token))
        return f"{total}s" if total % 60 else f"{total // 60}m"
    match = re.fullmatch(rf"({_NUMBER})\.?([A-Za-z]*|%)", token)
    if not match:
        return None
    number, word = _number(match[1]), match[2]
    if number is None:
        return None
    if word == "ms":
        return f"{plain_number(number / 1000)}s"
    if word in _FACTORS and word != "m":
        return plain_number(number * _FACTORS[word])
    unit = _UNITS.get(word.lower()) or (word.upper() if len(word) == 3 else "")
    return None if word and not unit else f"{plain_number(number)}{unit}"


def _number(text: str) -> Decimal | None:
    """Read digits with separators: a comma before three digits is one of thousands, a single other one is decimal."""
    plain = text.replace("_", "")
    if re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", plain):
        plain = plain.replace(",", "")
    elif "." not in plain:
        plain = plain.replace(",", ".", 1)
    return Decimal(plain) if "," not in plain else None


def bracket_slip(text: str, start: int) -> Slip | None:
    """Return what stands in square brackets or braces, after a name, `in` or a comparison."""
    match = re.compile(r"\[([^\[\]]*)\]|\{([^{}]*)\}").match(text, start)
    if not match:
        return None
    inside, before = (match[1] or match[2] or "").strip(), text[:start].rstrip()
    name = re.search(r"([A-Za-z_][A-Za-z0-9_.]*)$", before)
    member = re.search(r"([A-Za-z_][A-Za-z0-9_.]*)\s+(not\s+)?in$", before)
    message = f"`{match[0]}` is not part of the language"
    if member:
        alone = not before[: member.start()].strip() and not text[match.end() :].strip()
        return Slip(match.end(), message, _one_of(member[1], bool(member[2]), inside, alone))
    if not inside:
        return Slip(match.end(), message, "a set is empty where `size(…) == 0`")
    if not name:
        return None
    if re.fullmatch(r"-1|0", inside):
        return Slip(match.end(), message, f"the newest point is `last({name[1]})`")
    if inside == "-2":
        return Slip(match.end(), message, f"the point before the newest is `previous({name[1]})`")
    if window := re.fullmatch(r"-?([0-9]+)\s*:?|([0-9]+[smhdw])", inside):
        option = f"last={window[1]}" if window[1] else f"within={window[2]}"
        hint = f"a window stands in a function, as in `mean({name[1]}, {option})`"
        return Slip(match.end(), message, hint)
    word = inside.strip("'\"")
    return Slip(match.end(), message, member_hint(name[1], "SCOPE", word))


def member_hint(name: str, scope: str, member: str) -> str:
    """Return how a policy speaks of a metric at one member."""
    each = f"write `for_each: {scope}` in the policy, and `{name}` is that of its member"
    return f"{each}; a limit for `{member}` alone is `per: {{{member}: VALUE}}` of a param"


def _one_of(name: str, negated: bool, inside: str, alone: bool) -> str:
    """Return the comparisons with each value; in brackets, unless they are all there is: `and` goes before `or`."""
    if name in ("not", "and", "or"):
        return "compare one value at a time, joined with `or`"
    values = [each.strip() for each in inside.split(",") if each.strip()]
    shown = [each if re.match(r"['\"0-9]", each) else f"'{each}'" for each in values]
    sign, join = ("!=", " and ") if negated else ("==", " or ")
    written = join.join(f"{name} {sign} {each}" for each in shown)
    return f"write `{written}`" if alone or len(shown) < 2 else f"write `({written})`"


def function_hint(name: str, arguments: str, functions: Container[str]) -> str | None:
    """Return the function of the language for one of another language; `arguments` is the text in its brackets."""
    owner, dot, method = name.rpartition(".")
    called = _BY_SYNONYM.get(method.lower()) or (method if method in functions else None)
    if dot and called:
        given = f"{owner}, {arguments}" if arguments else owner
        return f"functions stand in front: write `{called}({given})`"
    if re.fullmatch(r"p[0-9]{1,2}", name):
        first, comma, rest = arguments.partition(",")
        return f"write `quantile({first}, {name[1:]}%{comma}{rest})`"
    if called == "quantile":
        return "write `quantile(…, 95%)`: the share has a percent sign, and `1` is all of it"
    return f"write `{called}({arguments})`" if called else None


def word_hint(word: str) -> str | None:
    """Return what stands in place of a word that other languages have."""
    if word in _MISSING:
        return "missing data is tested with `known(METRIC)`, and never opens a gate"
    if word.lower() in ("inf", "infinity"):
        return "a limit without end checks nothing: drop the comparison"
    if word in ("True", "TRUE", "False", "FALSE"):
        return f"write `{word.lower()}`"
    if word in ("yes", "on", "no", "off"):
        return f"write `{'true' if word in ('yes', 'on') else 'false'}`"
    if word in ("now", "today"):
        return "how long ago an instant was is `age(t)`; a window from the running day on is `this='day'`"
    if match := re.fullmatch(r"([A-Z]{3})([0-9]+)", word):
        return f"write `{match[2]}{match[1]}`"
    return None


def is_hint(left: str, negated: bool, right: str) -> str:
    """Return what to write for `x is y` and `x is not y`."""
    right = right.removeprefix("not ")
    if right in _MISSING:
        return f"write `{'known' if negated else 'not known'}({left})`"
    if right.lower() in ("true", "false"):
        return f"write `{left}`" if (right.lower() == "true") is not negated else f"write `not {left}`"
    return f"write `{left} {'!=' if negated else '=='} {right}`"


_MISSING = ("null", "nil", "None", "nan", "NaN", "NA", "missing", "unknown", "undefined")
_SIDE = r"([A-Za-z_][\w.]*(?:\([^()]*\))?)"
_BOUND = r"(-?+[\w.]++%?+|'[^']*')"
_ENDED = r"(?!\s*[-+*/.(])"
_SYNTAX = (
    # one side, whole: of a part of a sum or a product, or beside `not` or `or`, another text would be meant
    (rf"(?:^\s*|\b(?:and|or|not)\s+){_SIDE}\s+between\s+{_BOUND}\s+and\s+{_BOUND}{_ENDED}",
     r"write `\2 <= \1 <= \3`"),
    (rf"(?:^\s*|\b(?:and|or)\s+){_SIDE}\s*(?:[<>]=?|[!=]=)\s*{_BOUND}\s+and\s+([<>]=?|[!=]=)\s*{_BOUND}{_ENDED}",
     r"write `and \1 \3 \4`"),
    (rf"^\s*{_SIDE}\s*(?:[<>]=?|[!=]=)\s*{_BOUND}\s+or\s+([<>]=?|[!=]=)\s*{_BOUND}\s*$",
     r"write `or \1 \3 \4`"),
    (r"(?<!\S)(\S+)\s+contains\s+(\S+)", r"write `\2 in \1`"),
    (r"^\s*if\s+(.*\S)", r"write the condition alone: `\1`"),
    (r"\b(AND|OR|NOT|IN|And|Or|Not|In)\b", ""),
    (r"\s+mod\s+\S+", r"the rest of a division is not part of the language"),
)  # fmt: skip


def syntax_hint(text: str) -> str | None:
    """Return what to write for a text that Python's parser does not read."""
    for pattern, answer in _SYNTAX:
        match = re.search(pattern, text)
        if match:
            return match.expand(answer) if answer else f"write `{match[1].lower()}` in lower case"
    return None
