"""Tests of the pure side of evolution."""
