"""How messages travel between a run and its cluster."""
