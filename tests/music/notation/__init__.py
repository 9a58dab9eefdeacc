"""Tests of evolve.music.notation."""
