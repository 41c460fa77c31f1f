"""`interlock attest`: from a shut gate to an open one and back, and every word that is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from interlock.ledger.cryptography_signing import signed_by
from support.beginnings import begun
from support.roots import document, instant, write

from ..conftest import Command, Done

FILES = {
    "interlock.yaml": "interlock: 1\n",
    "catalogue.yaml": """\
metrics:
  limit: {type: number, range: [0, 1000], max_age: 1h}
  change.author: {type: string, max_age: 1h}
""",
    "gate.yaml": """\
policy: gate
version: 1.0.0
title: The limit is agreed
owner: risk
verdicts: [OPEN, SHUT]
rules:
  - id: agreed
    require: attested('sign-off')
    reason: nobody signed off
""",
}
PLAIN = """\
attestations:
  sign-off:
    roles: [quant-lead, risk]
    expires: 2d
    binds: [limit]
    people: {risk: [risk-desk, quant-desk]}
    author: change.author
"""
LEDGER = Path(".interlock/ledger.db")
DAY = 86_400
WORD = ("--by", "risk-desk", "--role", "risk", "--from", "snapshot.json")


@dataclass
class Desk:
    """A policy root with one gate, and a clock that only the test moves."""

    command: Command
    now: Decimal

    def judge(self, later: int = 60, **metrics: object) -> Done:
        """Write a snapshot of some seconds later, then judge and record it."""
        self.now += later
        given = {"limit": 10.5, "change.author": "release-desk", **metrics}
        Path("snapshot.json").write_bytes(document(self.time(), given))
        return self.command("evaluate", "snapshot.json", "--ledger", LEDGER)

    def say(self, by: str, role: str, *options: object) -> Done:
        """Attest for the values of the newest snapshot."""
        words = ("--by", by, "--role", role, "--reason", "looked at it", "--from", "snapshot.json")
        return self.command("attest", "sign-off", *words, *options)

    def time(self, later: int = 0) -> str:
        seconds = int(self.now) + later - int(instant("2026-03-27"))
        return f"2026-03-{27 + seconds // DAY}T{seconds % DAY // 3600:02}:{seconds % 3600 // 60:02}:00Z"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command) -> Desk:
    write(tmp_path, FILES, {"attestations.yaml": PLAIN})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERLOCK_POLICIES", "policies")
    desk = Desk(command, instant("2026-03-27T06:00:00Z"))
    monkeypatch.setattr("interlock.clock.now", lambda: desk.now)
    signed_by.cache_clear()
    begun(LEDGER)
    return desk


def declare(text: str) -> None:
    Path("policies/attestations.yaml").write_text(text, encoding="utf-8")


def record(desk: Desk) -> dict[str, Any]:
    """The verdict on the newest snapshot."""
    done = desk.command("evaluate", "snapshot.json", "--ledger", LEDGER, "--format", "json")
    found: dict[str, Any] = json.loads(done.out)["verdicts"][0]
    return found


def refused(desk: Desk, attempt: Callable[[], Done], message: str) -> None:
    """Hold that an attempt ends with code 2 and the message, and that the ledger is as it was."""
    head, before = desk.command("log", "head").out, LEDGER.read_bytes()
    done = attempt()
    assert (done.code, done.out, done.err) == (2, "", f"error: {message}\n")
    assert (desk.command("log", "head").out, LEDGER.read_bytes()) == (head, before)


# --- what opens and what shuts -----------------------------------------------------------------------------------


def test_enough_people_open_the_gate_for_the_values_that_they_saw(desk: Desk) -> None:
    assert desk.judge().code == 1
    until = desk.time(2 * DAY)
    done = desk.say("risk-desk", "risk")
    told = f"risk-desk attested sign-off as risk until {until}, quant-lead has not attested yet\n"
    assert (done.code, done.out, done.err) == (0, told, "")
    assert desk.judge().code == 1
    until = desk.time(2 * DAY)
    done = desk.say("quant-desk", "quant-lead", "--evidence", "the weekly report")
    assert (done.code, done.out) == (0, f"quant-desk attested sign-off as quant-lead until {until}\n")
    assert desk.judge().code == 0
    assert desk.judge(limit=11).code == 1
    assert desk.judge(limit=None).code == 1
    assert desk.judge(limit=10.50).code == 0
    kinds = desk.command("log", "show", "--kind", "attestation").out.splitlines()[1:]
    assert [each.split()[0] for each in kinds] == ["6", "10"]


def test_an_entry_tells_the_values_too(desk: Desk) -> None:
    desk.judge()
    for by, role in (("risk-desk", "risk"), ("quant-desk", "quant-lead")):
        assert (
            desk.command(
                "attest", "sign-off", "--by", by, "--role", role, "--reason", "seen", "--from", "5"
            ).code
            == 0
        )
    assert desk.judge().code == 0


def test_it_closes_when_the_first_word_expires(desk: Desk) -> None:
    desk.judge()
    desk.say("risk-desk", "risk", "--expires", "1h")
    desk.say("quant-desk", "quant-lead")
    assert [desk.judge(3540).code, desk.judge().code] == [0, 1]
    assert desk.say("risk-desk", "risk").code == 0
    assert desk.judge().code == 0
    assert [desk.judge(2 * DAY - 3780).code, desk.judge(120).code] == [0, 1]


def test_a_verdict_ends_with_the_words_that_it_rests_on(desk: Desk) -> None:
    def ends() -> str:
        return str(record(desk)["valid_until"])

    desk.judge()
    day = desk.time(DAY)
    assert ends() == day
    desk.say("risk-desk", "risk", "--expires", "3h")
    assert ends() == day
    desk.say("quant-desk", "quant-lead", "--expires", "1h")
    assert ends() == desk.time(3600)
    desk.say("quant-desk", "quant-lead")
    assert ends() == desk.time(3 * 3600)


def test_the_digest_of_a_policy_covers_what_it_asks_people(desk: Desk) -> None:
    def digest() -> str:
        desk.judge()
        return str(record(desk)["inputs"]["policy"])

    before = digest()
    declare(PLAIN.replace("    roles", "    doc: other words\n    roles"))
    assert digest() == before
    declare(PLAIN.replace("2d", "3d"))
    assert digest() != before


def test_a_quorum_asks_for_more_people_than_roles(desk: Desk) -> None:
    declare("attestations: {sign-off: {roles: [risk], quorum: 3, expires: 2d}}\n")
    desk.judge()
    said = [desk.say(by, "risk").out.partition("Z")[2] for by in ("a-desk", "A-Desk ", "b-desk", "c-desk")]
    assert said == [", 1 of 3 people\n", ", 1 of 3 people\n", ", 2 of 3 people\n", "\n"]
    assert desk.judge().code == 0


def test_the_policy_of_now_decides_who_counts(desk: Desk) -> None:
    desk.judge()
    desk.say("risk-desk", "risk")
    desk.say("quant-desk", "quant-lead")
    assert desk.judge().code == 0
    for old, new in (
        ("[risk-desk, quant-desk]", "[night-desk]"),
        ("quant-lead, risk]", "quant-lead, risk, board]"),
        ("expires: 2d", "expires: 1d"),
        ("[limit]", "[limit, change.author]"),
        ("    binds", "    quorum: 3\n    binds"),
    ):
        declare(PLAIN.replace(old, new))
        assert desk.judge().code == 1
    declare(PLAIN)
    assert desk.judge().code == 0


def test_the_author_of_the_change_stops_counting(desk: Desk) -> None:
    desk.judge()
    desk.say("risk-desk", "risk")
    desk.say("quant-desk", "quant-lead")
    for author in ("quant-desk", "Quant-Desk", " ", None):
        assert desk.judge(**{"change.author": author}).code == 1
    assert desk.judge().code == 0


# --- what is refused ---------------------------------------------------------------------------------------------


REFUSED = {
    "no attestation of the name": (
        ("sign-of", *WORD),
        "no attestation is called `sign-of`: did you mean `sign-off`?",
    ),
    "a role that is not asked": (
        ("sign-off", *WORD, "--role", "trader"),
        "`trader` may not attest `sign-off`: roles are quant-lead, risk",
    ),
    "a role and a term": (
        ("sign-off", *WORD, "--role", "trader", "--expires", "49h"),
        "`trader` may not attest `sign-off`: roles are quant-lead, risk\n"
        "error: `sign-off` may be attested for 2d at most, not for 2d 01h",
    ),
    "a person who is not listed": (
        ("sign-off", *WORD, "--by", "night-desk"),
        "`night-desk` may not attest as `risk`: risk-desk, quant-desk may",
    ),
    "a second role": (
        ("sign-off", *WORD, "--by", "quant-desk"),
        "`quant-desk` attested `sign-off` as `quant-lead`: a person counts in one role only",
    ),
    "the author": (
        ("sign-off", *WORD, "--by", "Release-Desk", "--role", "quant-lead"),
        "`Release-Desk` is `change.author`: an author cannot attest their own change",
    ),
    "an author whom nobody knows": (
        ("sign-off", *WORD, "--from", "nobody.json"),
        "`sign-off` cannot be attested: `change.author` is unknown in nobody.json",
    ),
    "a term that is too long": (
        ("sign-off", *WORD, "--expires", "49h"),
        "`sign-off` may be attested for 2d at most, not for 2d 01h",
    ),
    "no term at all": (
        ("sign-off", *WORD, "--expires", "0s"),
        "`sign-off` may be attested for 2d at most, not for 0s",
    ),
    "what is no term": (
        ("sign-off", *WORD, "--expires", "soon"),
        "`--expires soon` is no duration: write `14d` or `30m`",
    ),
    "no snapshot": (
        ("sign-off", *WORD[:4]),
        "`sign-off` is bound to limit, change.author: name the snapshot with `--from`",
    ),
    "a value that is unknown": (
        ("sign-off", *WORD, "--from", "empty.json"),
        "`sign-off` is bound to `limit`, which is unknown in empty.json",
    ),
    "an entry that is none": (("sign-off", *WORD, "--from", "99"), "there is no entry 99: the ledger has 6"),
    "an entry without values": (
        ("sign-off", *WORD, "--from", "2"),
        "entry 2 is a policies: name a snapshot, an evaluation or a verdict",
    ),
    "the future": (
        ("sign-off", *WORD, "--at", "2026-03-27T06:01:01Z"),
        "`--at 2026-03-27T06:01:01Z` lies in the future",
    ),
    "no reason": (
        ("sign-off", *WORD, "--reason", " "),
        "`--reason` needs 1 to 400 characters: an act says who acts and why",
    ),
    "a signature that nobody asks for": (
        ("sign-off", *WORD, "--sign-key", "key.pem"),
        "`sign-off` lists no keys, so a signature cannot be checked",
    ),
    "two ways to sign": (
        ("sign-off", *WORD, "--sign-key", "key.pem", "--to-sign", "word"),
        "`--sign-key` and `--to-sign` do not go together",
    ),
    "bytes to sign without a time": (
        ("sign-off", *WORD, "--to-sign", "word"),
        "`--to-sign` needs `--at`: the signed bytes hold the time",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_word_that_could_not_count_is_refused(desk: Desk, name: str) -> None:
    words, message = REFUSED[name]
    desk.judge()
    desk.say("quant-desk", "quant-lead")
    for file, metrics in (("empty.json", "{}"), ("nobody.json", '{"limit": 1}')):
        text = f'{{"interlock": 1, "as_of": "2026-03-27T06:01:00Z", "metrics": {metrics}}}'
        Path(file).write_text(text, encoding="utf-8")
    refused(desk, lambda: desk.command("attest", "--reason", "seen", *words), message)


# --- signatures --------------------------------------------------------------------------------------------------


def made(name: str) -> str:
    """Make a private key in a file with openssl, or without it, and return the middle line of the public one."""
    file = Path(f"{name}.pem")
    openssl = shutil.which("openssl")
    words = ["genpkey", "-algorithm", "ed25519", "-out", str(file)]
    if openssl and subprocess.run([openssl, *words], capture_output=True, check=False).returncode == 0:
        shown = subprocess.run(
            [openssl, "pkey", "-in", str(file), "-pubout"], capture_output=True, check=True
        )
        return shown.stdout.decode().splitlines()[1]
    key = Ed25519PrivateKey.generate()
    plain = serialization.NoEncryption()
    file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode().splitlines()[1]


def declare_keys(risk: str, quant: str) -> None:
    declare(f"{PLAIN}    keys: {{risk-desk: {risk}, quant-desk: {quant}}}\n")


@pytest.fixture
def signing(desk: Desk) -> Desk:
    """The desk where two people sign, each with a key of their own, and a third key that is nobody's."""
    declare_keys(made("risk-desk"), made("quant-desk"))
    made("stranger")
    desk.judge()
    return desk


