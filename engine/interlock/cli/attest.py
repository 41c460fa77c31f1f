"""`interlock attest`: one person's word on what a policy asks people to attest."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from ..api import Snapshot
from ..diagnostics import printable
from ..errors import EXIT_BEST, UsageError
from ..language.times import parse_duration, show_time
from ..ledger.acts import recorded_snapshot
from ..ledger.attesting import attest
from . import terminal
from .acting import act_of, acting_options
from .inputs import load_policies, read_snapshot
from .options import policies_option

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  interlock attest human-sign-off --by WHO --role quant-lead --reason 'read the weekly report' --expires 7d
  interlock attest canary-symbols --by WHO --role risk --reason 'as agreed' --from snapshot.json
"""


@click.command("attest", epilog=_EXAMPLES)
@click.argument("what")
@click.option("--role", required=True, metavar="ROLE", help="The role in which the person speaks.")
@click.option(
    "--expires", metavar="14d", help="For how long it counts; default: as long as the policy allows."
)
@click.option("--evidence", default="", metavar="TEXT", help="Where the evidence is.")
@click.option("--from", "origin", metavar="SNAPSHOT|N", help="The snapshot whose values it is bound to.")
@acting_options
@policies_option
def command(
    what: str,
    role: str,
    expires: str | None,
    evidence: str,
    origin: str | None,
    by: str,
    reason: str,
    at: Decimal | None,
    ledger: Path,
    policies: str | None,
) -> int:
    """Record that a person attests WHAT.

    It counts for the bound values as they were in the snapshot, until it expires, and only with enough others.
    """
    act = act_of(by, reason, at)
    loaded = load_policies(policies)
    loaded.known("attestation", what, loaded.root.attestations)
    declared = loaded.root.attestations[what]
    lasting = None if expires is None else parse_duration(expires)
    if expires is not None and lasting is None:
        raise UsageError(f"`--expires {printable(expires)}` is no duration: write `14d` or `2h`")
    if declared.binds and origin is None:
        names = ", ".join(declared.binds)
        raise UsageError(f"`{what}` is bound to {names}: name the snapshot that shows it with `--from`")
    bound = loaded.bound(what, _snapshot(origin, ledger)) if origin is not None else {}
    until = attest(ledger, declared, role, bound, act, lasting=lasting, evidence=evidence)
    terminal.say(f"{printable(by)} attested {what} as {role} until {show_time(until)}")
    return EXIT_BEST


def _snapshot(origin: str, ledger: Path) -> Snapshot:
    if origin.isascii() and origin.isdecimal():
        return recorded_snapshot(ledger, int(origin))
    return read_snapshot(origin)
