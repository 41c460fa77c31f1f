"""Verdicts: a snapshot, the meaning of an expression over it, and what a policy concludes."""