def sign(desk: Desk) -> None:
    assert desk.say("risk-desk", "risk", "--sign-key", "risk-desk.pem").code == 0
    assert desk.say("quant-desk", "quant-lead", "--sign-key", "quant-desk.pem").code == 0
    assert desk.judge().code == 0


def test_signed_words_open_the_gate_while_the_policy_lists_their_keys(desk: Desk) -> None:
    risk, quant, stranger = made("risk-desk"), made("quant-desk"), made("stranger")
    declare_keys(risk, quant)
    desk.judge()
    sign(desk)
    for keys in ((stranger, quant), (quant, risk), (risk, stranger)):
        declare_keys(*keys)
        assert desk.judge().code == 1
    open_to_all = PLAIN.replace("    people: {risk: [risk-desk, quant-desk]}\n", "")
    for first in ("night-desk", "Risk-Desk"):
        declare(f"{open_to_all}    keys: {{{first}: {risk}, quant-desk: {quant}}}\n")
        assert desk.judge().code == 1
    declare(f"{PLAIN}    keys: {{quant-desk: {quant}}}\n")
    assert desk.judge().code == 2  # what can never open again is told before it is judged
    declare_keys(risk, quant)
    assert desk.judge().code == 0
    assert desk.judge(limit=11).code == 1


def test_words_of_a_time_without_keys_do_not_count_once_keys_are_listed(desk: Desk) -> None:
    desk.judge()
    desk.say("risk-desk", "quant-lead")
    desk.say("quant-desk", "risk")
    assert desk.judge().code == 0
    declare_keys(made("risk-desk"), made("quant-desk"))
    assert desk.judge().code == 1
    sign(desk)  # an unsigned word in another role does not stand in the way


