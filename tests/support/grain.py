"""The made-up desk that trades grain: where its policies and artefacts lie, and the instant of its snapshots."""

from __future__ import annotations

from pathlib import Path

__all__ = ["AS_OF", "DESK", "POLICIES"]

DESK = Path(__file__).parent / "desk"
POLICIES = DESK / "policies"
AS_OF = "2026-03-30T06:30:00Z"
