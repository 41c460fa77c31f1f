"""The jobs of a desk as lines for cron, units for systemd, and commands for the task scheduler of Windows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import UsageError
from ..style import ReportStyle

__all__ = ["Job", "as_cron", "as_systemd", "as_windows"]

_TASK = 261
"""So many characters the command of a task of Windows may have."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job: its name, what it does, its command, the hour (None: every hour) and the weekday (None: every day).

    `answers` are exit codes that are no failure.
    """

    name: str
    title: str
    words: tuple[str, ...]
    hour: int | None = None
    weekday: str | None = None
    answers: tuple[int, ...] = ()


def as_cron(jobs: Sequence[Job], style: ReportStyle) -> str:
    """Return lines for `crontab -e`. A percent sign is escaped, since cron ends the command there."""
    head = [
        "# The times are UTC; a cron that does not know CRON_TZ takes them for those of the host.",
        "CRON_TZ=UTC",
    ]
    lines = [line for each in jobs for line in (f"# {each.title}", _cron(each))]
    return "".join(f"{each}\n" for each in (*head, *lines))


def _cron(job: Job) -> str:
    hour = "*" if job.hour is None else str(job.hour)
    day = "*" if job.weekday is None else str(_DAYS.index(job.weekday) + 1)
    return f"0 {hour} * * {day} " + shlex.join(job.words).replace("%", r"\%")


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def as_systemd(jobs: Sequence[Job], style: ReportStyle) -> str:
    """Return a service and a timer for each job, each below a comment with the name of its file."""
    return "\n".join(text for each in jobs for text in (_service(each), _timer(each)))


def _service(job: Job) -> str:
    answers = f"SuccessExitStatus={' '.join(map(str, job.answers))}\n" if job.answers else ""
    command = " ".join(_unit_word(each) for each in job.words)
    return (
        f"# {job.name}.service\n[Unit]\nDescription={job.title}\n\n"
        f"[Service]\nType=oneshot\nExecStart={command}\n{answers}"
    )


def _timer(job: Job) -> str:
    hour = "*" if job.hour is None else f"{job.hour:02}"
    day = "" if job.weekday is None else f"{job.weekday} "
    return (
        f"# {job.name}.timer\n[Unit]\nDescription={job.title}\n\n"
        f"[Timer]\nOnCalendar={day}*-*-* {hour}:00:00 UTC\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )


def _unit_word(word: str) -> str:
    """A word of `ExecStart`: quoted, without the specifiers and variables that systemd would fill in."""
    escaped = word.replace("\\", r"\\").replace('"', r"\"").replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def as_windows(jobs: Sequence[Job], style: ReportStyle) -> str:
    """Return a batch file that registers the tasks; a percent sign is doubled, since a batch file fills in variables.

    Raises UsageError for a command that is too long for a task.
    """
    lines = [line for each in jobs for line in (f"rem {each.title}", _task(each))]
    return "".join(f"{each}\n" for each in ("@echo off", "rem The times are those of the host.", *lines))


def _task(job: Job) -> str:
    command = _windows_line(job.words)
    if len(command) > _TASK:
        hint = "use shorter paths, or a batch file of your own"
        raise UsageError(
            f"the command of `{job.name}` has {len(command)} characters, a task takes {_TASK}: {hint}"
        )
    if job.hour is None:
        when = ["/SC", "HOURLY", "/ST", "00:00"]
    elif job.weekday is None:
        when = ["/SC", "DAILY", "/ST", f"{job.hour:02}:00"]
    else:
        when = ["/SC", "WEEKLY", "/D", job.weekday.upper(), "/ST", f"{job.hour:02}:00"]
    words = ["schtasks", "/Create", "/TN", job.name, "/TR", command, *when, "/F"]
    return _windows_line(words).replace("%", "%%")


def _windows_line(words: Sequence[str]) -> str:
    """Words as a program of Windows splits them again: quoted, with quotes and the backslashes before them escaped."""
    return " ".join(map(_windows_word, words))


def _windows_word(word: str) -> str:
    if word and not re.search(r'[\s"&^|<>()%]', word):
        return word
    escaped = re.sub(r'(\\*)"', r'\1\1\\"', word)
    return '"' + re.sub(r"(\\+)$", r"\1\1", escaped) + '"'
