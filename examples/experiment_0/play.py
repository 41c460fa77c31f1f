"""Plays experiment 0 through the command line on made-up days: telemetry, canary, a kill, back, and all the way again.

    python examples/experiment_0/play.py --out /tmp/experiment_0

Every step is a command of `interlock`, printed as it is typed. The days are made up and always the same, and so is
every entry of the ledger. Verdicts expire: while a command runs, the clock of Interlock shows the time of its step.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import io
import shlex
import shutil
import sys
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bot import Bot, Switch

from interlock import clock, load
from interlock.cli.main import run
from interlock.policy.dependencies import reads

__all__ = ["BEGIN", "HOUR", "Play", "play", "prepared"]

PARTS = (
    "interlock.yaml",
    "catalogue/*.yaml",
    "attestations/experiment-0-rollout.yaml",
    "experiment-0-rollout/*.yaml",
    "phase-2-trading-plan/hard-triggers.yaml",
    "phase-2-trading-plan/baseline-kpis.yaml",
)
REPOSITORY = Path(__file__).resolve().parents[2]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the play, whose first day is Monday, 16 March 2026."""
    return datetime(2026, 3, 16, hour, minute, tzinfo=UTC) + day * DAY


BEGIN = _at(0, 9)
KILL = _at(3, 14, 12)
AGAIN = _at(3, 18, 30)
END = _at(18, 12)
CANARY = ("ETH-USD",)
SWITCHES = (
    Switch(_at(0, 8), "telemetry"),
    Switch(_at(1, 10), "canary", CANARY),
    Switch(_at(3, 15, 30), "telemetry"),
    Switch(_at(4, 19), "canary", CANARY),
    Switch(_at(10, 11), "full"),
)


class Play:
    """One play in a folder: the bot, and the commands that people and the clock give; `tell` takes what is said."""

    def __init__(self, out: Path, policies: Path, tell: Callable[[str], None]) -> None:
        self.out, self.policies, self.tell = out, policies, tell
        self.bot = Bot(out / "desk", END, SWITCHES, KILL)
        self.codes: list[int] = []
        self.now = BEGIN - HOUR

    def shows(self, at: datetime) -> None:
        """Let it be a time, and the desk as it is then."""
        self.now = at
        self.bot.shows(at)

    # how a command is given

    def run(self, *words: str, quiet: bool = False) -> str:
        """Give one command, print it with what it says, and return that."""
        said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        told = mock.patch.object(clock, "now", lambda: Decimal(int(self.now.timestamp())))
        with told, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = run(list(words))
        assert isinstance(said.buffer, io.BytesIO)
        text = said.buffer.getvalue().decode("utf-8")
        self.codes.append(code)
        if not quiet:
            self.say(f"$ {shlex.join(['interlock', *words])}\n{text.rstrip()}\n[exit {code}]\n")
        return text

    def say(self, text: str) -> None:
        """Print, with the folder of the play left out, so that the story is the same everywhere."""
        self.tell(text.replace(self.out.as_posix(), "."))

    def look(self, at: datetime, *, quiet: bool = True) -> str:
        """What the clock does: collect, judge and record; the first look begins the ledger."""
        self.shows(at)
        begin = () if self.ledger.exists() else ("--begin",)
        return self.run(
            "evaluate", *self.desk(at), "--policy", "experiment-0-rollback", *self.kept(), *begin, quiet=quiet
        )

    def looks(self, start: datetime, end: datetime, every: timedelta) -> None:
        """Look again and again."""
        at, count = start, 0
        while at <= end:
            self.look(at)
            at, count = at + every, count + 1
        self.say(f"# {count} looks from {_stamp(start)} to {_stamp(end)}\n")

    def move(self, word: str, at: datetime, why: str) -> str:
        """Ask for the next stage, or for another attempt."""
        self.shows(at)
        words = ("rollout", word, "experiment-0", *self.desk(at), "--by", "quant-lead", "--reason", why)
        return self.run(*words, *self.kept())

    def attest(self, what: str, role: str, at: datetime) -> None:
        """One person's word on what the newest snapshot shows."""
        snapshot = self.snapshot(at)
        words = (
            "attest",
            what,
            "--by",
            f"{role}-1",
            "--role",
            role,
            "--reason",
            "looked at it",
            "--from",
            snapshot,
        )
        self.run(*words, *self.act(at))

    def snapshot(self, at: datetime) -> str:
        """Collect to a file, for what is bound to a snapshot."""
        self.shows(at)
        name = (self.out / f"snapshot-{at:%m%dT%H%M}.json").as_posix()
        where = ("--root", (self.out / "desk").as_posix(), "--as-of", _stamp(at), "--archive")
        self.run("collect", *where, "--policies", self.policies.as_posix(), "-o", name, quiet=True)
        return name

    def desk(self, at: datetime) -> tuple[str, ...]:
        where = ("--root", (self.out / "desk").as_posix(), "--as-of", _stamp(at), "--archive")
        return (*where, "--environment", "paper", "--policies", self.policies.as_posix())

    def kept(self) -> tuple[str, ...]:
        return ("--ledger", self.ledger.as_posix(), "--anchor", (self.out / "ledger.head").as_posix())

    def status(self, at: datetime) -> None:
        """Draw where the rollout stands."""
        self.shows(at)
        self.run("rollout", "status", "experiment-0", *self.desk(at), "--ledger", self.ledger.as_posix())

    def act(self, at: datetime) -> tuple[str, ...]:
        self.now = at
        return ("--at", _stamp(at), "--policies", self.policies.as_posix(), *self.kept())

    @property
    def ledger(self) -> Path:
        return self.out / "ledger.db"


