"""The trade gate: permits or refuses single trades and keeps their counters."""
