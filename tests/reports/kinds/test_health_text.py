"""The health check for a terminal, as whole texts."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from interlock.reports.kinds.health_text import as_text
from interlock.reports.style import ReportStyle

from .orchard import reading

REPORT = (
    "report: readiness\ntitle: Readiness\n"
    "fields: {a: {get: verdict, of: harvest}, b: {get: verdict, of: limits}}\n"
)


def shown(folder: Path, changes: dict[str, Any] | None = None, **settings: Any) -> str:
    return as_text(reading(folder, REPORT, changes, **settings), ReportStyle())


def test_ready_without_a_ledger(tmp_path: Path) -> None:
    assert shown(tmp_path, policies=("harvest",)) == (
        "Readiness as of 2026-03-30T06:30:00Z\n"
        "✔ GO  harvest\n"
        "? NOT_EVALUATED  limits\n"
        "judged without a ledger, so it opens nothing: name one with `--ledger FILE`\n"
    )


def test_not_ready_with_reasons_and_actions(tmp_path: Path) -> None:
    assert shown(tmp_path, {"fruit": 9, "gate_open": False}, stateless=False) == (
        "Readiness as of 2026-03-30T06:30:00Z\n"
        "✘ NO_GO  harvest\n"
        "    the gate is shut\n"
        "    9 fruit hang\n"
        "      do: wait\n"
        "? NOT_EVALUATED  limits\n"
    )


def test_expired(tmp_path: Path) -> None:
    assert shown(tmp_path, stateless=False, now=Decimal(1_800_000_000)) == (
        "Readiness as of 2026-03-30T06:30:00Z\n"
        "? EXPIRED  harvest\n"
        "    it was GO until 2026-03-31T06:30:00Z: collect a new snapshot\n"
        "? NOT_EVALUATED  limits\n"
    )
