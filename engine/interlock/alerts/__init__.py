"""Delivers recorded events to channels: a file, a command, a webhook; the ledger records what each one took."""
