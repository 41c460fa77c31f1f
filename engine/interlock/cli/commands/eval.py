"""`interlock eval`: one expression over one snapshot, the quickest way to learn the language."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ...errors import EXIT_BEST, UsageError
from ...reports.records.expression_value import ExpressionValue
from ..command import Subcommand
from ..desk_choices import environment_of_policy
from ..inputs import load_policies, read_baselines, read_snapshot, resolve_member
from ..options import baseline_option, environment_option, format_option, member_option, policies_option
from ..output import show

__all__ = ["command"]

_POINTS = 12


@click.command(
    "eval",
    cls=Subcommand,
    short_help="Evaluate one expression over a snapshot.",
    examples=(
        "interlock eval 'streak(equity.daily_change < -3%) >= 2' snapshot.json",
        "interlock eval 'share(last(edge.delta_pnl) > 0)' snapshot.json",
        "interlock eval 'min_confidence' snapshot.json \\\n    --policy turnover-gate --member symbol=BTC-USD",
    ),
    exits={EXIT_BEST: "the expression was evaluated, whatever its value"},
)
@click.argument("expression")
@click.argument("snapshot")
@member_option
@click.option("--policy", metavar="ID", help="Know the params and lets of this policy.")
@environment_option(environment_of_policy)
@baseline_option
@click.option("--all", "everything", is_flag=True, help="Show every point of a series.")
@format_option("expression")
@policies_option
def command(
    expression: str,
    snapshot: str,
    members: Sequence[tuple[str, str]],
    policy: str | None,
    environment: str | None,
    baselines: Sequence[tuple[str, str]],
    everything: bool,
    form: str,
    policies: str | None,
) -> int:
    """Evaluate EXPRESSION over SNAPSHOT (a file, or - for stdin).

    Prints the value in its unit, its bounds and causes where it is unknown, and each comparison with the value seen and
    the value needed.
    """
    if len(members) > 1:
        raise UsageError("`eval` takes one member: give `--member` once")
    loaded = load_policies(policies)
    if environment is not None and policy is None:
        raise UsageError(
            "an environment gives values to a policy's params: name the policy with `--policy ID`"
        )
    member = resolve_member(loaded, *members[0]) if members else None
    found = loaded.evaluate_expression(
        expression,
        read_snapshot(snapshot),
        policy=policy,
        member=member,
        environment=environment,
        baselines=read_baselines(baselines),
    )
    show("expression", form, ExpressionValue(expression, found, None if everything else _POINTS))
    return EXIT_BEST
