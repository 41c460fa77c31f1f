"""Tests of policies: cases, their runs and the cells that they cover."""
