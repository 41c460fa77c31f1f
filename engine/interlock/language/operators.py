"""The one table of operators and functions: checker, printer, documentation and back-ends read it.

`form` names the typing rule: `logic` takes booleans, `compare` two values of one kind, `member` a name and a
set, `add` and `scale` follow units, `reduce` takes a series or members away, `series` keeps the time axis,
`scalar` works value by value, `special` has a rule of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FUNCTIONS", "OPERATORS", "WINDOWS", "Operator"]

WINDOWS = ("last", "skip", "within", "after", "this")


@dataclass(frozen=True, slots=True)
class Operator:
    """One entry. `arguments` are the kinds wanted: `boolean numeric any event set timestamp metric name`;
    `options` the keyword arguments; `bounded` says that unknown elements still leave an upper and lower bound."""

    name: str
    form: str
    arguments: tuple[str, ...]
    result: str
    doc: str
    examples: tuple[str, ...]
    symbol: str = ""
    options: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    bounded: bool = False
    members: bool = False
    strict: bool = True

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


def _reduce(
    name: str, argument: str, result: str, doc: str, example: str, bounded: bool = True, members: bool = True
) -> Operator:
    options = (*WINDOWS, "where")
    return Operator(
        name,
        "reduce",
        (argument,),
        result,
        doc,
        (example,),
        options=options,
        bounded=bounded,
        members=members,
    )


# fmt: off
_TABLE = (
    Operator("and", "logic", ("boolean", "boolean"), "boolean", "both hold; false decides against unknown",
             ("a and b",), "and", strict=False),
    Operator("or", "logic", ("boolean", "boolean"), "boolean", "either holds; true decides against unknown",
             ("a or b",), "or", strict=False),
    Operator("not", "logic", ("boolean",), "boolean", "the opposite; unknown stays unknown", ("not a",), "not"),
    Operator("lt", "compare", ("ordered", "ordered"), "boolean", "less than", ("dd < 5%",), "<"),
    Operator("le", "compare", ("ordered", "ordered"), "boolean", "at most", ("dd <= 5%",), "<="),
    Operator("gt", "compare", ("ordered", "ordered"), "boolean", "more than", ("hit > 55%",), ">"),
    Operator("ge", "compare", ("ordered", "ordered"), "boolean", "at least", ("hit >= 55%",), ">="),
    Operator("eq", "compare", ("any", "any"), "boolean", "equal", ("mode == 'safe'",), "=="),
    Operator("ne", "compare", ("any", "any"), "boolean", "not equal", ("mode != 'safe'",), "!="),
    Operator("in", "member", ("name", "set"), "boolean", "the name belongs to the set", ("symbol in canary",), "in"),
    Operator("not_in", "member", ("name", "set"), "boolean", "the name does not belong to the set",
             ("symbol not in canary",), "not in"),
    Operator("add", "add", ("numeric", "numeric"), "the same", "sum of equal units, or an instant and a duration",
             ("a + b",), "+"),
    Operator("sub", "add", ("numeric", "numeric"), "the same", "difference; of two instants a duration",
             ("a - b",), "-"),
    Operator("mul", "scale", ("numeric", "numeric"), "the same", "product; one side must be a plain number",
             ("2 * cost",), "*"),
    Operator("div", "scale", ("numeric", "numeric"), "the same",
             "quotient; of equal units a number; by zero unknown", ("pnl / trades",), "/"),
    Operator("neg", "scalar", ("numeric",), "the same", "the value with its sign turned", ("-a",), "-"),
    _reduce("count", "boolean", "integer", "how many are true; of events, how many there are",
            "count(weekly.delta_pnl > 0, last=12)"),
    _reduce("share", "boolean", "ratio", "the part that is true", "share(last(edge.delta_pnl) > 0)"),
    _reduce("any", "boolean", "boolean", "whether one is true", "any(alerts.open, last=7)"),
    _reduce("all", "boolean", "boolean", "whether each is true", "all(report.present, last=7)"),
    _reduce("sum", "numeric", "the same", "the total", "sum(trades.pnl, within=7d)"),
    _reduce("mean", "numeric", "the same", "the arithmetic mean", "mean(slippage, last=7)"),
    _reduce("min", "numeric", "the same", "the smallest", "min(free_margin, last=7)"),
    _reduce("max", "numeric", "the same", "the largest", "max(drawdown, last=7)"),
    _reduce("stdev", "numeric", "the same", "sample standard deviation, of at least two",
            "stdev(daily.pnl, last=30)", bounded=False),
    _reduce("slope", "numeric", "the same", "least-squares change from one point to the next, of at least two",
            "slope(btc.recoverable, last=4)", bounded=False, members=False),
    Operator("last", "reduce", ("series",), "the same", "the newest complete point", ("last(edge.sharpe)",),
             options=("where",)),
    Operator("previous", "reduce", ("series",), "the same", "the point before the newest", ("previous(edge.sharpe)",),
             options=("where",)),
    Operator("since", "reduce", ("event",), "duration",
             "age of the newest point; of booleans, of the newest true one; `never` is longer than any duration",
             ("since(jobs.outcome == 'loss') >= 1800s",), options=("where",), bounded=True),
    Operator("streak", "reduce", ("boolean",), "integer", "how many of the newest points in a row are true",
             ("streak(equity.daily_change < -3%) >= 2",), options=(*WINDOWS, "span", "where"), bounded=True),
    Operator("longest", "reduce", ("boolean",), "integer", "the longest run of true",
             ("longest(not route.accepted, span=5m, within=1d) > 3",), options=(*WINDOWS, "span", "where"),
             bounded=True),
    Operator("most", "reduce", ("event",), "integer", "the largest number of points, or of true ones, within any span",
             ("most(orders.sent, span=1m, within=1h) <= 30",), options=(*WINDOWS, "span", "where"),
             required=("span",), bounded=True),
    Operator("run", "series", ("boolean",), "integer", "the run length of true up to each point; "
             "with `span` only points within that time of it count", ("since(run(loss) >= 2)",),
             options=("span", "where"), bounded=True),
    Operator("change", "series", ("numeric",), "the same", "differences of neighbours",
             ("streak(change(weekly.sharpe) < -0.2) >= 3",)),
    Operator("changed", "series", ("series",), "boolean", "whether neighbours differ", ("any(changed(mode), last=3)",)),
    Operator("gap", "special", ("event",), "duration",
             "distances in time between points of the window, both ends of the window included",
             ("max(gap(samples, within=15m)) <= 60s",), options=("within",), required=("within",)),
    Operator("age", "scalar", ("timestamp",), "duration", "how long ago an instant was", ("age(heartbeat.at) < 2h",)),
    Operator("abs", "scalar", ("numeric",), "the same", "the distance from zero", ("abs(drift) <= 2%",)),
    Operator("larger", "add", ("numeric", "numeric"), "the same", "the larger of two", ("larger(a, b)",)),
    Operator("smaller", "add", ("numeric", "numeric"), "the same", "the smaller of two", ("smaller(a, b)",)),
    Operator("size", "scalar", ("set",), "integer", "how many members a set has", ("size(canary.symbols) > 0",)),
    Operator("baseline", "special", ("name", "metric"), "the same", "the metric as frozen in a named baseline",
             ("kpi.x >= baseline('phase_a', kpi.x)",)),
    Operator("attested", "special", ("name",), "boolean",
             "enough distinct people of the named roles attested it, unexpired, for the values as they are now",
             ("attested('human-sign-off')",)),
    Operator("known", "special", ("metric",), "boolean", "whether there is a value; printed as an assumption",
             ("known(kpi.x)",), strict=False),
    Operator("default", "special", ("metric", "constant"), "the same",
             "the value, or the constant where it is unknown; printed as an assumption", ("default(alerts.open, 0)",),
             strict=False),
)
# fmt: on

OPERATORS = {each.name: each for each in _TABLE}
FUNCTIONS = {each.name: each for each in _TABLE if not each.symbol}
