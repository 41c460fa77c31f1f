"""Trials of a ledger: concurrent writers, kills, full disks and damage, and what was lost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from interlock.errors import IntegrityError, LedgerError
from interlock.ledger.file.entry import Entry, EntryDraft
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.file.verify import verify

__all__ = ["ENGINE", "Damaged", "Kept", "crowd", "damage", "full", "kills"]

ENGINE = Path(__file__).resolve().parents[2] / "engine"
WRITER = Path(__file__).with_name("writer.py")
TIME = "2026-03-30T06:00:00Z"


@dataclass(frozen=True)
class Kept:
    """How many entries were acknowledged to their writers, how many of these are not in the ledger, and what the
    writers printed on stderr."""

    acknowledged: int
    lost: int
    printed: str = ""


@dataclass(frozen=True)
class Damaged:
    """How many damaged files were reported, were read as before, or were read as something else and not reported."""

    reported: int = 0
    harmless: int = 0
    missed: int = 0


def crowd(path: Path, writers: int, each: int) -> Kept:
    """Let several processes append at once."""
    running = [_start(path, f"writer {number}", each) for number in range(writers)]
    done = [one.communicate(timeout=300) for one in running]
    return _kept(
        path, [line for out, _ in done for line in out.splitlines()], "".join(err for _, err in done)
    )


def kills(path: Path, rounds: int) -> Kept:
    """Kill a writer in the middle of its work, again and again; what it said last is what it has recorded."""
    dice, printed = Random(4), []
    for number in range(rounds):
        writer = _start(path, f"round {number}", 100_000)
        assert writer.stdout is not None
        printed.append(writer.stdout.readline().strip())
        time.sleep(dice.random() * 0.03)
        writer.kill()
        out, _ = writer.communicate(timeout=60)
        assert writer.returncode == -9
        printed += [line for line in out.split("\n")[:-1] if line]
    return _kept(path, printed)


def full(path: Path, size: int) -> Kept:
    """Let a writer go on until the file may not grow any more, at some bytes."""
    out, err = _start(path, "full", 10_000, size).communicate(timeout=120)
    return _kept(path, out.splitlines(), err)


def damage(path: Path, times: int, how: str) -> Damaged:
    """Turn one bit of a ledger (`flip`), or end its file early (`tear`), at random places."""
    with Ledger(path, create=True) as ledger, ledger.writing() as writing:
        name = writing.keep(b'{"metrics":{}}')
        writing.append(EntryDraft.of(TIME, "snapshot", {"document": name}))
        for number in range(120):
            writing.append(EntryDraft.of(TIME, "note", {"number": number, "text": "y" * 90}))
    sound, before = path.read_bytes(), _read(path)
    assert before is not None
    dice, found = Random(7), []
    for _ in range(times):
        place = dice.randrange(len(sound))
        data = bytearray(sound)
        if how == "flip":
            data[place] ^= 1 << dice.randrange(8)
        else:
            del data[place:]
        path.write_bytes(data)
        after = _read(path)
        found.append("reported" if after is None else "harmless" if after == before else "missed")
    return Damaged(*(found.count(kind) for kind in ("reported", "harmless", "missed")))


def _start(path: Path, name: str, count: int, most_bytes: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, str(WRITER), str(path), name, str(count), str(most_bytes)]
    env = {**os.environ, "PYTHONPATH": str(ENGINE)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)


def _kept(path: Path, printed: list[str], err: str = "") -> Kept:
    """Hold the lines in which writers said what is durable against the ledger."""
    with Ledger(path, create=True) as ledger:
        verify(ledger)
        kept = {f"{each.sequence} {each.digest}" for each in ledger.entries()}
    return Kept(len(printed), len(set(printed) - kept), err)


def _read(path: Path) -> tuple[list[Entry], bytes] | None:
    """What a ledger is read as; None where its damage is reported."""
    try:
        with Ledger(path) as ledger:
            verify(ledger)
            return list(ledger.entries()), b"".join(ledger.document(name) for name, _ in ledger.documents())
    except (IntegrityError, LedgerError):
        return None
