"""Complaints about live sources, each with its whole text and its place."""

from __future__ import annotations

import pytest

from support.desks import complaints

SOURCE = """sources:
  checks:
    kind: live
    doc: a
    metrics:
      METRIC: PROBE
"""
BELOW = "write it relative to the root, with `/`"


@pytest.mark.parametrize(
    ("metric", "probe", "complaint"),
    [
        ("total", "{exists: a}", "6:7: error E531: `exists` gives the type boolean, but `total` has integer"),
        ("moment", "{env: A}", "6:7: error E531: `moment` is a timestamp, but a variable gives none"),
        ("daily", "{pid: a}", "6:7: error E514: `daily` is not a single value, but a probe gives one"),
        ("flag", "{not: {pid: a}}", "6:25: error E532: `pid` is neither true nor false"),
        ("flag", "{env: 'A B'}", "6:19: error E513: `A B` is no name of an environment variable"),
        ("flag", "{command: [/bin/true]}", f"6:23: error E503: the path `/bin/true` is absolute ({BELOW})"),
        (
            "flag",
            "{command: [../tool]}",
            f"6:23: error E503: the path `../tool` leaves the root with `..` ({BELOW})",
        ),
        (
            "flag",
            "{command: [sh, -c, ls]}",
            "6:23: error E515: `sh -c` hands the command to a shell"
            " (name the program itself, or a script below the root)",
        ),
        (
            "flag",
            "{command: [a], timeout: 2h}",
            "6:37: error E534: `timeout` must lie between 1s and 3600s",
        ),
        (
            "flag",
            "{command: [a], gives: exit, equals: x}",
            "6:49: error E533: `equals` compares the output, but this gives the exit status",
        ),
        (
            "total",
            "{process: '('}",
            "6:24: error E505: `process` is no regular expression:"
            " missing ), unterminated subpattern at position 0",
        ),
        (
            "total",
            "{process: '(?=a)b'}",
            "6:24: error E540: `process` is no pattern of RE2: invalid perl operator: (?="
            " (write it without references and without looking ahead or back)",
        ),
    ],
)
def test_complaint(metric: str, probe: str, complaint: str) -> None:
    text = SOURCE.replace("METRIC", metric).replace("PROBE", probe)
    assert complaints(text) == [f"sources.yaml:{complaint}"]