UNSIGNED = {
    "no signature": ((), "`sign-off` needs a signature: sign with `--sign-key FILE`"),
    "another key": (
        ("--sign-key", "stranger.pem"),
        "this is not a signature by `risk-desk` of this attestation",
    ),
    "the key of another person": (
        ("--sign-key", "quant-desk.pem"),
        "this is not a signature by `risk-desk` of this attestation",
    ),
    "no key of the name": (("--sign-key", "none.pem"), "cannot read `none.pem`: no such file or directory"),
    "no key in the file": (
        ("--sign-key", "snapshot.json"),
        "`snapshot.json` holds no private Ed25519 key in PEM: make one with `openssl genpkey -algorithm ed25519`",
    ),
    "no signature in the file": (
        ("--signature", "snapshot.json", "--at", "2026-03-27T06:01:00Z"),
        "this is not a signature by `risk-desk` of this attestation",
    ),
    "no file with a signature": (
        ("--signature", "none.sig", "--at", "2026-03-27T06:01:00Z"),
        "cannot read `none.sig`: no such file or directory",
    ),
}


@pytest.mark.parametrize("name", UNSIGNED)
def test_a_word_that_is_not_signed_as_asked_is_refused(signing: Desk, name: str) -> None:
    options, message = UNSIGNED[name]
    refused(signing, lambda: signing.say("risk-desk", "risk", *options), message)


