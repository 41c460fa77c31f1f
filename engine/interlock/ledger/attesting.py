"""Records one person's word on what a policy asks people to attest."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from ..errors import UsageError
from ..language.times import show_duration, show_time
from ..policy.attestations import Attestation
from .acts import Act
from .evaluations import Recorder
from .quorum import may_speak

__all__ = ["attest"]


def attest(
    path: Path,
    declared: Attestation,
    role: str,
    bound: Mapping[str, object],
    act: Act,
    *,
    lasting: Decimal | None = None,
    evidence: str = "",
) -> Decimal:
    """Record one person's word and return until when it counts.

    Raises UsageError for a role that may not attest it, a person who may not speak in the role, or a term that is
    longer than the policy allows.
    """
    if role not in declared.roles:
        raise UsageError(f"`{role}` may not attest `{declared.name}`: roles are {', '.join(declared.roles)}")
    if not may_speak(declared, act.by, role):
        raise UsageError(f"`{act.by}` may not speak as `{role}`: {', '.join(declared.people[role])} may")
    term = declared.expires if lasting is None else lasting
    if not 0 < term <= declared.expires:
        most = show_duration(declared.expires)
        raise UsageError(
            f"`{declared.name}` may be attested for {most} at most, not for {show_duration(term)}"
        )
    until = act.at + term
    with Recorder(path, anchor=act.anchor) as recorder:
        for word in recorder.state.attestations:
            other = word.what == declared.name and word.by == act.by and word.role != role
            if other and word.until > act.at:
                raise UsageError(
                    f"`{act.by}` attested `{declared.name}` as `{word.role}`: nobody counts for two roles"
                )
        body = {
            "what": declared.name,
            "by": act.by,
            "role": role,
            "reason": act.reason,
            "evidence": evidence,
            "until": show_time(until),
            "bound": bound,
        }
        recorder.append(act.time, "attestation", body)
    return until