def resting_on(policies: Path, out: Path) -> Path:
    """Copy what experiment 0 rests on into a policy root of its own, so that the play is quick: its documents word for
    word, of the sources the metrics that its policies read, and of the environment the values for these policies."""
    documents = [each for part in PARTS for each in sorted(policies.glob(part))]
    for each in documents:
        place = out / each.relative_to(policies)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(each, place)
    root = load(out).root
    read = frozenset().union(*(reads(root, name).metrics for name in root.policies))
    _write(out, "environments/paper.yaml", _values(policies, root.policies))
    for each in sorted(policies.glob("sources/*.yaml")):
        sources = _sources(each, read)
        if sources:
            _write(out, f"sources/{each.name}", {"sources": sources})
    return out


def _values(policies: Path, names: Collection[str]) -> dict[str, Any]:
    """The environment with the values for these policies alone."""
    document: dict[str, Any] = yaml.safe_load(
        (policies / "environments/paper.yaml").read_text(encoding="utf-8")
    )
    values = {name: entry for name, entry in document["values"].items() if name in names}
    return {"environment": document["environment"], "values": values}


def _sources(path: Path, metrics: Collection[str]) -> dict[str, Any]:
    """The sources of a document, with these metrics alone; a source that has none of them is left out."""
    found = {}
    for name, entry in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"].items():
        kept = {metric: how for metric, how in entry["metrics"].items() if metric in metrics}
        if kept:
            found[name] = {**entry, "metrics": kept}
    return found


def _write(out: Path, file: str, document: Mapping[str, Any]) -> None:
    (out / file).parent.mkdir(parents=True, exist_ok=True)
    (out / file).write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8", newline="\n")


def prepared(out: Path, policies: Path, tell: Callable[[str], None]) -> Play:
    """Write the policies and the logs of the bot into a folder that does not exist yet; nothing is recorded."""
    out.mkdir(parents=True)
    told = Play(out, resting_on(policies, out / "policies"), tell)
    told.bot.live()
    return told


def play(out: Path, policies: Path, tell: Callable[[str], None]) -> Play:
    """Play experiment 0 in a folder that does not exist yet, and return the play."""
    told = prepared(out, policies, tell)
    _first_attempt(told)
    _rollback(told)
    _second_attempt(told)
    _afterwards(told)
    return told


