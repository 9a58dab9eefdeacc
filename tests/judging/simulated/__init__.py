"""Tests of simulated listeners."""
