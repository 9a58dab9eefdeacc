"""Tests of evolve.clusters.channels."""
