"""Tests of evolve.clusters.ssh.launcher."""
