"""Rollouts over the ledger: where they stand, what each snapshot decides, and what is recorded of it."""
