"""Whether what people attested is enough: roles, distinct people, terms and the values that they spoke of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..evaluation.canonical import canonical
from ..policy.attestations import Attestation
from .state import Attested

__all__ = ["enough", "may_speak"]


def enough(declared: Attestation, words: Sequence[Attested], value: Callable[[str], object]) -> bool:
    """Tell whether all roles were heard by enough distinct people, for the bound values as `value` gives them.

    A person counts in one role only, the first that the person spoke in, and the author of the change in none.
    """
    bound = {name: value(name) for name in declared.binds}
    if any(each is None for each in bound.values()):
        return False
    now = canonical(bound)
    author = value(declared.author) if declared.author else ""
    if author is None:
        return False
    roles: dict[str, str] = {}
    for word in words:
        fits = word.bound == now and word.by != author and may_speak(declared, word.by, word.role)
        if fits and word.until - word.at <= declared.expires:
            roles.setdefault(word.by, word.role)
    return set(declared.roles) <= set(roles.values()) and len(roles) >= declared.quorum


def may_speak(declared: Attestation, person: str, role: str) -> bool:
    """Tell whether a person may speak in a role: in one without a list everybody may."""
    return role in declared.roles and person in declared.people.get(role, (person,))
