"""`interlock attest`: one person's word on what a policy asks people to attest."""

from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import click

from ...api import PolicySet, Snapshot
from ...diagnostics import printable
from ...errors import EXIT_BEST, UsageError, system_reason
from ...files import write_atomically
from ...language.times import parse_duration
from ...ledger.acts.acts import recorded_snapshot
from ...ledger.acts.attestation import attest, worded
from ...ledger.cryptography_signing import sign
from ...policy.model import Attestation
from ...wording import listed
from .. import terminal
from ..action_options import act_of, acting_options
from ..inputs import load_policies, read_snapshot
from ..options import policies_option

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  interlock attest phase-2c-sign-off --by WHO --role quant-lead --reason 'read the report' --from snapshot.json
  interlock attest canary-symbols --by WHO --role risk --reason 'as agreed' --from snapshot.json
  interlock attest WHAT --by WHO --role risk --reason 'all green' --from 12 --sign-key risk.pem
"""
_FILE = click.Path(path_type=Path)


@click.command("attest", epilog=_EXAMPLES)
@click.argument("what")
@click.option("--role", required=True, metavar="ROLE", help="The role in which the person speaks.")
@click.option(
    "--expires", metavar="14d", help="For how long it counts; default: as long as the policy allows."
)
@click.option("--evidence", default="", metavar="TEXT", help="Where the evidence is.")
@click.option("--from", "origin", metavar="SNAPSHOT|N", help="The snapshot whose values it is bound to.")
@click.option(
    "--sign-key", type=_FILE, metavar="FILE", help="Sign it with the private Ed25519 key in this PEM file."
)
@click.option(
    "--to-sign", type=_FILE, metavar="FILE", help="Record nothing; write the bytes that are to be signed."
)
@click.option("--signature", type=_FILE, metavar="FILE", help="The signature of those bytes, 64 bytes long.")
@acting_options
@policies_option
def command(
    what: str,
    role: str,
    expires: str | None,
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

    It counts for the bound values as they were in the snapshot, until it expires, only with enough others, and for
    snapshots of its own instant or later: collect a new one before you evaluate. Where
    the policy lists keys it is signed: with `--sign-key`, or elsewhere: `--to-sign` writes what is to be signed, and
    the same options with `--signature` record it.
    """
    signer = _signer(sign_key, to_sign, signature, at)
    act = act_of(by, reason, at)
    loaded = load_policies(policies)
    loaded.known("attestation", what, loaded.root.attestations)
    declared = loaded.root.attestations[what]
    lasting = None if expires is None else parse_duration(expires)
    if expires is not None and lasting is None:
        raise UsageError(f"`--expires {printable(expires)}` is no duration: write `14d` or `2h`")
    bound = _bound(loaded, declared, origin, ledger, by)
    word = worded(declared, role, bound, act, lasting=lasting, evidence=evidence)
    if to_sign is not None:
        write_atomically(to_sign, word.text())
        terminal.say(
            f"wrote {to_sign.as_posix()}: sign it, and record it with the same options and `--signature FILE`"
        )
        return EXIT_BEST
    missing = attest(ledger, declared, word, sign=signer, anchor=act.anchor)
    told = f", {missing}" if missing else ""
    terminal.say(f"{printable(by)} attested {what} as {role} until {word.until}{told}")
    return EXIT_BEST


def _bound(
    loaded: PolicySet, declared: Attestation, origin: str | None, ledger: Path, by: str
) -> dict[str, object]:
    names = [*declared.binds, *filter(None, [declared.author])]
    if names and origin is None:
        told = ", ".join(names)
        raise UsageError(
            f"`{declared.name}` depends on {told}: name the snapshot that shows it with `--from`"
        )
    return {} if origin is None else loaded.bound(declared.name, _snapshot(origin, ledger), by)


def _snapshot(origin: str, ledger: Path) -> Snapshot:
    if origin.isascii() and origin.isdecimal():
        return recorded_snapshot(ledger, int(origin), failed=True)
    return read_snapshot(origin)


def _signer(
    key: Path | None, to_sign: Path | None, signature: Path | None, at: Decimal | None
) -> Callable[[bytes], bytes] | None:
    """What gives the signature; None where none is given."""
    given = {"--sign-key": key, "--to-sign": to_sign, "--signature": signature}
    names = [f"`{name}`" for name, file in given.items() if file is not None]
    if len(names) > 1:
        raise UsageError(f"{listed(names)} do not go together")
    if key is None and names and at is None:
        raise UsageError(f"{names[0]} needs `--at`: the bytes that are signed tell when it was said")
    if key is not None:
        return lambda text: sign(key, text, lambda: _passphrase(key))
    return None if signature is None else lambda _: _read(signature)


def _passphrase(key: Path) -> str:
    if not sys.stdin.isatty():
        raise UsageError(f"`{key.as_posix()}` is locked, and nobody is here to give the passphrase")
    return str(click.prompt(f"passphrase of {key.as_posix()}", hide_input=True, err=True))


def _read(signature: Path) -> bytes:
    try:
        with signature.open("rb") as handle:
            return handle.read(65)
    except OSError as problem:
        reason = system_reason(problem)
        raise UsageError(f"cannot read `{signature.as_posix()}`: {reason}") from None
