"""`interlock attest`: records that a person attests what a policy requires."""

from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import click

from ...api import PolicySet, Snapshot
from ...diagnostics import printable
from ...errors import EXIT_BEST, UsageError, system_reason
from ...files import read_plain, write_atomically
from ...ledger.acts import recorded_snapshot
from ...ledger.attestation import attest, new_statement
from ...ledger.cryptography_signing import sign
from ...policy.model import Attestation
from ...wording import listed
from .. import terminal
from ..action_options import LEDGER_EXITS, act_from, beginning_act_options
from ..command import Subcommand
from ..desk_choices import note_begun
from ..inputs import load_policies, read_snapshot
from ..options import Period, policies_option

__all__ = ["command"]

_FILE = click.Path(path_type=Path)


@click.command(
    "attest",
    cls=Subcommand,
    short_help="Record that a person attests something.",
    examples=(
        "interlock attest phase-2c-sign-off --by WHO --role quant-lead \\\n"
        "    --reason 'read the report' --from snapshot.json",
        "interlock attest canary-symbols --by WHO --role risk \\\n"
        "    --reason 'all green' --from 12 --sign-key risk.pem",
    ),
    exits={EXIT_BEST: "the attestation is recorded, or its bytes are written", **LEDGER_EXITS},
)
@click.argument("what")
@click.option("--role", required=True, metavar="ROLE", help="The role of the person.")
@click.option(
    "--expires",
    type=Period("14d"),
    metavar="14d",
    help="How long it counts; default: as long as the policy allows.",
)
@click.option("--evidence", default="", metavar="TEXT", help="Where the evidence is.")
@click.option(
    "--from",
    "origin",
    metavar="SNAPSHOT|N",
    help="The snapshot with the values that it is bound to: a file, or an entry's number.",
)
@click.option(
    "--sign-key", type=_FILE, metavar="FILE", help="Sign it with the private Ed25519 key in this PEM file."
)
@click.option(
    "--to-sign", type=_FILE, metavar="FILE", help="Record nothing; write the bytes to sign to this file."
)
@click.option("--signature", type=_FILE, metavar="FILE", help="The signature of those bytes, 64 bytes long.")
@beginning_act_options
@policies_option
def command(
    what: str,
    role: str,
    expires: Decimal | None,
    evidence: str,
    origin: str | None,
    sign_key: Path | None,
    to_sign: Path | None,
    signature: Path | None,
    by: str,
    reason: str,
    at: Decimal | None,
    ledger: Path,
    policies: str | None,
) -> int:
    """Record that a person attests WHAT.

    An attestation counts until it expires, while the bound values are those of the snapshot, and with as many others as
    the policy requires. It counts for snapshots of its own instant or later: collect a new one before you evaluate.

    Where the policy lists keys, sign it with --sign-key. To sign on another machine, --to-sign writes the bytes; the
    same options with --signature then record the attestation.
    """
    signer = _signer(sign_key, to_sign, signature, at)
    act = act_from(by, reason, at)
    loaded = load_policies(policies)
    loaded.known("attestation", what, loaded.root.attestations)
    declared = loaded.root.attestations[what]
    bound = _bound(loaded, declared, origin, ledger, by)
    statement = new_statement(declared, role, bound, act, duration=expires, evidence=evidence)
    if to_sign is not None:
        write_atomically(to_sign, statement.text())
        terminal.out(
            f"wrote {to_sign.as_posix()}: sign it, and record it with the same options and `--signature FILE`"
        )
        return EXIT_BEST
    missing = attest(ledger, declared, statement, sign=signer, anchor=act.anchor, beginning=act.beginning)
    note_begun(ledger, act.anchor, new=act.new)
    rest = f", {missing}" if missing else ""
    terminal.out(f"{printable(by)} attested {what} as {role} until {statement.until}{rest}")
    return EXIT_BEST


def _bound(
    loaded: PolicySet, declared: Attestation, origin: str | None, ledger: Path, by: str
) -> dict[str, object]:
    names = [*declared.binds, *filter(None, [declared.author])]
    if names and origin is None:
        values = ", ".join(names)
        raise UsageError(f"`{declared.name}` is bound to {values}: name the snapshot with `--from`")
    return {} if origin is None else loaded.bound(declared.name, _snapshot(origin, ledger), by)


def _snapshot(origin: str, ledger: Path) -> Snapshot:
    if origin.isascii() and origin.isdecimal():
        return recorded_snapshot(ledger, int(origin), failed=True)
    return read_snapshot(origin)


def _signer(
    key: Path | None, to_sign: Path | None, signature: Path | None, at: Decimal | None
) -> Callable[[bytes], bytes] | None:
    """The function that gives the signature; None where no option names one."""
    given = {"--sign-key": key, "--to-sign": to_sign, "--signature": signature}
    names = [f"`{name}`" for name, file in given.items() if file is not None]
    if len(names) > 1:
        raise UsageError(f"{listed(names)} do not go together")
    if key is None and names and at is None:
        raise UsageError(f"{names[0]} needs `--at`: the signed bytes hold the time")
    if key is not None:
        return lambda text: sign(key, text, lambda: _passphrase(key))
    return None if signature is None else lambda _: _read(signature)


def _passphrase(key: Path) -> str:
    if not sys.stdin.isatty():
        raise UsageError(
            f"`{key.as_posix()}` is locked: run the command at a terminal, which asks for the passphrase"
        )
    return str(click.prompt(f"passphrase of {key.as_posix()}", hide_input=True, err=True))


def _read(signature: Path) -> bytes:
    try:
        return read_plain(signature, 64)
    except OSError as problem:
        reason = system_reason(problem)
        raise UsageError(f"cannot read `{signature.as_posix()}`: {reason}") from None