def test_who_has_no_key_cannot_sign(signing: Desk) -> None:
    message = "`sign-off` lists no key of `night-desk`: it lists keys of quant-desk, risk-desk"
    refused(signing, lambda: signing.say("night-desk", "quant-lead", "--sign-key", "stranger.pem"), message)


def detached(name: str, file: str) -> None:
    """Sign a file as a token would: Interlock sees the signature alone."""
    pem = Path(f"{name}.pem").read_bytes()
    key = serialization.load_pem_private_key(pem, None)
    assert isinstance(key, Ed25519PrivateKey)
    Path(f"{file}.sig").write_bytes(key.sign(Path(file).read_bytes()))


def test_a_word_can_be_signed_elsewhere(signing: Desk) -> None:
    words = ("risk-desk", "risk", "--at", signing.time())
    head = signing.command("log", "head").out
    done = signing.say(*words, "--to-sign", "word")
    told = "wrote word: sign it, and record it with the same options and `--signature FILE`\n"
    assert (done.code, done.out, signing.command("log", "head").out) == (0, told, head)
    assert Path("word").read_bytes() == (
        b'{"attestation":{"at":"2026-03-27T06:01:00Z","bound":{"limit":10.5},"by":"risk-desk","evidence":"",'
        b'"reason":"looked at it","role":"risk","until":"2026-03-29T06:01:00Z","what":"sign-off"},"interlock":1}'
    )
    detached("risk-desk", "word")
    message = "this is not a signature by `risk-desk` of this attestation"
    for other in (("--evidence", "another"), ("--expires", "1d"), ("--reason", "another")):
        attempt = (*words, "--signature", "word.sig", *other)
        refused(signing, lambda given=attempt: signing.say(*given), message)  # type: ignore[misc]
    assert signing.say(*words, "--signature", "word.sig").code == 0
    assert signing.say("quant-desk", "quant-lead", "--sign-key", "quant-desk.pem").code == 0
    assert signing.judge().code == 0


