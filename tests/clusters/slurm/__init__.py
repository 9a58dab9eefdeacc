"""Tests of evolve.clusters.slurm.launcher."""