def _first_attempt(told: Play) -> None:
    told.say("# 16 March: phase A begins, both features are off\n")
    told.look(BEGIN - HOUR)
    told.move("advance", BEGIN, "begin phase A")
    told.looks(BEGIN + HOUR, BEGIN + 22 * HOUR, HOUR)
    told.look(BEGIN + 23 * HOUR)
    told.say("# its key figures are frozen: what comes later is held against them\n")
    snapshot = told.snapshot(BEGIN + 23 * HOUR)
    freeze = (
        "baseline",
        "freeze",
        "phase_a",
        "--from",
        snapshot,
        "--by",
        "quant-lead",
        "--reason",
        "end of phase A",
    )
    told.run(*freeze, "--at", _stamp(BEGIN + 23 * HOUR), *told.kept(), quiet=True)
    told.move("advance", BEGIN + 24 * HOUR, "a day without a break")
    told.say("# 17 March: the canary, one symbol\n")
    told.look(SWITCHES[1].at, quiet=False)
    for role in ("quant-lead", "risk"):
        told.attest("canary-symbols", role, SWITCHES[1].at)
    told.looks(SWITCHES[1].at + DAY, SWITCHES[1].at + 2 * DAY, DAY)
    told.status(SWITCHES[1].at + 2 * DAY)


def _rollback(told: Play) -> None:
    told.say("# 19 March, 14:12: the bot kills itself; nobody asks for anything, the next look rolls back\n")
    told.look(_at(3, 15), quiet=False)
    words = ("rollout", "note", "experiment-0", "--ledger", told.ledger.as_posix())
    note = told.run(*words, "--format", "json", quiet=True)
    told.run(*words)
    told.bot.note(note, _at(3, 15, 45))
    told.look(_at(3, 16), quiet=False)
    told.say("# two hours later the rollback is verified, but the trigger stays until a person re-arms it\n")
    told.move("rearm", AGAIN - HOUR / 2, "the order book was out of step, mended")
    rearm = (
        "log",
        "rearm",
        "experiment-0-rollback/safety-events",
        "--by",
        "risk",
        "--reason",
        "cause found and mended",
    )
    told.run(*rearm, *told.act(AGAIN - HOUR / 4))
    told.move("rearm", AGAIN, "the order book was out of step, mended")


def _second_attempt(told: Play) -> None:
    told.looks(AGAIN + HOUR, AGAIN + 23 * HOUR, HOUR)
    told.move("advance", AGAIN + 24 * HOUR, "a day without a break")
    canary, full = SWITCHES[3].at, SWITCHES[4].at
    told.looks(canary, canary + 5 * DAY, DAY)
    over = _at(10, 10)
    told.move("advance", over, "five complete days")
    told.attest("experiment-0/canary", "quant-lead", over)
    told.move("advance", over, "five complete days, and agreed")
    told.say("# 26 March: every symbol\n")
    told.looks(full, full + 7 * DAY, DAY)
    over = _at(18, 10)
    told.attest("experiment-0/full", "quant-lead", over)
    told.move("advance", over, "seven complete days")
    told.status(over)


def _afterwards(told: Play) -> None:
    told.run("rollout", "history", "experiment-0", "--ledger", told.ledger.as_posix())
    told.run("log", "verify", *told.kept())
    told.run("log", "replay", "--all", "--ledger", told.ledger.as_posix())
    told.say("# one changed byte is noticed\n")
    data = bytearray(told.ledger.read_bytes())
    data[data.rindex(b"COMPLETE")] ^= 1
    changed = told.out / "changed.db"
    changed.write_bytes(data)
    told.run("log", "verify", "--ledger", changed.as_posix())


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def main() -> None:
    """Read the command line and play."""
    parser = argparse.ArgumentParser(description="Play experiment 0 through the command line.")
    parser.add_argument("--out", type=Path, required=True, help="a folder that does not exist yet")
    parser.add_argument("--policies", type=Path, default=REPOSITORY / "policies", help="the policy root")
    options = parser.parse_args()
    play(options.out, options.policies, functools.partial(print, flush=True))


if __name__ == "__main__":
    main()
