"""Tests of what comes from other programs, or goes to them."""
