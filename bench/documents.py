"""The documents that validation is timed on: policies, their catalogue, and alerting rules of like size."""

from __future__ import annotations

from pathlib import Path

__all__ = ["FILES", "RULES", "write_alerts", "write_policies"]

FILES = 25
RULES = 14
DESKS = ("alpha", "beta", "gamma", "delta", "epsilon")

_ROOT = "interlock: 1\ncalendar: utc\nmax_age: 24h\n"

_METRICS = """\
  {desk}.hit_rate: {{type: ratio, range: [0, 1], min_n: 100, max_age: 8d, doc: better than the baseline}}
  {desk}.drawdown: {{type: ratio, range: [0, 1], max_age: 2h, doc: fall from the peak as a positive share}}
  {desk}.level: {{type: enum, values: [normal, caution, crisis], max_age: 2h, doc: best to worst}}
  {desk}.heartbeat: {{type: timestamp, max_age: never, doc: last sign of life}}
  {desk}.daily_change: {{type: ratio, range: [-1, 10], every: 1d, lag: 6h, began: "2026-01-05", doc: of equity}}
  {desk}.pnl: {{type: money, currency: USD, every: 1d, lag: 6h, began: "2026-01-05", doc: profit of a day}}
  {desk}.alerts: {{type: event, slack: 1h, doc: critical alerts}}
  {desk}.trades: {{type: integer, range: [0, 100000], max_age: 26h, doc: trades since the start}}
"""

_HEAD = """\
policy: {desk}-gate-{number}
version: 1.{number}.0
title: Gate {number} of the {desk} desk
owner: risk
# best to worst
verdicts: [GO, CONDITIONAL, NO_GO]
valid_for: 2h
params:
  min_hit_rate: {hit}%
  max_drawdown: {drawdown}%
  max_daily_loss: -{loss}%
  min_trades: {trades}
let:
  bad_days: streak({desk}.daily_change < max_daily_loss)
  profit: sum({desk}.pnl, last=7)
rules:
"""

_RULES = (
    ("require", "{desk}.hit_rate >= min_hit_rate"),
    ("require", "{desk}.drawdown < max_drawdown"),
    ("require", "{desk}.level == 'normal'"),
    ("require", "age({desk}.heartbeat) < 2h"),
    ("when", "bad_days >= 2"),
    ("require", "profit > -500USD"),
    ("when", "count({desk}.alerts, within=1d) > 3"),
    ("require", "{desk}.trades >= min_trades"),
    ("require", "mean({desk}.daily_change, last=7) > -1%"),
    ("require", "min({desk}.pnl, last=14) > -2000USD"),
    ("when", "since({desk}.alerts) < 30m"),
    ("require", "share({desk}.daily_change > 0, last=14) >= 40%"),
    ("when", "{desk}.drawdown > 2 * max_drawdown or {desk}.level == 'crisis'"),
    ("require", "abs(mean({desk}.pnl, last=7) - mean({desk}.pnl, last=7, skip=7)) <= 800USD"),
)

_RULE = """\
  - id: rule-{rule}
    title: rule {rule} of gate {number}
    {verb}: {expression}
    {consequence}: {verdict}
    reason: rule {rule} saw {{{{ seen }}}} and needed {{{{ needed }}}}
    action: look at the {desk} desk before anyone opens the gate
    labels: {{team: {desk}}}
"""

_ALERTS = (
    "{desk}_hit_rate < 0.55",
    "{desk}_drawdown >= 0.08",
    "{desk}_level != 0",
    "time() - {desk}_heartbeat_seconds > 7200",
    "max_over_time({desk}_daily_change[2d]) < -0.03",
    "sum_over_time({desk}_pnl[7d]) <= -500",
    "increase({desk}_alerts_total[1d]) > 3",
    "{desk}_trades < 100",
    "avg_over_time({desk}_daily_change[7d]) <= -0.01",
    "min_over_time({desk}_pnl[14d]) <= -2000",
    "increase({desk}_alerts_total[30m]) > 0",
    "avg_over_time({desk}_up_day[14d]) < 0.4",
    "{desk}_drawdown > 2 * 0.08 or {desk}_level == 2",
    "abs(avg_over_time({desk}_pnl[7d]) - avg_over_time({desk}_pnl[7d] offset 7d)) > 800",
)

_ALERT = """\
      - alert: {desk}Gate{number}Rule{rule}
        expr: {expression}
        for: 5m
        labels:
          severity: {verdict}
          team: {desk}
        annotations:
          summary: rule {rule} of gate {number} saw {{{{ $value }}}}
"""


def write_policies(root: Path, files: int = FILES, rules: int = RULES) -> list[Path]:
    """Write a policy root of `files` policies and the catalogue of what they measure; return every file."""
    folder = root / "policies"
    catalogue = "metrics:\n" + "".join(_METRICS.format(desk=desk) for desk in DESKS)
    texts = {"interlock.yaml": _ROOT, "catalogue/desks.yaml": catalogue}
    for number in range(files):
        texts[f"gates/gate-{number:02}.yaml"] = _policy(number, rules)
    return _write(folder, texts)


def write_alerts(folder: Path, files: int = FILES) -> list[Path]:
    """Write `files` files of Prometheus alerting rules of about the same length and content."""
    return _write(folder, {f"gate-{number:02}.yml": _alerts(number) for number in range(files)})


def _policy(number: int, rules: int) -> str:
    desk = DESKS[number % len(DESKS)]
    head = {
        "hit": 50 + number % 10,
        "drawdown": 4 + number % 5,
        "loss": 2 + number % 3,
        "trades": 100 + number,
    }
    text = _HEAD.format(desk=desk, number=number, **head)
    for rule, (verb, expression) in enumerate(_RULES[:rules]):
        text += _RULE.format(
            desk=desk,
            number=number,
            rule=rule,
            verb=verb,
            expression=expression.format(desk=desk),
            consequence="else" if verb == "require" else "then",
            verdict=("NO_GO", "CONDITIONAL")[rule % 2],
        )
    return text


def _alerts(number: int) -> str:
    desk = DESKS[number % len(DESKS)]
    text = f"groups:\n  - name: {desk}-gate-{number}\n    rules:\n"
    for rule, expression in enumerate(_ALERTS):
        text += _ALERT.format(
            desk=desk,
            number=number,
            rule=rule,
            expression=expression.format(desk=desk),
            verdict=("critical", "warning")[rule % 2],
        )
    return text


def _write(folder: Path, texts: dict[str, str]) -> list[Path]:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in texts]
