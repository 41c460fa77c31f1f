"""Reports on what was recorded or measured: ledger entries, rollouts, collections, expressions."""
