"""Looking at a machine and at a run."""
