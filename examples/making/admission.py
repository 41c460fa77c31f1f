"""What the self-learning loop asks for and tells of itself: runs that wait for permission, and its status."""

from __future__ import annotations

from datetime import timedelta

from .period import Period, stamp
from .writing import Desk

__all__ = ["write_admission"]

_SECTIONS = ["Proposal Funnel", "Outcome Quality", "Policy State", "Opportunity Windows"]


def write_admission(desk: Desk, period: Period) -> None:
    """Write one run that may have normal mode, one of too high a risk, one of too low a priority."""
    requests = {
        "job-0001": {"risk": "low", "priority": 0.94, "patches": 0},
        "job-0002": {"risk": "medium", "priority": 0.97, "patches": 0},
        "job-0003": {"risk": "low", "priority": 0.89, "patches": 0},
    }
    asked = {"requested_at": stamp(period.as_of - timedelta(seconds=4)), "requests": requests}
    desk.json("data/experiments/job_requests.json", asked)
    status = {
        "at": stamp(period.as_of - timedelta(minutes=2)),
        "sections": _SECTIONS,
        "migration_done": True,
        "backup_at": stamp(period.at(period.today, 2)),
        "monitoring_ready": True,
        "newest_opportunity": {"repeats": 4},
    }
    desk.json("data/memory/learning_status.json", status)
