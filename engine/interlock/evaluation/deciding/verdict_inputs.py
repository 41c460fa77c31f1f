"""What a verdict follows from: digests of the policy, the snapshot and the baselines, and the values of params."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...canonical import canonical, digest
from ..expressions.compiled import CompiledPolicy
from ..snapshot.snapshot import Snapshot
from ..verdict import Inputs, Verdict
from .request import Request

__all__ = ["inputs_of"]


def inputs_of(
    compiled: CompiledPolicy,
    request: Request,
    snapshot: Snapshot,
    params: Mapping[str, str],
    children: Iterable[Verdict],
) -> Inputs:
    """Return the inputs of a verdict of a policy with these effective params over the verdicts that it composes."""
    below = sorted({(each.policy, each.inputs.policy) for each in children})
    meaning = {"static": compiled.static_digest, "params": params, "children": below}
    known = [name for name in compiled.attested if name in request.attestations]
    asked = {name: request.attestations[name].meaning() for name in known}
    meaning |= {"attested": asked} if asked else {}
    return Inputs(
        policy=digest(canonical(meaning)),
        snapshot=snapshot.digest,
        baselines={name: each.snapshot.digest for name, each in sorted(request.baselines.items())},
        params=params,
        engine=request.engine,
        stateless=request.stateless,
        ledger_head=request.memory.head if request.memory else None,
    )