def test_openssl_signs_as_the_page_on_the_ledger_says(signing: Desk) -> None:
    words = ("risk-desk", "risk", "--at", signing.time())
    signing.say(*words, "--to-sign", "word")
    line = "openssl pkeyutl -sign -rawin -inkey KEY.pem -in word -out word.sig"
    page = Path(__file__).parents[3] / "docs" / "ledger.md"
    assert line in page.read_text(encoding="utf-8")
    typed = line.replace("KEY", "risk-desk").split()
    if not shutil.which("openssl") or subprocess.run(typed, capture_output=True, check=False).returncode:
        detached("risk-desk", "word")  # none here, or one that does not know the option
    assert signing.say(*words, "--signature", "word.sig").code == 0


def test_a_locked_key_asks_for_its_passphrase(signing: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    file = Path("risk-desk.pem")
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    lock = serialization.BestAvailableEncryption(b"open sesame")
    form = serialization.PrivateFormat.PKCS8
    file.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, lock))
    words = ("risk-desk", "risk", "--sign-key", "risk-desk.pem")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    message = "`risk-desk.pem` is locked: run the command at a terminal, which asks for the passphrase"
    refused(signing, lambda: signing.say(*words), message)
    monkeypatch.setattr("interlock.cli.commands.attest._passphrase", lambda _: "open")
    refused(signing, lambda: signing.say(*words), "`risk-desk.pem` cannot be opened with this passphrase")
    monkeypatch.setattr("interlock.cli.commands.attest._passphrase", lambda _: "open sesame")
    assert signing.say(*words).code == 0


def test_without_the_extra_no_signed_word_counts(signing: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sign(signing)
    for name in ("cryptography", "cryptography.exceptions"):
        monkeypatch.setitem(sys.modules, name, None)
    signed_by.cache_clear()
    install = "needs the package `cryptography`: install it with `pip install 'interlock[signatures]'`"
    done = signing.judge()
    told = f"note: attestation sign-off does not count: checking a signature {install}"
    assert (done.code, told in done.err.splitlines()) == (1, True)
    words = ("risk-desk", "risk", "--sign-key", "risk-desk.pem")
    refused(signing, lambda: signing.say(*words), f"signing {install}")
    words = ("risk-desk", "risk", "--signature", "risk-desk.pem", "--at", signing.time())
    refused(signing, lambda: signing.say(*words), f"checking a signature {install}")


def test_a_private_key_is_neither_shown_nor_stored(signing: Desk) -> None:
    secret = Path("risk-desk.pem").read_text(encoding="utf-8").splitlines()[1]
    done = signing.say("risk-desk", "risk", "--sign-key", "risk-desk.pem")
    shown = done.out + done.err + signing.command("log", "export").out
    assert (done.code, secret in shown, secret.encode() in LEDGER.read_bytes()) == (0, False, False)
