"""The trade gate: permits or blocks single trades and keeps their counters."""
