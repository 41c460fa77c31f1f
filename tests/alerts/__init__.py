"""Tests of the channels that carry events to people."""
