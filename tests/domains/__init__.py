"""Tests of each domain."""
