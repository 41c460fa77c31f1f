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
}
