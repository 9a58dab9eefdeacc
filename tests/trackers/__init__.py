"""Trackers: each opened by the real thing."""
