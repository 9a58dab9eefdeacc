"""Test beds: several hosts on this one machine."""
