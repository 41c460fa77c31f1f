"""`interlock log replay`: the verdicts of then, and why others differ."""

from __future__ import annotations

from pathlib import Path

from support.ledgers import FILES, write

from ...conftest import Command


def test_a_replay_uses_the_policies_of_then(recorded: Path, ledger_desk: Path, command: Command) -> None:
    write(ledger_desk, rollback=FILES["rollback.yaml"].replace("-3%", "-9%"))
    assert command("log", "replay", "4").code == 0
    done = command("log", "replay", "4", "--policies", "policies")
    assert (done.code, done.out.splitlines()) == (
        3,
        [
            "entry 5: rollback ROLLBACK: the same verdict, these differ: inputs.policy, rules",
            "the policies changed: those in `policies` are not the recorded ones",
        ],
    )
