"""A run told as text, JSON or CSV."""
