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
    # documents and policies
    "E201": Code(
        "document breaks its schema",
        "A key is missing or unknown, or a value is of another form than the schema wants.",
        "The message says what is wanted; the schemas lie in `schemas/1/`.",
    ),
    "E202": Code(
        "not a document of this policy root",
        "A file below the policy root is no YAML document, its first key names no kind, or the kind is not built.",
        "Begin the document with its kind; keep other files elsewhere.",
    ),
    "E203": Code(
        "param or policy declared wrongly",
        "A param's value does not read as its type, or two policies share one name.",
        "Write values as `14`, `55%`, `250bps`, `2h`, `500USD`, `NORMAL`, `true` or a date.",
    ),
    "E204": Code(
        "verdict not declared",
        "A rule names a verdict that the policy does not list, or the list repeats one.",
        "Follow the suggestion, or add it to `verdicts`, best to worst.",
    ),
    "E205": Code(
        "scope not declared",
        "`for_each` names a scope that no catalogue declares.",
        "Follow the suggestion, or declare it under `scopes:`.",
    ),
    "E206": Code(
        "name already taken",
        "A param or let has the name, or the beginning of the name, of a metric, scope, function or keyword.",
        "Choose another name: names are one space.",
    ),
    "E207": Code(
        "duplicate rule id",
        "Two rules of a policy share one id.",
        "Rename one; both places are named.",
    ),
    "E208": Code(
        "rule without exactly one condition",
        "A rule has none or several of `require`, `when` and `policy`, or options of another kind.",
        "Give one condition; split the rule where it has two.",
    ),
    "E209": Code(
        "contribution not allowed",
        "A rule would contribute the best verdict when it fails or is unknown, or names the wrong key.",
        "Use `else` with a requirement, `then` with a trigger; `fail_open` needs its reason.",
    ),
    "E210": Code(
        "option does not fit the rule",
        "`latch`, `blind_limit`, `hold` or `shadow` lacks what it needs, or is on the wrong kind of rule.",
        "The hint says what to add.",
    ),
    "E211": Code(
        "composition is wrong",
        "The child policy, its verdict or a param given by `with` does not exist, or the bound cannot be missed.",
        "Follow the suggestion.",
    ),
    "E212": Code(
        "policies compose each other",
        "Following `policy:` from one policy leads back to it.",
        "Break the circle.",
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
    "E407": Code(
        "environment value is wrong",
        "An environment sets a param that is not declared, of another type, or outside its range.",
        "Follow the suggestion; environments may set declared params only.",
    ),
    # sources
    "E501": Code(
        "metric not in the catalogue",
        "A source supplies a metric that no catalogue declares.",
        "Follow the suggestion, or declare the metric.",
    ),
    "E502": Code(
        "metric supplied twice",
        "Two sources supply the same metric, or a source supplies what the ledger does.",
        "Keep one; both places are named.",
    ),
    "E503": Code(
        "path not below the root",
        "A path is absolute, leaves the root, or is written for one system only; or a pattern stands in `file`.",
        "Write paths relative to the root with `/`, patterns under `files`.",
    ),
    "E504": Code(
        "not a pointer",
        "A JSON pointer does not begin with `/`, or `~` stands in it for itself.",
        "Write `/summary/health`; `~` is `~0` and `/` inside a name is `~1`.",
    ),
    "E505": Code(
        "not a regular expression",
        "`match` cannot be read, or names no group.",
        "Write a pattern with named groups, `(?P<time>\\S+) (?P<level>[A-Z]+) .*`.",
    ),
    "E506": Code(
        "column does not fit",
        "`time` or `by` names no time column, a group of `match` is not there, or a key does not suit the format.",
        "Compare `columns` with `format`, `match` and `rows`.",
    ),
    "E507": Code(
        "SQL refused",
        "The text is not one SELECT over the source's own tables with functions of their arguments alone.",
        "Name only the tables that the message lists; times come from `$as_of`, `$from` and `$to`.",
    ),
    "E508": Code(
        "SQL does not fit the metric",
        "The columns of the result, or their types, are not those that the metric's series needs.",
        "Single: `value` (`n`, `at`); series: `at`, `value` or the record's columns; scoped: `member` too.",
    ),
    "E509": Code(
        "key does not fit the source",
        "A key is missing, belongs to another format, or contradicts another key.",
        "`docs/sources.md` lists the keys of every kind and format.",
    ),
    "E510": Code(
        "unknown time zone",
        "`timezone` names no zone of the tz database.",
        "Write `UTC` or a zone such as `Europe/Zurich`.",
    ),
    "E511": Code(
        "coverage cannot be read",
        "An end of `covered` is no known word, no pointer and no time.",
        "Write `first`, `began`, `last`, `modified`, `as_of`, a pointer or a time.",
    ),
    "E512": Code(
        "unknown artefact schema or source",
        "`schema` or `with` names what does not exist, or a source id is given twice.",
        "Follow the suggestion.",
    ),
    "E513": Code(
        "not a variable's name",
        "The name of an environment variable has other characters than letters, digits and `_`.",
        "Write it as the system does, for example `LIVE_MODE`.",
    ),
    "E514": Code(
        "look does not fit the metric",
        "A source of one value supplies a series, or a look or pick gives another type than the metric's.",
        "Series come from `rows` sources; `exists` gives a bool, `age` a duration, `modified` a timestamp.",
    ),
    "E515": Code(
        "command not allowed",
        "A `command` look goes through a shell, compares an exit status with a text, or may take too long.",
        "Write the program and its arguments as a list, `equals` for the output, and a `timeout` of at most an hour.",
    ),
    "W851": Code(
        "stranger to a scope",
        "An artefact names a member that is not in the roster of its scope, by name or alias.",
        "Declare the member or the alias in the catalogue; until then its rows are left out.",
    ),
    "W852": Code(
        "SQL not checked",
        "The package duckdb is not installed, so the SQL of `rows` sources could not be checked.",
        "Install it with `pip install 'interlock[duckdb]'`.",
    ),
    # templates
    "E601": Code(
        "template not allowed",
        "A reason uses statements, calculations, calls or unknown filters, or is too long.",
        "Write text with `{{ name }}`; name calculations under `let:`.",
    ),
    "E602": Code(
        "template names what is not there",
        "A reason names no metric, param, let or member of the policy.",
        "Follow the suggestion; `seen`, `needed` and `margin` are always there.",
    ),
}
