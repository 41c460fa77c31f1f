"""The registry of diagnostic codes: what each one means, what causes it and how to cure it.

E1xx YAML, E2xx documents, E3xx expressions, E4xx catalogue and environments, E5xx sources, E6xx templates,
W8xx findings that do not forbid the use of a document. `docs/diagnostics.md` is made from this table.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CODES", "Code"]


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of complaint: a short title, its usual cause, and what to do."""

    title: str
    cause: str
    cure: str


CODES: dict[str, Code] = {
    # YAML
    "E101": Code(
        "file cannot be read",
        "The file is missing, is a folder, or its permissions forbid reading.",
        "Check the path and the permissions.",
    ),
    "E102": Code(
        "document too large",
        "The document exceeds 1 MiB, 50,000 values or 32 levels of nesting.",
        "Split the document; policies are read by people.",
    ),
    "E103": Code(
        "not UTF-8",
        "The file was saved in another encoding, often UTF-16 or Windows-1252.",
        "Save it as UTF-8; a byte order mark is tolerated.",
    ),
    "E104": Code(
        "not valid YAML",
        "A quote or bracket is open, the indentation is uneven, or a value needs quotes.",
        "Look at the named place and the line before it.",
    ),
    "E105": Code(
        "forbidden character",
        "A control character stands in the file.",
        "Delete it; editors show such characters on request.",
    ),
    "E106": Code(
        "empty document",
        "The file holds nothing or only comments. An empty policy would have no rule to fail.",
        "Write a document or delete the file.",
    ),
    "E107": Code(
        "several documents",
        "`---` begins a second document in the same file.",
        "Give each document its own file.",
    ),
    "E108": Code(
        "anchors, aliases and merge keys",
        "`&name`, `*name` or `<<` copies a value from elsewhere.",
        "Write the value out: a reader must see each rule whole.",
    ),
    "E109": Code(
        "tags",
        "`!name` or `!!type` asks for a type. A leading `!` is also a common slip for `not`.",
        "Write the plain value; for a negation write `not`.",
    ),
    "E110": Code(
        "duplicate key",
        "The same key is given twice in one mapping, and one of the two would be lost.",
        "Keep one of them; both places are named.",
    ),
    "E111": Code(
        "expression split at a comma",
        "Inside `{…}` a comma ends the value, so half of the expression became a key.",
        "Quote the expression.",
    ),
    "E112": Code(
        "unquoted template",
        "`reason: {{ x }}` is read as nested braces.",
        "Quote the template.",
    ),
    "E113": Code(
        "key is not text",
        "A key is a number, a boolean, a list or a mapping.",
        "Quote the key.",
    ),
    "E114": Code(
        "not a finite number",
        "`.inf` or `.nan` stands where a number is meant; a limit like that is always or never met.",
        "Delete the rule, or use `unlimited` in a param with a type.",
    ),
    "E115": Code(
        "number out of bounds",
        "Numbers are decimals of at most 34 digits.",
        "Write fewer digits.",
    ),
    # expressions
    "E301": Code(
        "expression too large",
        "An expression has more than 4,096 characters, 500 parts or 64 levels.",
        "Name parts of it under `let:`.",
    ),
    "E302": Code(
        "not an expression",
        "A value or an operator is missing, a bracket or quote is open, or a number is malformed.",
        "Look at the place under the caret.",
    ),
    "E303": Code(
        "operator of another language",
        "`=`, `&`, `|`, `!`, `**`, `%` between values and their like are not part of the language.",
        "The hint names the word to use.",
    ),
    "E304": Code(
        "syntax outside the language",
        "The expression is valid Python but uses syntax beyond the vetted subset.",
        "Use the operators and functions of docs/language.md only.",
    ),
    "E305": Code(
        "unknown name",
        "No metric, param or let has this name.",
        "Follow the suggestion, search with `interlock metrics WORD`, or declare the metric in a catalogue.",
    ),
    "E306": Code(
        "unknown function",
        "The language has no function of this name.",
        "Follow the suggestion; docs/language.md lists them all.",
    ),
    "E307": Code(
        "function used as a value",
        "A function's name stands without its brackets.",
        "Write the call.",
    ),
    "E308": Code(
        "wrong arguments",
        "A call has too few or too many arguments, an unknown option, or lacks a required one.",
        "The hint shows the signature.",
    ),
    "E309": Code(
        "wrong type",
        "An operand is of a kind that the operator or function does not take.",
        "Compare it, or pick the function for its kind.",
    ),
    "E310": Code(
        "units do not go together",
        "Two currencies, money and a number, or enums of different declarations are mixed.",
        "Convert where the metric is measured, or write the unit.",
    ),
    "E311": Code(
        "ratio against a bare number",
        "A ratio is compared with a number without a unit; 5 is usually a slip for 5%.",
        "Write `55%` or `250bps`; only 0 and 1 may stand bare.",
    ),
    "E312": Code(
        "vacuous condition",
        "A comparison or operand never varies: the declared ranges or two constants decide it for ever.",
        "Delete it, or correct the limit.",
    ),
    "E313": Code(
        "shapes do not combine",
        "Two series run along different points in time, or a function needs a series and got one value.",
        "Reduce one of them first, or combine columns of one record.",
    ),
    "E314": Code(
        "reduce time first",
        "A function over a series per member could take away time or members.",
        "Reduce time with `last(…)` or a window, then the members.",
    ),
    "E315": Code(
        "window does not fit",
        "A regular series lacks a window, or the window is of the other kind of series.",
        "Regular: `last= skip= after=`; irregular: `last= within= after= this=`.",
    ),
    "E316": Code(
        "undeclared value",
        "A word is not among the values of its enum or the members of its scope.",
        "Follow the suggestion, or declare it in the catalogue.",
    ),
    "E317": Code(
        "rule is not one boolean",
        "A rule's condition is a number, or a boolean for each point or member.",
        "Compare it, or reduce it.",
    ),
    "E318": Code(
        "comment in an expression",
        "`#` stands inside an expression or on the line of an unquoted one, and would cut it short.",
        "Quote the expression, or move the comment to a line of its own.",
    ),
    "E319": Code(
        "not ASCII",
        "A letter that looks like another, or a typographic sign, stands in a name.",
        "Type it anew in ASCII.",
    ),
    "E320": Code(
        "enum without order",
        "`<` and its like need values declared best to worst.",
        "Use `==`, or drop `ordered: false`.",
    ),
    # catalogue and environments
    "E401": Code(
        "metric without a full type",
        "A metric lacks its type, currency or values.",
        "Complete the declaration as the hint shows.",
    ),
    "E402": Code(
        "name not available",
        "A metric's name is a keyword, a function, reserved, or the beginning of another metric's name.",
        "Choose another name.",
    ),
    "E403": Code(
        "declared twice",
        "Two catalogue documents declare the same metric or scope.",
        "Keep one; both places are named.",
    ),
    "E404": Code(
        "cadence does not fit",
        "`every`, `lag` or `began` contradicts the type of the metric.",
        "Regular series take a period, events and records take none.",
    ),
    "E405": Code(
        "range missing or wrong",
        "A ratio has no range, or a range is empty or in another unit.",
        "Write `range: [low, high]` in the metric's unit.",
    ),
    "E406": Code(
        "scope missing or wrong",
        "A scope is not declared, or does not say who its members are.",
        "Declare `members`, `members_from` or `open: true`.",
    ),
}
