"""Whether a policy applies, by an expression or the stages of a rollout, and what follows for its verdict."""

from __future__ import annotations

from ...language.printer import to_text
from ...language.values import Unknown
from ...policy.model import StageGuard
from ..expressions.compiled import CompiledPolicy
from ..expressions.interpreter import Interpreter
from ..verdict import NOT_APPLICABLE, NOT_EVALUATED
from .cause_text import unknown_origins
from .request import Request

__all__ = ["guarded", "policy_guard", "with_guard"]


def policy_guard(
    compiled: CompiledPolicy, interpreter: Interpreter, request: Request
) -> tuple[bool | Unknown, str]:
    """Return whether a policy applies over what an interpreter sees, and the text of what is false or unknown."""
    guard = compiled.policy.applies
    if isinstance(guard, StageGuard):
        return _in_stage(guard, request)
    if compiled.applies is None:
        return True, ""
    found = interpreter.evaluate(compiled.applies)
    assert isinstance(found, (bool, Unknown))
    return found, f"`{to_text(compiled.applies.root)}` is {'false' if found is False else 'unknown'}"


def _in_stage(guard: StageGuard, request: Request) -> tuple[bool, str]:
    """The state of a rollout is that of now, at past instants too; without a ledger the policy applies."""
    standing = request.rollout(guard.rollout)
    if standing is None:
        return True, ""
    state, stage = standing
    where = f"in {stage}" if state == "ACTIVE" else state
    return state == guard.state and (not guard.stages or stage in guard.stages), (
        f"rollout `{guard.rollout}` is {where}"
    )


def guarded(pair: tuple[str, str], applies: bool | Unknown, best: str) -> tuple[str, str]:
    """Return the verdict and the possible verdict of a policy under its guard.

    A policy that surely does not apply, and to which no latch contributes, is NOT_APPLICABLE. Under an unknown guard
    it is never at its best: it could turn out not to apply.
    """
    if applies is False and pair[0] == NOT_EVALUATED:
        return NOT_APPLICABLE, NOT_APPLICABLE
    return (NOT_EVALUATED, NOT_EVALUATED) if isinstance(applies, Unknown) and pair[0] == best else pair


def with_guard(applies: bool | Unknown, text: str) -> list[str]:
    """Return what a verdict prints of a guard that is false or unknown."""
    if applies is True:
        return []
    if applies is False:
        return [f"the policy does not apply: {text}"]
    origins = unknown_origins(applies.causes)
    return [f"cannot tell whether the policy applies: {text}" + (f": {origins}" if origins else "")]
