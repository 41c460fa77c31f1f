"""Rollouts on a ledger: decide each one over a snapshot, and record observations and changes."""
