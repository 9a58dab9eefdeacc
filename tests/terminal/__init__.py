"""Tests of `evolve.terminal`."""
