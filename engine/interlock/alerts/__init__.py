"""Hands recorded events to people's channels: a file, a command, a webhook; the ledger knows who has what."""
