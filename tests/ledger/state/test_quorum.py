"""Whatever is attested in whatever order, fewer distinct people than the quorum are never enough."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from decimal import Decimal
from itertools import permutations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from interlock.canonical import canonical
from interlock.diagnostics import Span
from interlock.language.values import Unknown
from interlock.ledger.state.quorum import RecordedAttestation, normalized_name, quorum_until, shortfall
from interlock.policy.model import Attestation

NAMES = ("a-desk", "A-Desk", " a-desk", "b-desk", "c-desk", "dé-desk", "de\u0301-desk")
ROLES = ("risk", "quant", "board")
SECRETS = {name: Ed25519PrivateKey.from_private_bytes(bytes([at]) * 32) for at, name in enumerate(NAMES)}
KEYS = {name: key.public_key().public_bytes_raw() for name, key in SECRETS.items()}
NOW = {"limit": Decimal(10), "author": "b-desk"}


@st.composite
def recorded_attestations(draw: st.DrawFn) -> RecordedAttestation:
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


def may_count(policy: Attestation, recorded: RecordedAttestation) -> bool:
    """Tell whether one attestation may count, computed naively."""
    if policy.keys:
        try:
            SECRETS[recorded.by].public_key().verify(base64.b64decode(recorded.signature), recorded.text)
        except Exception:
            return False
        if policy.keys.get(recorded.by) != KEYS[recorded.by]:
            return False
    return (
        recorded.role in policy.roles
        and recorded.by in policy.people.get(recorded.role, (recorded.by,))
        and recorded.bound == canonical({name: NOW[name] for name in policy.binds})
        and recorded.until - recorded.at <= policy.expires
        and not (policy.author and normalized_name(recorded.by) == "b-desk")
    )


def could_be_enough(policy: Attestation, attestations: Sequence[RecordedAttestation]) -> bool:
    """Whether some way to give people to roles fills every role, with enough people in all."""
    good = [(normalized_name(each.by), each.role) for each in attestations if may_count(policy, each)]
    people = sorted({by for by, _ in good})
    return len(people) >= policy.quorum and any(
        all((by, role) in good for by, role in zip(chosen, policy.roles, strict=True))
        for chosen in permutations(people, len(policy.roles))
    )


@given(declared(), st.lists(recorded_attestations(), max_size=8))
def test_fewer_people_than_asked_are_never_enough(
    policy: Attestation, attestations: list[RecordedAttestation]
) -> None:
    end = quorum_until(policy, attestations, NOW.get)
    if end is None:
        return
    assert could_be_enough(policy, attestations)
    left = [each for each in attestations if each.until > end]
    assert quorum_until(policy, left, NOW.get) is None


@given(declared(), st.lists(recorded_attestations(), max_size=8))
def test_no_attestation_counts_for_an_unknown_value(
    policy: Attestation, attestations: list[RecordedAttestation]
) -> None:
    if policy.binds or policy.author:
        assert quorum_until(policy, attestations, lambda _: Unknown(())) is None


def test_one_person_has_many_spellings() -> None:
    names = ("dé desk", "De\u0301 Desk", " dé\u00a0 desk", "dé\u200b desk", "ｄé desk", "dé desk\n")
    assert {normalized_name(each) for each in names} == {"dé desk"}
    unseen = ["bob", "bob\ufe0f", "b\u034fob", "bob\u3164", "\u2800bob", "bob\U000e0100", "bo\u200bb"]
    assert {normalized_name(each) for each in unseen} == {"bob"}
    assert normalized_name("de desk") != normalized_name("dé desk")


@pytest.mark.parametrize(
    "names",
    [
        ("o'neil", "O'Neil ", "o\u2019neil", "o\u02bcneil", "o`neil", "o neil", "o\u2032neil"),
        ("anne-marie", "anne\u2010marie", "Anne\u2013Marie", "anne\u2212marie", "anne.marie", "anne_marie"),
        ("bøb", "bo\u0338b", "BØB", "bob"),
        ("đorđe", "dorde", "d\u0335orđe"),
        ("kılıc", "kilic", "KILIC", "K\u0130LIC"),
        ("\u0237an", "jan"),
    ],
)
def test_look_alikes_of_a_name_are_one_person(names: tuple[str, ...]) -> None:
    assert len({normalized_name(each) for each in names}) == 1


def test_letters_of_other_names_stay_apart() -> None:
    names = ("josé", "jose", "anneb", "anne b", "अनीता", "अनिता", "\u019bx", "\u03bbx")
    assert len({normalized_name(each) for each in names}) == len(names)


def test_the_missing_roles_and_people_are_named() -> None:
    policy = Attestation("x", ("risk", "quant"), 3, Decimal(10), Span("x", 1, 1))
    pairs = [("a-desk", "risk"), ("b-desk", "quant"), ("c-desk", "risk")]
    missing = [shortfall(policy, dict(pairs[:size])) for size in range(4)]
    assert missing == ["risk, quant have not attested yet", "quant has not attested yet", "2 of 3 people", ""]
