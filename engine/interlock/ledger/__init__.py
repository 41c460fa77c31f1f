"""The ledger: an append-only, hash-chained record in one SQLite file, and the state that follows from it."""
