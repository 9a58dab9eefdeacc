"""Readers of notation, and what is told of them."""
