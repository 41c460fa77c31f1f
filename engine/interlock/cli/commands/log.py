"""`interlock log`: show, verify, replay and export the ledger, print its head, and re-arm a trigger."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import click

from ...diagnostics import printable
from ...errors import EXIT_BEST, EXIT_BETWEEN, EXIT_INTEGRITY, UsageError
from ...files import write_atomically
from ...ledger.acts import rearm
from ...ledger.file.anchors import anchor_line, anchored_entries, ledger_anchors, read_anchors, write_anchor
from ...ledger.file.duckdb_export import write_parquet
from ...ledger.file.entry import Entry, json_lines
from ...ledger.file.ledger import Ledger
from ...ledger.file.verify import verify
from .. import terminal
from ..action_options import act_of, acting_options, ledger_file_option
from ..inputs import renames
from ..options import format_option, policies_option
from ..replay_run import replayed, replayed_all
from ..terminal_tables import Table

__all__ = ["command"]

_EXAMPLES = """\b
Examples:
  interlock log show --kind verdict --last 20
  interlock log verify --anchor ledger.head
  interlock log head > ledger.head
  interlock log replay 12
"""


@click.group("log", epilog=_EXAMPLES)
def command() -> None:
    """Read and verify the ledger, replay a verdict, re-arm a trigger."""


@command.command("show", epilog="\b\nExample:\n  interlock log show --kind latch --kind rearm")
@click.argument("sequence", required=False, type=int)
@click.option(
    "--kind", "kinds", multiple=True, metavar="KIND", help="Only entries of this kind; several times."
)
@click.option("--last", type=click.IntRange(1), metavar="N", help="Only the newest N of them.")
@format_option("text", "json")
@ledger_file_option
def show(sequence: int | None, kinds: tuple[str, ...], last: int | None, form: str, ledger: Path) -> int:
    """List the entries, or print the one with the number SEQUENCE whole."""
    with Ledger(ledger) as opened:
        found = [each for each in opened.entries() if not kinds or each.kind in kinds]
    if sequence is not None:
        found = [each for each in found if each.sequence == sequence]
        if not found:
            raise UsageError(f"there is no such entry: {sequence}")
    found = found[-last:] if last else found
    if form == "json" or sequence is not None:
        terminal.write(b"".join(json_lines(found)))
        return EXIT_BEST
    table = Table(("entry", "time", "kind", "what"), right=frozenset({"entry"}))
    for each in found:
        table.add(str(each.sequence), each.time, each.kind, _told(each))
    table.show()
    return EXIT_BEST


@command.command("verify", epilog="\b\nExample:\n  interlock log verify --anchor ledger.head")
@click.option(
    "--anchor", type=click.Path(path_type=Path), metavar="FILE", help="Heads that were kept elsewhere."
)
@ledger_file_option
def verify_command(anchor: Path | None, ledger: Path) -> int:
    """Hold every entry, document and page against its hash; the first bad or missing one is named, with exit code 5."""
    anchors = () if anchor is None else ledger_anchors(anchor, ledger)
    with Ledger(ledger) as opened:
        found = verify(opened, anchors)
    held = f", {found.anchors} anchors hold" if anchors else ""
    terminal.say(f"{found.head.sequence} entries and {found.documents} documents are sound{held}")
    terminal.say(anchor_line(found.head))
    return EXIT_BEST


@command.command("head", epilog="\b\nExample:\n  interlock log head --anchor ledger.head")
@click.option(
    "--anchor", type=click.Path(path_type=Path), metavar="FILE", help="Write the head to this file."
)
@ledger_file_option
def head(anchor: Path | None, ledger: Path) -> int:
    """Print the newest entry's number and hash: kept elsewhere, in git for one, it shows when the tail was cut.

    An anchor that is there already is moved only where it holds: one that is to begin anew is removed by hand.
    """
    # while it reads nobody records, and moves the anchor on, between look and write
    with Ledger(ledger) as opened, opened.reading():
        newest = opened.head()
        if anchor is None:
            terminal.say(anchor_line(newest))
        else:
            deque(anchored_entries(opened.entries(), read_anchors(anchor) if anchor.exists() else ()), 0)
            write_anchor(anchor, newest)
    return EXIT_BEST


@command.command("export", epilog="\b\nExample:\n  interlock log export -o ledger.parquet --format parquet")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where it goes; default: stdout."
)
@format_option("jsonl", "parquet")
@ledger_file_option
def export(output: Path | None, form: str, ledger: Path) -> int:
    """Write every entry as a line of JSON or a row of Parquet; entries that are bad are not exported."""
    with Ledger(ledger) as opened:
        if form == "parquet":
            if output is None:
                raise UsageError("Parquet is written to a file: name one with `-o FILE`")
            terminal.tell(f"wrote {write_parquet(opened.entries(), output)} entries")
        elif output is None:
            for line in json_lines(opened.entries()):
                terminal.write(line)
        else:
            write_atomically(output, b"".join(json_lines(opened.entries())))
    return EXIT_BEST


@command.command(
    "replay",
    epilog="\b\nExamples:\n  interlock log replay 12\n  interlock log replay 12 --policies policies\n"
    "  interlock log replay --all",
)
@click.argument("sequence", type=int, required=False)
@click.option("--all", "every", is_flag=True, help="Replay every evaluation, and tell what differs.")
@click.option(
    "--policies", type=click.Path(path_type=Path), metavar="DIR", help="Judge with these policies instead."
)
@ledger_file_option
def replay_command(sequence: int | None, every: bool, policies: Path | None, ledger: Path) -> int:
    """Judge the snapshot of entry SEQUENCE again, an evaluation or a verdict, with what was known then.

    With --all every evaluation is judged again, and only what differs is told, with a count at the end.

    The exit code is 0 when every verdict is the same in every byte, 3 when the engine or the policies differ, 5 when
    neither does and a verdict still differs.
    """
    if every == (sequence is not None):
        raise UsageError("name the number of an entry, or `--all`")
    found = replayed_all(ledger, policies) if sequence is None else replayed(ledger, sequence, policies)
    lines, same, explained = found
    for line in lines:
        terminal.say(printable(line))
    return EXIT_BEST if same else EXIT_BETWEEN if explained else EXIT_INTEGRITY


@command.command(
    "rearm",
    epilog="\b\nExample:\n  interlock log rearm experiment-0-rollback/safety-events --by WHO --reason 'a drill'",
)
@click.argument("rule")
@click.option("--member", metavar="MEMBER", help="Only at this member; default: wherever it is latched.")
@acting_options
@policies_option
def rearm_command(
    rule: str,
    member: str | None,
    by: str,
    reason: str,
    at: Decimal | None,
    ledger: Path,
    policies: str | None,
) -> int:
    """Clear the latch of RULE, written POLICY/RULE; from then on it judges later points only.

    The policies are read for the names that it had before (`formerly`); without any it is known by this name alone.
    """
    policy, _, name = rule.partition("/")
    if not policy or not name:
        raise UsageError(f"`{printable(rule)}` is no rule: write POLICY/RULE")
    for key in rearm(ledger, policy, name, member, act_of(by, reason, at), renames(policies)):
        place = f" at {key[1]}" if key[1] else ""
        before = "" if (policy, name) == key[::2] else f", latched as {key[0]}/{key[2]}"
        terminal.say(f"re-armed {policy}/{name}{place}{before}")
    return EXIT_BEST


def _told(entry: Entry) -> str:
    """One line about an entry."""
    data = entry.data
    if entry.kind == "verdict":
        record = data["verdict"]
        at = f" at {record['member']}" if record["member"] else ""
        waived = ", by a waiver" if record.get("unwaived") else ""
        return f"{record['policy']}{at}: {record['verdict']}{waived}"
    if entry.kind in ("latch", "rearm"):
        at = f" at {data['member']}" if data["member"] else ""
        return f"{data['policy']}/{data['rule']}{at}: {data['reason']}"
    if entry.kind == "waiver":
        return (
            f"{data['policy']}/{data['rule']} while {data['outcome']} until {data['until']}: {data['reason']}"
        )
    if entry.kind == "attestation":
        return f"{data['what']} by {data['by']} as {data['role']} until {data['until']}: {data['reason']}"
    if entry.kind == "gate":
        return f"{data['policy']} begins"
    if entry.kind == "permission":
        return f"{data['policy']} at {data['symbol']}: {data['verdict']['verdict']}"
    if entry.kind == "trade":
        return f"{data['policy']} at {data['symbol']}: closed with {data['pnl']}"
    if entry.kind == "stage":
        return f"{data['rollout']} {data['decision']} to {data['to']} by {data['by']}: {data['reason']}"
    if entry.kind == "look":
        word = "as it should be" if data["good"] else "; ".join(data["differences"]) or "its time begins anew"
        return f"{data['rollout']} in {data['stage']}: {word}"
    if entry.kind == "notify":
        spared = (
            f", not {', '.join(data['withheld'])}: {data['inhibited_by']}" if data.get("withheld") else ""
        )
        return f"{data['policy']} {data['verdict']}: {', '.join(data['audience']) or 'nobody'}{spared}"
    if entry.kind == "delivery":
        return f"{data['channel']}: events up to entry {data['through']}"
    return _words(data[key] for key in ("name", "document", "digest", "snapshot") if key in data)


def _words(values: Iterable[object]) -> str:
    return " ".join(str(each)[:19] if str(each).startswith("sha256:") else str(each) for each in values)
