"""Records the attestations of people: checks role, person, values and signature first."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from ..canonical import canonical
from ..errors import UsageError
from ..language.times import show_duration, show_time
from ..language.values import Unknown
from ..policy.model import Attestation
from .acts import Act
from .beginning import Beginning
from .cryptography_signing import signed_by
from .recorder import Recorder
from .state.quorum import (
    AttestationStatement,
    RecordedAttestation,
    author_of,
    counted_roles,
    is_accepted,
    may_attest,
    normalized_name,
    shortfall,
)
from .state.state import State

__all__ = ["attest", "bound_values", "new_statement"]

Sign = Callable[[bytes], bytes]
"""Returns the signature of a text."""


def bound_values(
    declared: Attestation, value: Callable[[str], object], shown: str, by: str = ""
) -> dict[str, object]:
    """Return the values that an attestation is bound to, as `value` reads them from the snapshot called `shown`.

    Raises UsageError if one of them is unknown, or if `by` is the author of the change.
    """
    found = {name: value(name) for name in declared.binds}
    unknown = next((name for name, each in found.items() if isinstance(each, Unknown)), None)
    if unknown is not None:
        raise UsageError(f"`{declared.name}` is bound to `{unknown}`, which is unknown in {shown}")
    author = normalized_name(author_of(declared, value))
    if declared.author and not author:
        raise UsageError(f"`{declared.name}` cannot be attested: `{declared.author}` is unknown in {shown}")
    if author and author == normalized_name(by):
        raise UsageError(f"`{by}` is `{declared.author}`: an author cannot attest their own change")
    return found


def new_statement(
    declared: Attestation,
    role: str,
    bound: Mapping[str, object],
    act: Act,
    *,
    duration: Decimal | None = None,
    evidence: str = "",
) -> AttestationStatement:
    """Return one person's attestation, ready to be signed and recorded; it lasts `duration` seconds.

    Raises UsageError, one line a problem, for a role that may not attest it, a person who may not take the role or has
    no listed key, and a duration beyond what the policy allows.
    """
    term = declared.expires if duration is None else duration
    problems = list(_problems(declared, role, act.by, term))
    if problems:
        raise UsageError("\n".join(problems))
    until = show_time(act.at + term)
    return AttestationStatement(declared.name, act.by, role, act.reason, evidence, act.time, until, bound)


def _problems(declared: Attestation, role: str, by: str, term: Decimal) -> Iterator[str]:
    name = declared.name
    if role not in declared.roles:
        yield f"`{role}` may not attest `{name}`: roles are {', '.join(declared.roles)}"
    elif not may_attest(declared, by, role):
        yield f"`{by}` may not attest as `{role}`: {', '.join(declared.people[role])} may"
    if declared.keys and by not in declared.keys:
        yield f"`{name}` lists no key of `{by}`: it lists keys of {', '.join(sorted(declared.keys))}"
    if not 0 < term <= declared.expires:
        most = show_duration(declared.expires)
        yield f"`{name}` may be attested for {most} at most, not for {show_duration(term)}"


def attest(
    path: Path,
    declared: Attestation,
    statement: AttestationStatement,
    *,
    sign: Sign | None = None,
    anchor: Path | None = None,
    beginning: Beginning | None = None,
) -> str:
    """Record one person's attestation and return what is still missing; empty if the quorum is reached.

    Raises UsageError for a signature that is missing, not needed or by another key, for a person who attested in
    another role, and for a stage that the rollout is not in.
    """
    body = {**statement.body(), **_signature(declared, statement, sign)}
    given = RecordedAttestation.read(statement.at, body)
    with Recorder(path, anchor=anchor, beginning=beginning) as recorder:
        _require_stage(recorder.state, given)
        past = list(_valid_attestations(recorder.state, declared.name, given.at))
        for each in past:
            if (
                normalized_name(each.by) == normalized_name(statement.by)
                and each.role != statement.role
                and is_accepted(declared, each)
            ):
                earlier = f"`{each.by}` attested `{declared.name}` as `{each.role}`"
                raise UsageError(f"{earlier}: a person counts in one role only")
        recorder.append(statement.at, "attestation", body)
    return shortfall(declared, counted_roles(declared, [*past, given], canonical(statement.bound)))


def _signature(declared: Attestation, statement: AttestationStatement, sign: Sign | None) -> dict[str, str]:
    name = declared.name
    if not declared.keys and sign is not None:
        raise UsageError(f"`{name}` lists no keys, so a signature cannot be checked")
    if not declared.keys:
        return {}
    if sign is None:
        raise UsageError(f"`{name}` needs a signature: sign with `--sign-key FILE`")
    found = base64.b64encode(sign(statement.text())).decode("ascii")
    if not signed_by(declared.keys[statement.by], found, statement.text()):
        raise UsageError(f"this is not a signature by `{statement.by}` of this attestation")
    return {"signature": found}


def _require_stage(state: State, attestation: RecordedAttestation) -> None:
    """Refuse an attestation of a stage before it is entered: it would not count later."""
    rollout, _, stage = attestation.what.partition("/")
    current = state.rollout(rollout)
    if not stage:
        return
    if not current.active or current.stage != stage:
        where = f"in {current.stage}" if current.active else current.state
        raise UsageError(
            f"`{rollout}` is {where}: `{attestation.what}` can be attested only while it is in {stage}"
        )
    if attestation.at < current.entered:
        times = f"since {show_time(current.entered)}, which is later than {show_time(attestation.at)}"
        raise UsageError(f"`{rollout}` is in {stage} {times}")


def _valid_attestations(state: State, what: str, at: Decimal) -> Iterator[RecordedAttestation]:
    """Yield the attestations that are valid at an instant; for a stage only those since it was entered."""
    rollout, _, stage = what.partition("/")
    current = state.rollout(rollout)
    since, after = (current.entered, current.entry) if stage else (Decimal(0), 0)
    for each in state.attestations:
        if each.what == what and each.entry > after and since <= each.at <= at < each.until:
            yield each
