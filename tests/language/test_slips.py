"""What is said of habits from other languages: the hint of the first complaint, in the writer's own text."""

from __future__ import annotations

import pytest

from interlock.diagnostics import Collector, Span
from interlock.language.checker import check_rule
from interlock.language.slips import number_hint
from interlock.policy.names import PolicyNames
from interlock.policy.reading.catalogue_reader import read_catalogue
from interlock.policy.yaml.reader import read_yaml
from interlock.policy.yaml.yaml_nodes import Mapping

CATALOGUE = """\
metrics:
  mode: {type: enum, values: [safe, wild]}
  fill_rate: {type: ratio, range: [0, 1]}
  orders.open: {type: integer}
  kill.active: {type: bool}
  pnl: {type: money, currency: USD}
  latency: {type: duration}
  hits: {type: event}
  daily: {type: ratio, range: [-1, 10], every: 1d, began: 2026-01-05}
  conf: {type: ratio, range: [0, 1], scope: symbol}
  listed: {type: set, of: symbol}
scopes: {symbol: {members: [BTC-USD, ETH-USD]}}
"""


UNITS = "write a decimal with one of the units `% bps s m h d w` or a currency, as in `55%`, `2h`, `500USD`"


def hints(text: str) -> list[str | None]:
    collector = Collector()
    document = read_yaml(CATALOGUE.encode(), "catalogue.yaml", collector)
    assert isinstance(document, Mapping)
    names = PolicyNames(read_catalogue([document], collector))
    assert not collector.diagnostics
    check_rule(text, lambda start, end: Span("e", 1, start + 1, 1, end + 1), names, collector)
    return [each.hint for each in collector.sorted()]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("latency < 500ms", "write `0.5s`"),
        ("latency < 1m30s", "write `90s`"),
        ("latency < 2 min", "write `2m`"),
        ("fill_rate < 50bp", "write `50bps`"),
        ("pnl < 4M", "write `4000000`"),
        ("pnl < £3k", "write `3000GBP`"),
        ("pnl < 5$", "write `5USD`"),
        ("pnl < $1,5", "write `1.5USD`"),
        ("pnl < 1,5,5$", "write `AMOUNTUSD`"),
        ("pnl < $1.234,56", None),
        (f"pnl < {'1' * 31}xy", UNITS),
        ("pnl < 5parsecs", UNITS),
        ("daily[1 < 1%", "lists and indexing are not part of the language: use a window such as `last=12`"),
        ("pnl < USD400", "write `400USD`"),
        ("larger(pnl, 1,000USD) < pnl", "write `1000USD`"),
        ("listed == []", "a set is empty where `size(…) == 0`"),
        ("daily[-2] < 1%", "the point before the newest is `previous(daily)`"),
        ("daily[-5:] < 1%", "a window stands in a function, as in `mean(daily, last=5)`"),
        ("daily[5d] < 1%", "a window stands in a function, as in `mean(daily, within=5d)`"),
        ("mode not in {safe, wild}", "write `mode != 'safe' and mode != 'wild'`"),
        ("orders.open in [1, 2]", "write `orders.open == 1 or orders.open == 2`"),
        ("fill_rate is not missing", "write `known(fill_rate)`"),
        ("kill.active is true", "write `kill.active`"),
        ("kill.active is False", "write `not kill.active`"),
        ("kill.active is not true", "write `not kill.active`"),
        ("kill.active == no", "write `false`"),
        ("fill_rate < inf", "a limit without end checks nothing: drop the comparison"),
        (
            "now - latency > 1h",
            "how long ago an instant was is `age(t)`; a window from the running day on is `this='day'`",
        ),
        ("listed contains 'BTC-USD'", "write `'BTC-USD' in listed`"),
        ("BTC-USD in listed", "a word stands in quotes: write `'BTC-USD'`"),
        ("orders.open mod 2 == 0", "the rest of a division is not part of the language"),
        ("fill_rate % 2 == 0", "`%` is the percent sign of a number, as in `55%`"),
        ("isnull(fill_rate)", "write `not known(fill_rate)`"),
        ("p95(daily, last=5) > 1%", "write `quantile(daily, 95%, last=5)`"),
        ("daily.mean(last=5) > 1%", "functions stand in front: write `mean(daily, last=5)`"),
        ("listed.contains('BTC-USD')", "docs/language.md lists the functions"),
        (
            "fill_rate < max_rate",
            "declare a limit in the policy, as in `params: {max_rate: 5%}`",
        ),
        (
            "fill_rate < min_rate",
            "did you mean `fill_rate`? if not, declare a limit in the policy, as in `params: {min_rate: 5%}`",
        ),
        ("latency < limit", "declare a limit in the policy, as in `params: {limit: 2h}`"),
        ("pnl < floor", "declare a limit in the policy, as in `params: {floor: 500USD}`"),
        ("orders.open > never", "`interlock metrics WORD` searches the catalogue"),
        ("fillrate > 5%", "did you mean `fill_rate`?"),
        ("mode == wid", "a word stands in quotes: write `'wild'`"),
        ("mode == mod", "did you mean `mode`?"),
        ("orders-open > 5", "did you mean `orders.open`?"),
        ("latency < '2h'", "write `2h` without quotes"),
        ("latency < 2", "write the unit: `2s`, `2m`, `2h`, `2d`"),
        ("count(hits, last='1d') > 1", "write `within=1d` without quotes"),
        ("count(hits, within='3') > 1", "write `last=3` without quotes"),
        ("mean(daily, last=36h) > 1%", None),
        ("count(hits, last=0.5) > 1", None),
        ("count(hits, pnl) > 1", "write `count(boolean or event, [window], [where=…]) → integer`"),
        ("count(hits, lest=pnl) > 1", "did you mean `last`?"),
        ("mode == 'safe\\\\", "backslashes have no meaning in quotes"),
        ("mode == '", "close it"),
        ("fill_rate > 5% 5", "`%` is the percent sign of a number, as in `55%`"),
        ("pnl < 3 NOT", "write `not` in lower case"),
    ],
)
def test_a_slip_is_told_with_what_to_write(text: str, hint: str | None) -> None:
    assert hints(text)[0] == hint


