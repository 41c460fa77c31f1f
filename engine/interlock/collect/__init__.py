"""Collects snapshots from a desk's artefacts, as sources documents say; `collecting` is its face."""
