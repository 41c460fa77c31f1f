"""`interlock rollout status`: draws the stages, what is missing, and records nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.roots import instant

from .days import BAD, LEDGER, Days, entries


def test_status_draws_what_is_missing_and_records_nothing(canary: Days) -> None:
    before = entries()
    done = canary.rollout("status", "exits", *LEDGER)
    assert (done.code, done.err, entries()) == (3, "", before)
    for line in (
        "exits 1.0.0: ACTIVE",
        "HOLD: 3 checks in the way of full",
        "`exits.symbols` is BTC-USD, which is not attested: `interlock attest canary-symbols`",
        "0 complete days of 2 trading days, since 2026-03-03T12:00:00Z, until 2026-03-06T00:00:00Z",
        "1 must agree (quant): `interlock attest exits/canary`",
    ):
        assert line in done.out
    told = json.loads(canary.rollout("status", "exits", "--format", "json", *LEDGER).out)
    assert (told["decision"], told["next"], told["earliest"]) == ("HOLD", "full", "2026-03-06T00:00:00Z")
    assert {each["about"] for each in told["checks"] if each["is"] != "pass"} == {
        "canary",
        "time",
        "approval",
    }


def test_status_of_an_old_record_has_expired(canary: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock.clock.now", lambda: instant("2026-03-09T00:00:00Z"))
    done = canary.rollout("status", "exits", *LEDGER)
    assert (done.code, "was PASS until 2026-03-04T12:00:00Z and has expired" in done.out) == (4, True)
    assert canary.rollout("status", "exits", "--historic", *LEDGER).code == 3


def test_status_of_a_trigger_that_fires_says_so_before_anything_is_recorded(canary: Days) -> None:
    canary.at("04 00:00", BAD)
    done = canary.rollout("status", "exits", "s.json", *LEDGER)
    assert done.code == 1
    assert "ROLLBACK" in done.out
    assert "back is ROLLBACK: broken: the risk is broken" in done.out
    assert "ACTIVE" in canary.rollout("list", *LEDGER).out


@pytest.mark.parametrize("asked", ["list", "status", "history", "note"])
def test_a_ledger_that_was_tampered_with_is_not_read(canary: Days, asked: str) -> None:
    raw = Path("l.db").read_bytes()
    place = raw.index(b'"decision":"ADVANCE"')
    Path("l.db").write_bytes(raw[:place] + raw[place:].replace(b"ADVANCE", b"COMPLET", 1))
    done = canary.rollout(asked, *(() if asked == "list" else ("exits",)), *LEDGER)
    assert (done.code, done.out) == (5, "")
    assert "is bad" in done.err


def test_markdown_marks_the_present_stage_and_lists_the_checks(canary: Days) -> None:
    done = canary.rollout("status", "exits", "--format", "markdown", *LEDGER)
    assert (done.code, done.err) == (3, "")
    head, table = done.out.split("| check")
    assert head.splitlines()[0] == "### exits 1.0.0: ACTIVE"
    assert "Attempt 1, in `canary`, since 2026-03-03 00:00 UTC.\n" in head
    assert "\n- **canary**: " in head
    assert "\nDecision: **HOLD**, next `full`, 2026-03-06 00:00 UTC at the earliest.\n" in head
    assert len(table.splitlines()) > 8


def test_status_checks_the_anchor(canary: Days) -> None:
    kept = Path("l.db").read_bytes()
    canary.at("04 00:00", BAD)
    assert canary.logged("head", "--anchor", "head").code == 0
    assert canary.evaluated("--anchor", "head").code == 0
    assert canary.rollout("status", "exits", "--anchor", "head", *LEDGER).code == 1
    head = Path("head").read_bytes()
    Path("l.db").write_bytes(kept)  # as if it had not been rolled back
    done = canary.rollout("status", "exits", "--anchor", "head", *LEDGER)
    assert (done.code, done.out, "so the tail was cut" in done.err) == (5, "", True)
    assert Path("head").read_bytes() == head
