"""Tests of judging at a terminal."""
