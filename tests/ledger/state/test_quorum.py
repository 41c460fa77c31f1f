"""Whatever is said in whatever order, fewer distinct people than a policy asks for are never enough."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from decimal import Decimal
from itertools import permutations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from interlock.canonical import canonical
from interlock.diagnostics import Span
from interlock.ledger.state.quorum import RecordedAttestation, enough_until, lacking, person
from interlock.policy.model import Attestation

NAMES = ("a-desk", "A-Desk", " a-desk", "b-desk", "c-desk", "dé-desk", "de\u0301-desk")
ROLES = ("risk", "quant", "board")
SECRETS = {name: Ed25519PrivateKey.from_private_bytes(bytes([at]) * 32) for at, name in enumerate(NAMES)}
KEYS = {name: key.public_key().public_bytes_raw() for name, key in SECRETS.items()}
NOW = {"limit": Decimal(10), "author": "b-desk"}


@st.composite
def words(draw: st.DrawFn) -> RecordedAttestation:
    by, signer = draw(st.sampled_from(NAMES)), draw(st.sampled_from((None, *NAMES)))
    bound = canonical({"limit": Decimal(draw(st.sampled_from((10, 10, 10, 11))))})
    term = Decimal(draw(st.sampled_from((5, 10, 20))))
    text = canonical([by, draw(st.sampled_from(("a", "b")))])
    signed = b"" if signer is None else SECRETS[signer].sign(text)
    role = draw(st.sampled_from((*ROLES, "nobody")))
    at = Decimal(draw(st.integers(0, 9)))
    return RecordedAttestation("x", by, role, at, at + term, bound, text, base64.b64encode(signed).decode())


@st.composite
def declared(draw: st.DrawFn) -> Attestation:
    roles = tuple(draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=3, unique=True)))
    quorum = max(len(roles), draw(st.integers(1, 4)))
    people = {"risk": ("a-desk", "b-desk")} if draw(st.booleans()) else {}
    keys = draw(st.sampled_from(({}, KEYS, {"a-desk": KEYS["a-desk"], "b-desk": KEYS["c-desk"]})))
    binds = ("limit",) if draw(st.booleans()) else ()
    author = draw(st.sampled_from(("", "author")))
    return Attestation(
        "x", roles, quorum, Decimal(10), Span("x", 1, 1), binds, people, author, "", dict(keys)
    )


def may_count(asked: Attestation, word: RecordedAttestation) -> bool:
    """The naive reading of one word."""
    if asked.keys:
        try:
            SECRETS[word.by].public_key().verify(base64.b64decode(word.signature), word.text)
        except Exception:
            return False
        if asked.keys.get(word.by) != KEYS[word.by]:
            return False
    return (
        word.role in asked.roles
        and word.by in asked.people.get(word.role, (word.by,))
        and word.bound == canonical({name: NOW[name] for name in asked.binds})
        and word.until - word.at <= asked.expires
        and not (asked.author and person(word.by) == "b-desk")
    )


def could_be_enough(asked: Attestation, said: Sequence[RecordedAttestation]) -> bool:
    """Whether some way to give people to roles fills every role, with enough people in all."""
    good = [(person(each.by), each.role) for each in said if may_count(asked, each)]
    people = sorted({by for by, _ in good})
    return len(people) >= asked.quorum and any(
        all((by, role) in good for by, role in zip(chosen, asked.roles, strict=True))
        for chosen in permutations(people, len(asked.roles))
    )


@given(declared(), st.lists(words(), max_size=8))
def test_fewer_people_than_asked_are_never_enough(
    asked: Attestation, said: list[RecordedAttestation]
) -> None:
    end = enough_until(asked, said, NOW.get)
    if end is None:
        return
    assert could_be_enough(asked, said)
    left = [each for each in said if each.until > end]
    assert enough_until(asked, left, NOW.get) is None


@given(declared(), st.lists(words(), max_size=8))
def test_nothing_counts_for_a_value_that_nobody_knows(
    asked: Attestation, said: list[RecordedAttestation]
) -> None:
    known = {} if asked.binds or asked.author else NOW
    if not known:
        assert enough_until(asked, said, known.get) is None


def test_one_person_has_many_spellings() -> None:
    names = ("dé desk", "De\u0301 Desk", " dé\u00a0 desk", "dé\u200b desk", "ｄé desk", "dé desk\n")
    assert {person(each) for each in names} == {"dé desk"}
    unseen = ["bob", "bob\ufe0f", "b\u034fob", "bob\u3164", "\u2800bob", "bob\U000e0100", "bo\u200bb"]
    assert {person(each) for each in unseen} == {"bob"}
    assert person("de desk") != person("dé desk")


def test_what_is_missing_is_told() -> None:
    asked = Attestation("x", ("risk", "quant"), 3, Decimal(10), Span("x", 1, 1))
    pairs = [("a-desk", "risk"), ("b-desk", "quant"), ("c-desk", "risk")]
    told = [lacking(asked, dict(pairs[:size])) for size in range(4)]
    assert told == ["risk, quant are not heard yet", "quant is not heard yet", "2 of 3 people", ""]
