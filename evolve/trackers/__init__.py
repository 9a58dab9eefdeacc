"""Trackers: listeners to a run's events that keep its story where a team keeps all its experiments."""
