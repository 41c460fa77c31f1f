"""Whether attestations reach their quorum: roles, distinct people, signatures and bound values."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from ...canonical import canonical
from ...errors import MissingExtra
from ...language.times import parse_time
from ...language.values import Cause, Unknown, merged
from ...policy.model import Attestation
from ..cryptography_signing import missing_extra, signed_by

__all__ = [
    "AttestationStatement",
    "RecordedAttestation",
    "author_of",
    "counted_roles",
    "is_accepted",
    "may_attest",
    "normalized_name",
    "quorum_doubt",
    "quorum_until",
    "shortfall",
    "unverifiable",
]


_FORMAT = 1
_LOOK_ALIKE = {"\u0131": "i", "\u0237": "j", "\u0251": "a", "\u0261": "g"}
"""Letters that are another one in a different shape: without its dot, or as it is written by hand."""


@dataclass(frozen=True, slots=True)
class AttestationStatement:
    """An attestation: who attests what, in which role and why, from when until when, and the bound values."""

    what: str
    by: str
    role: str
    reason: str
    evidence: str
    at: str
    until: str
    bound: Mapping[str, object]

    def text(self) -> bytes:
        """Return the text that a signature covers: canonical JSON of all fields."""
        return canonical({"interlock": _FORMAT, "attestation": asdict(self)})

    def body(self) -> dict[str, object]:
        """Return the body of its entry; the entry itself has the time."""
        found = asdict(self)
        del found["at"]
        return found


@dataclass(frozen=True, slots=True)
class RecordedAttestation:
    """A recorded attestation: instants in seconds, `bound` the values as canonical JSON, `text` the bytes that the
    `signature` (base64; empty without one) covers, and the entry that holds it."""

    what: str
    by: str
    role: str
    at: Decimal
    until: Decimal
    bound: bytes
    text: bytes
    signature: str = ""
    entry: int = 0

    @classmethod
    def read(cls, time: str, data: Mapping[str, Any], entry: int = 0) -> RecordedAttestation:
        """Return the attestation of an entry."""
        names = ("what", "by", "role", "reason", "evidence", "until", "bound")
        statement = AttestationStatement(at=time, **{name: data[name] for name in names})
        at, until = parse_time(time), parse_time(statement.until)
        assert at is not None and until is not None
        signature = str(data.get("signature", ""))
        return cls(
            statement.what,
            statement.by,
            statement.role,
            at,
            until,
            canonical(statement.bound),
            statement.text(),
            signature,
            entry,
        )


def quorum_until(
    declared: Attestation, attestations: Sequence[RecordedAttestation], value: Callable[[str], object]
) -> Decimal | None:
    """Return when the quorum ends that enough people in all roles reach for the bound values as `value` reads them, by
    attestations after the times of `after`; None if they do not reach it."""
    bound, author = {name: value(name) for name in declared.binds}, author_of(declared, value)
    unknown = any(isinstance(each, Unknown) for each in bound.values())
    if unknown or (declared.author and not normalized_name(author)):
        return None
    times = [value(name) for name in declared.after]
    since = [at for at in times if isinstance(at, Decimal)]
    if len(since) < len(times):
        return None
    end, left = None, [each for each in attestations if all(each.at > at for at in since)]
    while left and not shortfall(declared, counted_roles(declared, left, canonical(bound), author)):
        end = min(each.until for each in left)
        left = [each for each in left if each.until > end]
    return end


def quorum_doubt(
    declared: Attestation, attestations: Sequence[RecordedAttestation], value: Callable[[str], object]
) -> tuple[Cause, ...]:
    """Return why it is unknown whether the quorum is reached; empty if it is known.

    What is unknown are bound values, the author of the change, and signatures that cannot be checked. It is known that
    the quorum is not reached if no value and no author would complete it.
    """
    if quorum_until(declared, attestations, value) is not None:
        return ()
    bound, author = {name: value(name) for name in declared.binds}, author_of(declared, value)
    times = [value(name) for name in declared.after]
    causes = [each.causes for each in (*bound.values(), *times) if isinstance(each, Unknown)]
    since = [at for at in times if isinstance(at, Decimal)]
    attestations = [each for each in attestations if all(each.at > at for at in since)]
    if declared.author and not normalized_name(author):
        found = value(declared.author)
        blank = Cause(declared.author, "", "", "missing", "the name is blank")
        causes.append(found.causes if isinstance(found, Unknown) else (blank,))
    unchecked = missing_extra() if declared.keys else ""
    if unchecked:
        causes.append((Cause(f"attested({declared.name})", "", "", "missing", unchecked),))
    loose = replace(declared, keys={}, people=_signers(declared)) if unchecked else declared
    recorded = [(each.bound, _recorded(each)) for each in attestations]
    causes += [
        (Cause(name, "", "", "conflict", "attested by its place in the list of values: attest it again"),)
        for name, value in bound.items()
        if any(_by_place(each.get(name), value) for _, each in recorded)
    ]
    alike = {text for text, each in recorded if _may_equal(each, bound)}
    reached = any(not shortfall(loose, counted_roles(loose, attestations, each, author)) for each in alike)
    return merged(*causes) if reached else ()


def _signers(declared: Attestation) -> dict[str, tuple[str, ...]]:
    """Return who may attest in each role, if their signatures are good."""
    keys = tuple(declared.keys)
    return {
        role: tuple(each for each in declared.people.get(role, keys) if each in keys)
        for role in declared.roles
    }


def _recorded(attestation: RecordedAttestation) -> dict[str, object]:
    """Return the values that an attestation is bound to."""
    found: dict[str, object] = json.loads(attestation.bound, parse_int=Decimal, parse_float=Decimal)
    return found


def _may_equal(recorded: Mapping[str, object], bound: Mapping[str, object]) -> bool:
    """Tell whether recorded values may be these, of which some are unknown."""
    known = {name: each for name, each in bound.items() if not isinstance(each, Unknown)}
    return recorded.keys() == bound.keys() and all(
        canonical(recorded[name]) == canonical(each) or _by_place(recorded[name], each)
        for name, each in known.items()
    )


def _by_place(recorded: object, value: object) -> bool:
    """Tell whether a recorded value of an enum is its place in the list of that time, as older versions wrote it."""
    if isinstance(recorded, Mapping) and isinstance(value, Mapping):
        return any(_by_place(recorded.get(member), each) for member, each in value.items())
    return isinstance(recorded, Decimal) and isinstance(value, str)


def author_of(declared: Attestation, value: Callable[[str], object]) -> str:
    """Return the author of the change; empty if the attestation names none or it is unknown."""
    found = value(declared.author) if declared.author else ""
    return found if isinstance(found, str) else ""


def counted_roles(
    declared: Attestation, attestations: Sequence[RecordedAttestation], bound: bytes, author: str = ""
) -> dict[str, str]:
    """Return the people who count, with the role of their first attestation; the author of the change never counts."""
    roles: dict[str, str] = {}
    for each in attestations:
        by = normalized_name(each.by)
        fits = (
            each.bound == bound and by != normalized_name(author) and each.until - each.at <= declared.expires
        )
        if fits and by not in roles and is_accepted(declared, each):
            roles[by] = each.role
    return roles


def shortfall(declared: Attestation, roles: Mapping[str, str]) -> str:
    """Return what is missing for the quorum; empty if it is reached."""
    missing = [role for role in declared.roles if role not in roles.values()]
    if missing:
        return f"{', '.join(missing)} {'has' if len(missing) == 1 else 'have'} not attested yet"
    return "" if len(roles) >= declared.quorum else f"{len(roles)} of {declared.quorum} people"


def is_accepted(declared: Attestation, attestation: RecordedAttestation) -> bool:
    """Tell whether a person may attest it and, if the policy lists keys, has signed it with the listed key."""
    if not may_attest(declared, attestation.by, attestation.role):
        return False
    if not declared.keys:
        return True
    key = declared.keys.get(attestation.by)
    try:
        return key is not None and signed_by(key, attestation.signature, attestation.text)
    except MissingExtra:
        return False


def may_attest(declared: Attestation, by: str, role: str) -> bool:
    """Tell whether a person may attest in a role: anybody may in a role without a list of people."""
    return role in declared.roles and by in declared.people.get(role, (by,))


def normalized_name(name: str) -> str:
    """Return one form for every spelling of a name: capitals, signs between letters, composed, crossed and invisible
    characters make no second person."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    visible = (each for each in folded if each.isspace() or (each.isprintable() and not _invisible(each)))
    letters = (" " if _sign(each) else _uncrossed(each) for each in visible)
    return " ".join("".join(letters).split())


