"""Tests of `evolve.progress`."""
