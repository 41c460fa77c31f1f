"""What follows from the entries of a ledger: a fold, and what evaluation asks of it."""
