"""Experiment 0 is played through the command line: the story with its rollback, the replay, every tampered entry."""

from __future__ import annotations

import os
import random
import re
import sqlite3
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from interlock.cli.main import run
from interlock.errors import IntegrityError, LedgerError
from interlock.ledger.file.ledger import Head, Ledger
from interlock.ledger.file.verify import verify

pytest.importorskip("duckdb", reason="collecting rows needs the duckdb extra")

ROOT = Path(__file__).parents[2]
STORY = Path(__file__).parent / "golden" / "experiment_0.txt"
_COLUMNS = ("time", "kind", "body", "hash")

sys.path.insert(0, str(ROOT / "examples" / "experiment_0"))

from play import BEGIN, HOUR, Play, play, prepared  # noqa: E402  the examples are no package


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Play, str]]:
    """The whole play, once, with what it printed."""
    said: list[str] = []
    out = tmp_path_factory.mktemp("play") / "experiment_0"
    yield play(out, ROOT / "policies", said.append), "".join(f"{each}\n" for each in said)


def test_the_story_is_told_as_it_was(played: tuple[Play, str]) -> None:
    story = re.sub(r"\d+ sha256:[0-9a-f]{64}", "… sha256:…", played[1])
    story = re.sub(r"\d+ (entries and) \d+ (documents)", r"… \1 … \2", story)
    story = re.sub(r"entry \d+ is bad", "entry … is bad", story)
    if os.environ.get("INTERLOCK_UPDATE_GOLDEN"):
        STORY.parent.mkdir(exist_ok=True)
        STORY.write_text(story, encoding="utf-8", newline="\n")
    assert story == STORY.read_text(encoding="utf-8")


def test_every_verdict_is_the_same_again(played: tuple[Play, str]) -> None:
    count = re.search(r"evaluations: (\d+) of (\d+) verdicts are the same, byte for byte", played[1])
    assert count is not None and count[1] == count[2]
    assert int(count[1]) > 100


def test_the_same_days_give_the_same_entries(played: tuple[Play, str], tmp_path: Path) -> None:
    """The first hours once more, in another folder: each hash is chained to all that came before it."""
    again = prepared(tmp_path / "again", ROOT / "policies", lambda _: None)
    again.look(BEGIN - HOUR)
    again.move("advance", BEGIN, "begin phase A")
    again.look(BEGIN + HOUR)
    with Ledger(again.ledger) as second, Ledger(played[0].ledger) as first:
        entries = list(second.entries())
        assert len(entries) > 10
        assert [each.hash for each in islice(first.entries(), len(entries))] == [
            each.hash for each in entries
        ]


def test_a_turned_bit_anywhere_in_the_file_is_noticed(played: tuple[Play, str], tmp_path: Path) -> None:
    sound, path = played[0].ledger.read_bytes(), tmp_path / "ledger.db"
    chance = random.Random(20260316)
    for place in sorted(chance.sample(range(len(sound)), 100)):
        data = bytearray(sound)
        data[place] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        with pytest.raises((IntegrityError, LedgerError)), Ledger(path) as ledger:
            verify(ledger)
            pytest.fail(f"the turned bit at byte {place} was not noticed")


def test_a_changed_byte_in_any_part_of_any_entry_is_noticed(played: tuple[Play, str], tmp_path: Path) -> None:
    """Each column of each entry in turn; the entry is named."""
    path = tmp_path / "ledger.db"
    path.write_bytes(played[0].ledger.read_bytes())
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")  # nothing here has to survive the machine
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    rows = connection.execute("SELECT sequence, time, kind, body, hash FROM entry").fetchall()
    noticed, before = 0, Head()
    for sequence, *values in rows:
        for column, value in zip(_COLUMNS, values, strict=True):
            change = f"UPDATE entry SET {column} = ? WHERE sequence = ?"
            connection.execute(change, (_changed(value), sequence))
            with Ledger(path) as ledger, pytest.raises(IntegrityError) as problem:
                next(ledger.entries(after=before))
            assert str(problem.value).endswith(f"entry {sequence} is bad")
            connection.execute(change, (value, sequence))
            noticed += 1
        before = Head(sequence, values[-1])
    connection.close()
    assert noticed == 4 * len(rows) > 1000


def test_a_tail_that_was_cut_is_noticed_by_the_anchor(
    played: tuple[Play, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(played[0].ledger.read_bytes())
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER entry_delete")
    last = connection.execute("SELECT max(sequence) FROM entry").fetchone()[0]
    connection.execute("DELETE FROM entry WHERE sequence = ?", (last,))
    connection.commit()
    connection.close()
    anchor = played[0].out / "ledger.head"
    assert run(["log", "verify", "--ledger", str(path), "--anchor", str(anchor)]) == 5
    assert f"entry {last} is missing: the anchor knows entry {last}" in capsys.readouterr().err


def _changed(value: object) -> object:
    """The value with its middle byte changed by one bit."""
    data = bytearray(value.encode() if isinstance(value, str) else value)  # type: ignore[arg-type]
    data[len(data) // 2] ^= 1
    return data.decode() if isinstance(value, str) else bytes(data)
