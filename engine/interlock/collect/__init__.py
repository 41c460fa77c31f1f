"""Collects snapshots from the artefacts of a desk, as sources documents declare."""
