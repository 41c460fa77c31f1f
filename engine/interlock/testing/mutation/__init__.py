"""Mutants of policies, the search near boundaries, and suggested cases."""
