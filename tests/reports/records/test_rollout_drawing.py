"""Where a rollout stands and what became of it, as a terminal of any width draws it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from interlock.diagnostics import Span
from interlock.language.times import parse_time
from interlock.ledger.state.rollout_state import ACTIVE, ROLLED_BACK, RecordedChange, RolloutState
from interlock.policy.rollout_model import Dwell, Rollback, Rollout, Stage, Term
from interlock.reports.records.rollout_drawing import RolloutStatus, as_text
from interlock.reports.records.rollout_records import history_as_text
from interlock.reports.style import ReportStyle
from interlock.rollout.decision import Check, DwellTime, RolloutDecision

_MOVES = (
    ("2026-03-02T00:00:00Z", "BEGIN", 1, "", "off", "WHO", "begin"),
    ("2026-03-03T00:00:00Z", "ADVANCE", 1, "off", "canary", "WHO", "a day without a break"),
    (
        "2026-03-04T06:00:00Z",
        "ROLLBACK",
        1,
        "canary",
        "off",
        "interlock",
        "back/bad-days: two\nbad days\x1b[31m",
    ),
    ("2026-03-05T00:00:00Z", "REARM", 2, "off", "off", "WHO", "mended"),
    (
        "2026-03-09T00:00:00Z",
        "COMPLETE",
        2,
        "canary",
        "canary",
        "WHO",
        "five complete days, and everybody agreed",
    ),
)
MOVES = [
    RecordedChange(entry, parse_time(at) or Decimal(0), word, attempt, source, target, "1.0.0", by, reason)
    for entry, (at, word, attempt, source, target, by, reason) in enumerate(_MOVES, 1)
]


def _stage(name: str, least: str, title: str) -> Stage:
    place = Span("change.yaml", 1, 1)
    return Stage(name, title, {}, Dwell(Term.read(least), None, Decimal(3600)), "ready", place)


ROLLOUT = Rollout(
    "change",
    "1.0.0",
    "A change of more words than a narrow terminal has room for",
    "quant",
    ("feature.on",),
    (_stage("off", "24h", "Nothing runs"), _stage("canary", "2 trading days", "A few symbols")),
    Rollback("back", "ROLLBACK", "off"),
    Span("change.yaml", 1, 1),
)


WIDE = """\
change 1.0.0: ACTIVE
  A change of more words than a narrow terminal has room for
  attempt 1, in canary since 2026-03-03T00:00:00Z

  ✔ off ─── ● canary ─── · complete

     stage   entered               least           time that counts
  ✔  off     2026-03-02T00:00:00Z  1d              Nothing runs
  ●  canary  2026-03-03T00:00:00Z  2 trading days  1 complete day, since 2026-03-03T00:00:00Z

HOLD: 3 checks in the way of COMPLETE (2026-03-05T00:00:00Z at the earliest)
  ✘  time      1 complete day of 2 trading days, since 2026-03-03T00:00:00Z, until 2026-03-05T00:00:00Z
  ✘  gate      ready is NO_GO:
               - loss: it is 60, less than 50 is needed
               - days: cannot tell: days.run: missing
  ?  approval  nobody knows
  ✔  snapshot  as of 2026-03-04T01:00:00Z
  ! review due: something else
"""
NARROW = """\
change 1.0.0: ACTIVE
  A change of more words than a narrow terminal has room for
  attempt 1, in canary since 2026-03-03T00:00:00Z

  ok off --- > canary --- - complete

      stage   entered               least           time that counts
  ok  off     2026-03-02T00:00:00Z  1d              Nothing runs
  >   canary  2026-03-03T00:00:00Z  2 trading days  1 complete day, since
                                                    2026-03-03T00:00:00Z

HOLD: 3 checks in the way of COMPLETE (2026-03-05T00:00:00Z at the earliest)
  x   time      1 complete day of 2 trading days, since 2026-03-03T00:00:00Z,
                until 2026-03-05T00:00:00Z
  x   gate      ready is NO_GO:
                - loss: it is 60, less than 50 is needed
                - days: cannot tell: days.run: missing
  ?   approval  nobody knows
  ok  snapshot  as of 2026-03-04T01:00:00Z
  ! review due: something else
