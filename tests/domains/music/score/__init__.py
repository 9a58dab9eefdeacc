"""Scores, from beats to pictures."""
