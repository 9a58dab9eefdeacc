"""Clusters: getting one for a generation, working on it, letting it go."""