"""
BACK = """\
change 1.0.0: <bad>ROLLED_BACK</>
  A change of more words than a narrow terminal has room for
  attempt 1, since 2026-03-04T06:00:00Z
  rolled back from canary to off: back/bad-days: two bad days\\u001b[31m

  <good>✔ off</> ─── <bad>✘ canary</> ─── · complete

     stage   entered               least           title
<good>  ✔</>  off     2026-03-02T00:00:00Z  1d              Nothing runs
<bad>  ✘</>  canary  2026-03-03T00:00:00Z  2 trading days  A few symbols

HOLD
<bad>  ✘</>  state  it was rolled back
"""


def painted(text: str, tone: str) -> str:
    return f"<{tone}>{text}</>" if tone in ("bad", "good") else text


def standing(state: str, moves: list[RecordedChange]) -> RolloutState:
    last = moves[-1]
    return RolloutState(state, last.attempt, None, last.target, last.at, last.at, last.at, changes=moves)


def test_a_wide_terminal_gets_the_history_as_a_table() -> None:
    assert history_as_text(MOVES, ReportStyle()) == (
        "time                  attempt  change    from    to      by         reason\n"
        "2026-03-02T00:00:00Z        1  BEGIN             off     WHO        begin\n"
        "2026-03-03T00:00:00Z        1  ADVANCE   off     canary  WHO        a day without a break\n"
        "2026-03-04T06:00:00Z        1  ROLLBACK  canary  off     interlock  back/bad-days: two bad days\\u001b[31m\n"
        "2026-03-05T00:00:00Z        2  REARM     off     off     WHO        mended\n"
        "2026-03-09T00:00:00Z        2  COMPLETE  canary  canary  WHO        five complete days, and everybody agreed\n"
    )


def test_a_narrow_terminal_gets_two_lines_for_each_change() -> None:
    assert history_as_text(MOVES, ReportStyle(width=40, paint=painted)) == (
        "2026-03-02T00:00:00Z  BEGIN off, attempt 1, by WHO\n"
        "  begin\n"
        "2026-03-03T00:00:00Z  ADVANCE off to canary, attempt 1, by WHO\n"
        "  a day without a break\n"
        "2026-03-04T06:00:00Z  <bad>ROLLBACK</> canary to off, attempt 1, by interlock\n"
        "  back/bad-days: two bad days\\u001b[31m\n"
        "2026-03-05T00:00:00Z  REARM off, attempt 2, by WHO\n"
        "  mended\n"
        "2026-03-09T00:00:00Z  <good>COMPLETE</> canary, attempt 2, by WHO\n"
        "  five complete days, and everybody\n"
        "  agreed\n"
    )


@pytest.mark.parametrize("width", [80, 140])
def test_an_active_rollout_fits_the_terminal(width: int) -> None:
    start, end = MOVES[1].at, MOVES[1].at + 90000
    parts = (
        "ready is NO_GO:",
        "loss: it is 60, less than 50 is needed",
        "days: cannot tell: days.run: missing",
    )
    checks = (
        Check("snapshot", "pass", "as of 2026-03-04T01:00:00Z"),
        Check(
            "time",
            "fail",
            "1 complete day of 2 trading days, since 2026-03-03T00:00:00Z, until 2026-03-05T00:00:00Z",
        ),
        Check("gate", "fail", "; ".join(parts), parts),
        Check("approval", "unknown", "nobody knows"),
    )
    held = DwellTime(start, end, Term(days=2))
    course = RolloutDecision("HOLD", checks, "COMPLETE", ("review due: something else",), held, held.until)
    text = as_text(
        RolloutStatus(ROLLOUT, standing(ACTIVE, MOVES[:2]), course),
        ReportStyle(width=width, ascii=width == 80),
    )
    assert all(len(each) <= width for each in text.splitlines())
    assert text == (NARROW if width == 80 else WIDE)


def test_one_that_was_rolled_back_says_from_where_and_why() -> None:
    state = Check("state", "fail", "it was rolled back")
    text = as_text(
        RolloutStatus(ROLLOUT, standing(ROLLED_BACK, MOVES[:3]), RolloutDecision("HOLD", (state,))),
        ReportStyle(paint=painted),
    )
    assert text == BACK
