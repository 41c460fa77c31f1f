"""Reports on verdicts: tables, explanations and the full report of one snapshot."""
