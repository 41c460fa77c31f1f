"""The lines of a schedule, parsed back as the program that runs the jobs would: words, times and weekdays."""

from __future__ import annotations

import configparser
import re
import shlex

import pytest

from interlock.errors import UsageError
from interlock.reports.records.job_schedule import Job, as_cron, as_systemd, as_windows
from interlock.reports.style import ReportStyle

WORDS = [
    ("interlock", "health", "--root", "/srv/desk"),
    ("/opt/my tools/interlock", "health", "--root", "/srv/100% of it"),
    (
        "interlock",
        'a "quoted" word',
        "it's",
        "$HOME",
        "back\\slash",
        "end\\",
        'tail\\"',
        "",
        "a&b|c",
        "~x",
        "é",
    ),
    (
        "C:\\Program Files\\python.exe",
        "-m",
        "interlock",
        "--root",
        "C:\\desk %TEMP%\\",
        "--ledger",
        "C:\\l.db",
    ),
]
STYLE = ReportStyle()


def jobs(words: tuple[str, ...]) -> list[Job]:
    return [
        Job("health", "Daily health check", words, 6),
        Job("weekly", "Weekly report", words, 9, "Mon"),
        Job("evaluate", "Hourly evaluation", words, answers=(1, 3)),
    ]


@pytest.mark.parametrize("words", WORDS)
def test_cron(words: tuple[str, ...]) -> None:
    lines = as_cron(jobs(words), STYLE).splitlines()
    assert [each for each in lines if each.startswith("#")] == [
        "# The times are UTC; a cron that does not know CRON_TZ takes them for those of the host.",
        "# Daily health check",
        "# Weekly report",
        "# Hourly evaluation",
    ]
    assert lines[1] == "CRON_TZ=UTC"
    entries = [each.split(" ", 5) for each in lines if each[0] == "0"]
    assert [each[:5] for each in entries] == [
        ["0", "6", "*", "*", "*"],
        ["0", "9", "*", "*", "1"],
        ["0", "*", "*", "*", "*"],
    ]
    for *_, command in entries:
        assert not re.search(r"(?<!\\)%", command)  # cron would end the command there
        assert shlex.split(command.replace(r"\%", "%")) == list(words)


def systemd_words(text: str) -> list[str]:
    """The words of `ExecStart` as systemd reads double quotes, backslashes, specifiers and variables."""
    found = re.findall(r'"((?:[^"\\]|\\.)*)"(?: |$)', text)
    assert " ".join(f'"{each}"' for each in found) == text
    assert not any(re.search(r"(?<!%)(%%)*%(?!%)|(?<!\$)(\$\$)*\$(?!\$)", each) for each in found)
    return [re.sub(r"\\(.)", r"\1", each).replace("%%", "%").replace("$$", "$") for each in found]


@pytest.mark.parametrize("words", WORDS)
def test_systemd(words: tuple[str, ...]) -> None:
    text = as_systemd(jobs(words), STYLE)
    units = dict(zip(*[iter(re.split(r"^# (\S+)\n", text, flags=re.MULTILINE)[1:])] * 2, strict=True))
    assert list(units) == [
        f"{name}.{kind}" for name in ("health", "weekly", "evaluate") for kind in ("service", "timer")
    ]
    parsed = {}
    for name, unit in units.items():
        parsed[name] = configparser.RawConfigParser(strict=True)
        parsed[name].read_string(unit)
    services = [parsed[f"{name}.service"]["Service"] for name in ("health", "weekly", "evaluate")]
    assert [systemd_words(each["ExecStart"]) for each in services] == [list(words)] * 3
    assert [each["Type"] for each in services] == ["oneshot"] * 3
    assert [each.get("SuccessExitStatus") for each in services] == [None, None, "1 3"]
    timers = [parsed[f"{name}.timer"] for name in ("health", "weekly", "evaluate")]
    assert [each["Timer"]["OnCalendar"] for each in timers] == [
        "*-*-* 06:00:00 UTC",
        "Mon *-*-* 09:00:00 UTC",
        "*-*-* *:00:00 UTC",
    ]
    assert [each["Install"]["WantedBy"] for each in timers] == ["timers.target"] * 3
    assert [each["Unit"]["Description"] for each in timers] == [
        "Daily health check",
        "Weekly report",
        "Hourly evaluation",
    ]


def windows_words(line: str) -> list[str]:
    """Split a command line as programs of Windows do: 2n backslashes before a quote are n, one more makes it text."""
    words, word, inside, begun, place = [], "", False, False, 0
    while place < len(line):
        slashes = len(line[place:]) - len(line[place:].lstrip("\\"))
        after = line[place + slashes : place + slashes + 1]
        if slashes:
            place += slashes
            word += "\\" * (slashes // 2 if after == '"' else slashes)
            begun = True
            if after == '"' and slashes % 2:
                word, place = word + '"', place + 1
        elif after == '"':
            inside, begun, place = not inside, True, place + 1
        elif after == " " and not inside:
            words, word, begun, place = [*words, word] if begun else words, "", False, place + 1
        else:
            word, begun, place = word + after, True, place + 1
    return [*words, word] if begun else words


@pytest.mark.parametrize("words", WORDS)
def test_windows(words: tuple[str, ...]) -> None:
    lines = as_windows(jobs(words), STYLE).splitlines()
    assert lines[:2] == ["@echo off", "rem The times are those of the host."]
    assert lines[2::2] == ["rem Daily health check", "rem Weekly report", "rem Hourly evaluation"]
    tasks = []
    for line in lines[3::2]:
        assert not re.search(r"(?<!%)(%%)*%(?!%)", line)  # a batch file would fill in a variable
        tasks.append(windows_words(line.replace("%%", "%")))
    when = [
        ["/SC", "DAILY", "/ST", "06:00", "/F"],
        ["/SC", "WEEKLY", "/D", "MON", "/ST", "09:00", "/F"],
        ["/SC", "HOURLY", "/ST", "00:00", "/F"],
    ]
    for name, each, times in zip(("health", "weekly", "evaluate"), tasks, when, strict=True):
        assert each[:4] == ["schtasks", "/Create", "/TN", name]
        assert (each[4], each[6:]) == ("/TR", times)
        assert windows_words(each[5]) == list(words)


def test_a_task_of_windows_has_room_for_261_characters() -> None:
    assert "a" * 261 in as_windows([Job("health", "Check", ("a" * 261,), 6)], STYLE)
    with pytest.raises(UsageError) as caught:
        as_windows([Job("health", "Check", ("a" * 262,), 6)], STYLE)
    assert str(caught.value) == (
        "the command of `health` has 262 characters, a task takes 261: use shorter paths, or a batch file of your own"
    )
