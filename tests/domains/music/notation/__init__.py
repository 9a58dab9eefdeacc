"""Tests of notation read as songs."""
