"""Whether what people attested is enough: roles, distinct people, signatures, and the values that they spoke of."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from ...canonical import canonical
from ...errors import MissingExtra
from ...language.times import parse_time
from ...policy.model import Attestation
from ..cryptography_signing import missing, signed_by

__all__ = [
    "AttestationStatement",
    "RecordedAttestation",
    "counts",
    "enough_until",
    "heard",
    "lacking",
    "may_speak",
    "person",
    "unchecked",
]


_FORMAT = 1


@dataclass(frozen=True, slots=True)
class AttestationStatement:
    """Who said what, in which role and why, from when until when, and the values that it is bound to."""

    what: str
    by: str
    role: str
    reason: str
    evidence: str
    at: str
    until: str
    bound: Mapping[str, object]

    def text(self) -> bytes:
        """Return what a signature is given for: canonical JSON of all of it."""
        return canonical({"interlock": _FORMAT, "attestation": asdict(self)})

    def body(self) -> dict[str, object]:
        """Return what an entry holds of it; its time is the entry's own."""
        found = asdict(self)
        del found["at"]
        return found


@dataclass(frozen=True, slots=True)
class RecordedAttestation:
    """A recorded word, for judging: instants in seconds, the bound values as canonical JSON, the bytes that `signature`
    (base64; empty without one) is to be of, and the entry that holds it."""

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
        """Return the word that an entry holds."""
        names = ("what", "by", "role", "reason", "evidence", "until", "bound")
        word = AttestationStatement(at=time, **{name: data[name] for name in names})
        at, until = parse_time(time), parse_time(word.until)
        assert at is not None and until is not None
        signature = str(data.get("signature", ""))
        return cls(
            word.what, word.by, word.role, at, until, canonical(word.bound), word.text(), signature, entry
        )


def enough_until(
    declared: Attestation, words: Sequence[RecordedAttestation], value: Callable[[str], object]
) -> Decimal | None:
    """Return until when all roles were heard by enough distinct people, for the bound values as `value` gives them;
    None where they were not."""
    bound = {name: value(name) for name in declared.binds}
    author = str(value(declared.author) or "") if declared.author else ""
    if any(each is None for each in bound.values()) or (declared.author and not author.strip()):
        return None
    end, left = None, list(words)
    while left and not lacking(declared, heard(declared, left, canonical(bound), author)):
        end = min(each.until for each in left)
        left = [each for each in left if each.until > end]
    return end


def heard(
    declared: Attestation, words: Sequence[RecordedAttestation], bound: bytes, author: str = ""
) -> dict[str, str]:
    """Return who counts, with the role: the first that the person spoke in, and the author of the change in none."""
    roles: dict[str, str] = {}
    for word in words:
        by = person(word.by)
        fits = word.bound == bound and by != person(author) and word.until - word.at <= declared.expires
        if fits and by not in roles and counts(declared, word):
            roles[by] = word.role
    return roles


def lacking(declared: Attestation, roles: Mapping[str, str]) -> str:
    """Return what is missing where those who count are too few; empty where they are enough."""
    silent = [role for role in declared.roles if role not in roles.values()]
    if silent:
        return f"{', '.join(silent)} {'is' if len(silent) == 1 else 'are'} not heard yet"
    return "" if len(roles) >= declared.quorum else f"{len(roles)} of {declared.quorum} people"


def counts(declared: Attestation, word: RecordedAttestation) -> bool:
    """Tell whether a word is from one who may speak and, where the policy lists keys, signed with that one's key."""
    if not may_speak(declared, word.by, word.role):
        return False
    if not declared.keys:
        return True
    key = declared.keys.get(word.by)
    try:
        return key is not None and signed_by(key, word.signature, word.text)
    except MissingExtra:
        return False


def may_speak(declared: Attestation, by: str, role: str) -> bool:
    """Tell whether a person may speak in a role: in one without a list everybody may."""
    return role in declared.roles and by in declared.people.get(role, (by,))


def person(name: str) -> str:
    """Return the same for every way to write a name: capitals, spaces, composed letters and what nobody can see make
    no second person."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    seen = "".join(each for each in folded if each.isspace() or (each.isprintable() and not _unseen(each)))
    return " ".join(seen.split())


def _unseen(character: str) -> bool:
    """Marks that change another letter, and letters that are only filled space."""
    return unicodedata.category(character) in ("Mn", "Me") or character in "\u115f\u1160\u2800"


def unchecked(declared: Mapping[str, Attestation], words: Iterable[RecordedAttestation]) -> Iterator[str]:
    """Yield a line for each attestation whose signatures cannot be checked here, so that no word on it counts."""
    signed = {each.what for each in words if each.signature}
    for name in sorted(name for name in signed if name in declared and declared[name].keys):
        if problem := missing():
            yield f"attestation {name}: nobody's word counts: {problem}"
