"""The file of a ledger: its entries, their hash chain, anchors and verification."""
