"""Tests of evolve.clusters."""
