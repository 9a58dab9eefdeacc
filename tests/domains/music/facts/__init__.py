"""Tests of what is said of songs."""
