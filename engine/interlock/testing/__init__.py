"""Tests of policies: cases that hold a policy to its verdicts, what they cover, and what they would notice."""
