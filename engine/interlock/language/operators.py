"""The one table of operators and functions: checker, printer, documentation and every back-end read it.

`form` names the typing rule: `logic` takes booleans, `compare` two values of one kind, `member` a name and a set,
`add` and `scale` follow units, `reduce` takes a series or members away, `series` keeps the time axis, `scalar` works
value by value; `gap`, `baseline`, `attested`, `known` and `default` have a rule of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from .types import BOOL, DURATION, INTEGER, NUMBER, RATIO, Kind, Type

__all__ = ["FUNCTIONS", "OPERATORS", "WINDOWS", "Operator"]

WINDOWS = ("last", "skip", "within", "after", "this")

_AMOUNT = frozenset({Kind.NUMBER, Kind.MONEY, Kind.DURATION})
_ANY = frozenset(Kind)
_KINDS = {
    "boolean": frozenset({Kind.BOOL}),
    "boolean or event": frozenset({Kind.BOOL, Kind.EVENT}),
    "amount": _AMOUNT,
    "number": frozenset({Kind.NUMBER}),
    "numeric": _AMOUNT | {Kind.TIMESTAMP},
    "value": _ANY - {Kind.EVENT},
    "timestamp": frozenset({Kind.TIMESTAMP}),
    "set": frozenset({Kind.SET}),
}
"""The kinds that an argument of each name may have; an argument of another name takes any, or has a rule of its own."""

_RESULTS = {"boolean": BOOL, "integer": INTEGER, "ratio": RATIO, "duration": DURATION}


@dataclass(frozen=True, slots=True)
class Operator:
    """One entry of the table: all that checker, printer, documentation and back-ends know of it but its meaning.

    `arguments` are the kinds wanted, `options` the keyword arguments. `level` is how tightly a symbol binds.
    `bounded`: unknown elements still leave an upper and a lower bound. `members`: it also reduces members.
    `whole`: it needs no window over a regular series. `strict`: an unknown argument makes the result unknown.
    `by_name`: its arguments are names that it looks up itself. `range` says which values the result can have:
    those of its first `argument` (of `baseline` the metric), a `share` of 1, as many as there are `points`, none below
    zero (`positive`), the `absolute` or `negated` argument, a `sum`; else any.
    """

    name: str
    form: str
    arguments: tuple[str, ...]
    result: str
    doc: str
    examples: tuple[str, ...]
    symbol: str = ""
    level: int = 9
    options: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    range: str = ""
    bounded: bool = False
    members: bool = False
    whole: bool = False
    strict: bool = True
    by_name: bool = False

    @property
    def signature(self) -> str:
        """How it is written, for people; `[window]` stands for the options of `WINDOWS`."""
        if self.symbol:
            if len(self.arguments) == 1:
                return f"{self.symbol} {self.arguments[0]} → {self.result}".replace("-  ", "-")
            return f"{self.arguments[0]} {self.symbol} {self.arguments[-1]} → {self.result}"
        windows = ["[window]"] if set(WINDOWS) <= set(self.options) else []
        given = [each for each in self.options if not windows or each not in WINDOWS]
        options = windows + [f"{each}=…" if each in self.required else f"[{each}=…]" for each in given]
        return f"{self.name}({', '.join([*self.arguments, *options])}) → {self.result}"

    def takes(self, kind: Kind) -> bool:
        """Tell whether the first argument may be of that kind."""
        return kind in _KINDS.get(self.arguments[0], _ANY)

    def result_type(self, argument: Type) -> Type:
        """Return the type of the result for the type of the first argument."""
        if self.result.endswith("of integers a number") and argument == INTEGER:
            return NUMBER
        if self.result.endswith("of instants a duration") and argument.kind is Kind.TIMESTAMP:
            return DURATION
        return _RESULTS.get(self.result, argument)


def _reduce(
    name: str,
    argument: str,
    result: str,
    doc: str,
    example: str,
    range: str = "",
    bounded: bool = True,
    members: bool = True,
) -> Operator:
    options = (*WINDOWS, *(() if argument.startswith("boolean") and name != "share" else ("min_n",)), "where")
    return Operator(
        *(name, "reduce", (argument,), result, doc, (example,)),
        options=options,
        range=range,
        bounded=bounded,
        members=members,
    )


# fmt: off
_TABLE = (
    Operator("and", "logic", ("boolean", "boolean"), "boolean", "both hold; false decides against unknown",
             ("a and b",), "and", 2, strict=False),
    Operator("or", "logic", ("boolean", "boolean"), "boolean", "either holds; true decides against unknown",
             ("a or b",), "or", 1, strict=False),
    Operator("not", "logic", ("boolean",), "boolean", "the opposite; unknown stays unknown", ("not a",), "not", 3),
    Operator("lt", "compare", ("ordered", "ordered"), "boolean", "less than", ("dd < 5%",), "<", 4),
    Operator("le", "compare", ("ordered", "ordered"), "boolean", "at most", ("dd <= 5%",), "<=", 4),
    Operator("gt", "compare", ("ordered", "ordered"), "boolean", "more than", ("hit > 55%",), ">", 4),
    Operator("ge", "compare", ("ordered", "ordered"), "boolean", "at least", ("hit >= 55%",), ">=", 4),
    Operator("eq", "compare", ("any", "any"), "boolean", "equal", ("mode == 'safe'",), "==", 4),
    Operator("ne", "compare", ("any", "any"), "boolean", "not equal", ("mode != 'safe'",), "!=", 4),
    Operator("in", "member", ("name", "set"), "boolean", "the name belongs to the set", ("symbol in canary",), "in",
             4),
    Operator("not_in", "member", ("name", "set"), "boolean", "the name does not belong to the set",
             ("symbol not in canary",), "not in", 4),
    Operator("add", "add", ("numeric", "numeric"), "the same", "sum of equal units, or an instant and a duration",
             ("a + b",), "+", 5, range="sum"),
    Operator("sub", "add", ("numeric", "numeric"), "the same", "difference; of two instants a duration",
             ("a - b",), "-", 5, range="sum"),
    Operator("mul", "scale", ("amount", "amount"), "the same", "product; one side must be a plain number",
             ("2 * cost",), "*", 6),
    Operator("div", "scale", ("amount", "amount"), "the same",
             "quotient; of equal units a number; by zero unknown", ("pnl / trades",), "/", 6),
    Operator("neg", "scalar", ("amount",), "the same", "the value with its sign turned", ("-a",), "-", 7,
             range="negated"),
    _reduce("count", "boolean or event", "integer", "how many are true; of events, how many there are",
            "count(weekly.delta_pnl > 0, last=12)", "points"),
    _reduce("share", "boolean", "ratio", "the part that is true", "share(last(edge.delta_pnl) > 0)", "share"),
    _reduce("any", "boolean", "boolean", "whether one is true", "any(alerts.open, last=7)"),
    _reduce("all", "boolean", "boolean", "whether each is true", "all(report.present, last=7)"),
    _reduce("sum", "amount", "the same", "the total", "sum(trades.pnl, within=7d)"),
    _reduce("mean", "amount", "the same, of integers a number", "the arithmetic mean", "mean(slippage, last=7)",
            "argument"),
    _reduce("min", "numeric", "the same", "the smallest", "min(free_margin, last=7)", "argument"),
    _reduce("max", "numeric", "the same", "the largest", "max(drawdown, last=7)", "argument"),
    _reduce("stdev", "amount", "the same, of integers a number", "sample standard deviation, of at least two",
            "stdev(daily.pnl, last=30)", "positive", bounded=False),
    _reduce("slope", "amount", "the same, of integers a number",
            "least-squares change from one point to the next, of at least two",
            "slope(btc.recoverable, last=4)", bounded=False, members=False),
    _reduce("median", "amount", "the same, of integers a number",
            "the middle one in order; of an even number the mean of the two in the middle",
            "median(slippage, last=7) <= 20bps", "argument"),
    Operator("quantile", "reduce", ("amount", "share"), "the same, of integers a number",
             "the value that lies that share of the way through the values in order, in proportion between two",
             ("quantile(latency, 95%, within=1h) <= 2s",), options=(*WINDOWS, "min_n", "where"), range="argument",
             bounded=True, members=True),
    Operator("last", "reduce", ("value",), "the same", "the newest complete point", ("last(edge.sharpe)",),
             options=("where",), range="argument", whole=True),
    Operator("previous", "reduce", ("value",), "the same", "the point before the newest", ("previous(edge.sharpe)",),
             options=("where",), range="argument", whole=True),
    Operator("since", "reduce", ("any",), "duration",
             "age of the newest point; of booleans, of the newest true one; `never` is longer than any duration",
             ("since(jobs.outcome == 'loss') >= 1800s",), options=("where",), range="positive",
             bounded=True, whole=True),
    Operator("streak", "reduce", ("boolean",), "integer", "how many of the newest points in a row are true",
             ("streak(equity.daily_change < -3%) >= 2",), options=(*WINDOWS, "span", "where"), range="points",
             bounded=True, whole=True),
    Operator("longest", "reduce", ("boolean",), "integer", "the longest run of true",
             ("longest(not route.accepted, span=5m, within=1d) > 3",), options=(*WINDOWS, "span", "where"),
             range="points", bounded=True, whole=True),
    Operator("most", "reduce", ("boolean or event",), "integer",
             "the largest number of points, or of true ones, within any span",
             ("most(orders.sent, span=1m, within=1h) <= 30",), options=(*WINDOWS, "span", "where"),
             required=("span",), range="positive", bounded=True),
    Operator("run", "series", ("boolean",), "integer", "the run length of true up to each point; "
             "with `span` only points within that time of it count", ("since(run(loss) >= 2)",),
             options=("span", "where"), range="positive", bounded=True),
    Operator("change", "series", ("numeric",), "the same, of instants a duration", "differences of neighbours",
             ("streak(change(weekly.sharpe) < -0.2) >= 3",)),
    Operator("changed", "series", ("value",), "boolean", "whether neighbours differ", ("any(changed(mode), last=3)",)),
    Operator("peak", "series", ("numeric",), "the same", "the largest value up to each point, since the series began",
             ("last(equity) == last(peak(equity))",), range="argument"),
    Operator("drawdown", "series", ("amount",), "ratio",
             "the fall of each point below its peak, as a share of the peak; unknown where that may not be above 0; "
             "with `after` only of points after it, the peak being that since the value that stood then",
             ("max(drawdown(equity), last=30) < 5%",), options=("after",), range="positive"),
    Operator("gap", "gap", ("any",), "duration",
             "distances in time between points of the window, both ends of the window included",
             ("max(gap(samples, within=15m)) <= 60s",), options=("within",), required=("within",),
             range="positive"),
    Operator("age", "scalar", ("timestamp",), "duration", "how long ago an instant was", ("age(heartbeat.at) < 2h",),
             range="positive"),
    Operator("abs", "scalar", ("amount",), "the same", "the distance from zero", ("abs(drift) <= 2%",),
             range="absolute"),
    Operator("sqrt", "scalar", ("number",), "the same, of integers a number",
             "the square root; unknown where the number may be negative", ("mean(pnl, last=30) / sqrt(30)",),
             range="positive"),
    Operator("larger", "add", ("numeric", "numeric"), "the same", "the larger of two", ("larger(a, b)",)),
    Operator("smaller", "add", ("numeric", "numeric"), "the same", "the smaller of two", ("smaller(a, b)",)),
    Operator("size", "scalar", ("set",), "integer", "how many members a set has", ("size(canary.symbols) > 0",),
             range="positive"),
    Operator("baseline", "baseline", ("name", "metric"), "the same", "the metric as frozen in a named baseline",
             ("kpi.x >= baseline('phase_a', kpi.x)", "kpi.x >= baseline(against, kpi.x)"), range="argument",
             by_name=True),
    Operator("attested", "attested", ("name",), "boolean",
             "enough distinct people of the named roles attested it, unexpired, for the values as they are now",
             ("attested('human-sign-off')",), by_name=True),
    Operator("known", "known", ("metric",), "boolean", "whether there is a value; printed as an assumption",
             ("known(kpi.x)",), strict=False, by_name=True),
    Operator("default", "default", ("metric", "constant or metric"), "the same",
             "the value, or where it is unknown the constant or the other metric; printed as an assumption",
             ("default(alerts.open, 0)", "default(rollout.stage_entered, trial.began_at)"),
             strict=False, by_name=True),
)
# fmt: on

OPERATORS = {each.name: each for each in _TABLE}
FUNCTIONS = {each.name: each for each in _TABLE if not each.symbol}
