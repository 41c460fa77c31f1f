"""Tests of rollouts: stories, played through the engine of the rollouts."""
