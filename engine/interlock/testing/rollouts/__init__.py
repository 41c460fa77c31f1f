"""Tests of rollouts: stories, run through the engine of the rollouts."""