def _invisible(character: str) -> bool:
    """Tell whether a character only marks another letter, or is a blank letter."""
    return unicodedata.category(character) in ("Mn", "Me") or character in "\u115f\u1160\u2800"


def _sign(character: str) -> bool:
    """Tell whether a character is no letter, digit or vowel sign, or a letter that looks like an apostrophe."""
    if unicodedata.name(character, "").startswith("MODIFIER LETTER"):
        return True
    return not character.isalnum() and unicodedata.category(character) != "Mc"


def _uncrossed(letter: str) -> str:
    """Return the plain letter of one with a stroke or without its dot; a line over the plain one imitates it."""
    plain = _LOOK_ALIKE.get(letter, letter)
    name, crossed, _ = unicodedata.name(plain, "").partition(" WITH ")
    if not crossed or unicodedata.normalize("NFD", plain) != plain:
        return plain
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return plain


def unverifiable(
    declared: Mapping[str, Attestation], attestations: Iterable[RecordedAttestation]
) -> Iterator[str]:
    """Yield a line for each attestation that does not count because its signatures cannot be checked here."""
    signed = {each.what for each in attestations if each.signature}
    for name in sorted(name for name in signed if name in declared and declared[name].keys):
        if problem := missing_extra():
            yield f"attestation {name} does not count: {problem}"