def test_a_number_that_can_be_read_in_two_ways_is_not_guessed() -> None:
    assert [number_hint(each) for each in ("1,5,5", "1.234,56", "1,5", "1,500", "1,500.5")] == [
        *(None, None, "1.5"),
        *("1500", "1500.5"),
    ]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("fill_rate > 5% and mode in ['safe', 'wild']", "write `(mode == 'safe' or mode == 'wild')`"),
        ("not mode in ['safe', 'wild']", "write `(mode == 'safe' or mode == 'wild')`"),
        ("kill.active or mode not in {safe, wild}", "write `(mode != 'safe' and mode != 'wild')`"),
        ("kill.active and mode in [safe]", "write `mode == 'safe'`"),
        ("'safe' not in ['safe', 'wild']", "compare one value at a time, joined with `or`"),
        ("fill_rate > 1% and < 5%", "write `and fill_rate < 5%`"),
        ("kill.active or abs(fill_rate) > 1% and < 5%", "write `and abs(fill_rate) < 5%`"),
        ("fill_rate < 1% or > 5%", "write `or fill_rate > 5%`"),
        ("2 * fill_rate > 1% and < 5%", None),
        ("fill_rate > 1% and < 5% * 2", None),
        ("kill.active and fill_rate < 1% or > 5%", None),
        ("fill_rate < 1% or > 5% and kill.active", None),
        ("kill.active or fill_rate between 1% and 5%", "write `1% <= fill_rate <= 5%`"),
        ("2 * fill_rate between 1% and 5%", None),
        ("pnl - pnl between 1USD and 5USD", None),
        ("fill_rate between 1% and 5% * 2", None),
        ("fill_rate * 100 > 55", "a ratio has no factor: compare it alone, as in `rate < 5%`"),
        ("last(daily) * 10000 > 55", "a ratio has no factor: compare it alone, as in `rate < 5%`"),
        ("last(daily) > 1 / 20", "write it as one ratio, as in `5%`"),
        ("last(daily) > 20", "write `20%`, `20bps` or `2000%`"),
        ("last(daily) > -20", "write `-20%`, `-20bps` or `-2000%`"),
        ("pnl > $400.000", "write `AMOUNTUSD`"),
        ("pnl > $400.00", "write `400USD`"),
        (
            "percentile(daily, 1, last=30) > -5%",
            "write `quantile(…, 95%)`: the share has a percent sign, and `1` is all of it",
        ),
    ],
)
def test_a_hint_followed_to_the_letter_makes_no_looser_rule(text: str, hint: str | None) -> None:
    assert hints(text)[0] == hint
