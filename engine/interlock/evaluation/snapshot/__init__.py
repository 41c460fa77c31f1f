"""Snapshots: metrics as their declarations say, with series and their history."""
