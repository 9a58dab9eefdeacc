"""Test beds: several hosts, and ssh to them, on this one machine."""
