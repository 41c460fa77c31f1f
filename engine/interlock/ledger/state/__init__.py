"""The state of a ledger: a fold over its entries, and the memory that evaluations read from it."""
