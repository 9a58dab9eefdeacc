"""Tests of the store: paths, the database, and the run folder."""
