"""Tests of breeding by taste."""
