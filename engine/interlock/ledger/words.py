"""One person's word on what a policy asks people to attest: what is recorded of it, and the bytes that are signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from ..canonical import canonical
from ..language.times import parse_time

__all__ = ["Attested", "Word"]

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Word:
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
class Attested:
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
    def read(cls, time: str, data: Mapping[str, Any], entry: int = 0) -> Attested:
        """Return the word that an entry holds."""
        names = ("what", "by", "role", "reason", "evidence", "until", "bound")
        word = Word(at=time, **{name: data[name] for name in names})
        at, until = parse_time(time), parse_time(word.until)
        assert at is not None and until is not None
        signature = str(data.get("signature", ""))
        return cls(
            word.what, word.by, word.role, at, until, canonical(word.bound), word.text(), signature, entry
        )
