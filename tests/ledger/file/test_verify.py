"""Tampering with any byte: on a small ledger with entries of every kind `verify` notices each single one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock.cli.main import run
from interlock.errors import IntegrityError, LedgerError
from interlock.language.times import parse_time
from interlock.ledger.file.ledger import Ledger
from interlock.ledger.file.verify import verify
from interlock.ledger.state.state import KINDS
from support.recording import LATER, RECORDING, recording, trade, write_desk

PARTS = 8
FAR = 8
"""So far from the next byte that is not zero lies what no page uses; of that every sixteenth byte is enough here."""
VERSION = range(96, 100)
"""Where SQLite notes which of its versions wrote last: one number for another changes nothing, and may be right."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[bytes]:
    """The bytes of a ledger that holds what every command records."""
    folder = tmp_path_factory.mktemp("complete")
    write_desk(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("LIVE_MODE", "")
        patch.setenv("INTERLOCK_POLICIES", "policies")
        patch.setattr("interlock.clock.now", lambda: parse_time(LATER))
        patch.setattr("interlock.cli.commands.guard.start", lambda _: 0)
        for name in RECORDING:
            assert run(recording(name, "ledger.db")) in (0, 1)
        trade()
        yield (folder / "ledger.db").read_bytes()


def noticed(path: Path) -> bool:
    try:
        with Ledger(path) as ledger:
            verify(ledger)
    except (IntegrityError, LedgerError):
        return True
    return False


def test_the_ledger_holds_every_kind_of_entry(sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(sound)
    with Ledger(path) as ledger:
        assert {each.kind for each in ledger.entries()} == KINDS
    assert not noticed(path)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_byte_that_is_turned_over_is_noticed(sound: bytes, tmp_path: Path, part: int) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(sound)
    passed = []
    with path.open("r+b", buffering=0) as handle:
        for place in _places(sound)[part::PARTS]:
            _put(handle.fileno(), place, sound[place] ^ 0xFF)
            if not noticed(path):
                passed.append(place)
            _put(handle.fileno(), place, sound[place])
    assert passed == []


def test_every_bit_of_the_header_is_noticed_but_of_the_version_that_wrote_last(
    sound: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(sound)
    passed = set()
    with path.open("r+b", buffering=0) as handle:
        for place, bit in ((place, bit) for place in range(100) for bit in range(8)):
            _put(handle.fileno(), place, sound[place] ^ 1 << bit)
            if not noticed(path):
                passed.add(place)
            _put(handle.fileno(), place, sound[place])
    assert passed <= set(VERSION)


def _places(sound: bytes) -> list[int]:
    return [at for at in range(len(sound)) if any(sound[max(at - FAR, 0) : at + FAR + 1]) or at % 16 == 0]


def _put(descriptor: int, place: int, byte: int) -> None:
    os.lseek(descriptor, place, os.SEEK_SET)
    os.write(descriptor, bytes([byte]))
