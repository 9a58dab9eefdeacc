"""Tests of evolve.clusters.kubernetes.launcher."""
