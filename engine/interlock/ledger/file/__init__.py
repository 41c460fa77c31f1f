"""The file of a ledger: entries, their chain, anchors and verification."""
