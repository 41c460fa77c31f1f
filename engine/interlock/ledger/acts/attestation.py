"""Records one person's word on what a policy asks people to attest."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from ...canonical import canonical
from ...errors import UsageError
from ...language.times import show_duration, show_time
from ...policy.model import Attestation
from ..cryptography_signing import signed_by
from ..recorder import Recorder
from ..state.quorum import (
    AttestationStatement,
    RecordedAttestation,
    counts,
    heard,
    lacking,
    may_speak,
    person,
)
from ..state.state import State
from .acts import Act

__all__ = ["attest", "bound_to", "worded"]

Sign = Callable[[bytes], bytes]
"""Gives the signature of a text."""


def bound_to(
    declared: Attestation, value: Callable[[str], object], shown: str, by: str = ""
) -> dict[str, object]:
    """Return the values that a word is bound to, as `value` gives them from the snapshot called `shown`.

    Raises UsageError where one of them is not known, or where `by` is the author of the change.
    """
    found = {name: value(name) for name in declared.binds}
    unknown = next((name for name, each in found.items() if each is None), None)
    if unknown is not None:
        raise UsageError(f"`{declared.name}` is bound to `{unknown}`, which is unknown in {shown}")
    author = person(str(value(declared.author) or "")) if declared.author else ""
    if declared.author and not author:
        raise UsageError(f"nobody can attest `{declared.name}`: `{declared.author}` is unknown in {shown}")
    if author and author == person(by):
        raise UsageError(f"`{by}` is `{declared.author}`: nobody attests a change of their own")
    return found


def worded(
    declared: Attestation,
    role: str,
    bound: Mapping[str, object],
    act: Act,
    *,
    lasting: Decimal | None = None,
    evidence: str = "",
) -> AttestationStatement:
    """Return one person's word, as it is to be signed and recorded.

    Raises UsageError, a line for each, for a role that may not attest it, a person who may not speak in the role or has
    no key where keys are listed, and a term that is longer than the policy allows.
    """
    term = declared.expires if lasting is None else lasting
    problems = list(_problems(declared, role, act.by, term))
    if problems:
        raise UsageError("\n".join(problems))
    until = show_time(act.at + term)
    return AttestationStatement(declared.name, act.by, role, act.reason, evidence, act.time, until, bound)


def _problems(declared: Attestation, role: str, by: str, term: Decimal) -> Iterator[str]:
    name = declared.name
    if role not in declared.roles:
        yield f"`{role}` may not attest `{name}`: roles are {', '.join(declared.roles)}"
    elif not may_speak(declared, by, role):
        yield f"`{by}` may not speak as `{role}`: {', '.join(declared.people[role])} may"
    if declared.keys and by not in declared.keys:
        yield f"`{by}` has no key for `{name}`: {', '.join(sorted(declared.keys))} have"
    if not 0 < term <= declared.expires:
        most = show_duration(declared.expires)
        yield f"`{name}` may be attested for {most} at most, not for {show_duration(term)}"


def attest(
    path: Path,
    declared: Attestation,
    word: AttestationStatement,
    *,
    sign: Sign | None = None,
    anchor: Path | None = None,
) -> str:
    """Record one person's word and return what is still missing; empty where it opens.

    Raises UsageError for a signature that is missing, not asked for or not that person's, for a person who speaks in
    another role already, and for a stage that the rollout is not in.
    """
    body = {**word.body(), **_signature(declared, word, sign)}
    given = RecordedAttestation.read(word.at, body)
    with Recorder(path, anchor=anchor) as recorder:
        _entered(recorder.state, given)
        past = list(_unexpired(recorder.state, declared.name, given.at))
        for each in past:
            if person(each.by) == person(word.by) and each.role != word.role and counts(declared, each):
                told = f"`{each.by}` attested `{declared.name}` as `{each.role}`"
                raise UsageError(f"{told}: nobody counts for two roles")
        recorder.append(word.at, "attestation", body)
    return lacking(declared, heard(declared, [*past, given], canonical(word.bound)))


def _signature(declared: Attestation, word: AttestationStatement, sign: Sign | None) -> dict[str, str]:
    name = declared.name
    if not declared.keys and sign is not None:
        raise UsageError(f"`{name}` lists no keys, so that nobody would look at a signature")
    if not declared.keys:
        return {}
    if sign is None:
        raise UsageError(f"`{name}` asks for a signed word: sign it with `--sign-key FILE`")
    found = base64.b64encode(sign(word.text())).decode("ascii")
    if not signed_by(declared.keys[word.by], found, word.text()):
        raise UsageError(f"this is not the signature of `{word.by}` for this word")
    return {"signature": found}


def _entered(state: State, word: RecordedAttestation) -> None:
    """Refuse a word on a stage that nobody is in yet: it would not count once the stage is entered."""
    rollout, _, stage = word.what.partition("/")
    standing = state.standing(rollout)
    if not stage:
        return
    if not standing.active or standing.stage != stage:
        where = f"in {standing.stage}" if standing.active else standing.state
        raise UsageError(f"`{rollout}` is {where}: `{word.what}` is attested while it is in {stage}")
    if word.at < standing.entered:
        times = f"since {show_time(standing.entered)}, which is later than {show_time(word.at)}"
        raise UsageError(f"`{rollout}` is in {stage} {times}")


def _unexpired(state: State, what: str, at: Decimal) -> Iterator[RecordedAttestation]:
    """What was said of it and counts at an instant; of a stage only what was said since it was entered."""
    rollout, _, stage = what.partition("/")
    standing = state.standing(rollout)
    since, after = (standing.entered, standing.entry) if stage else (Decimal(0), 0)
    for each in state.attestations:
        if each.what == what and each.entry > after and since <= each.at <= at < each.until:
            yield each
