"""Tests of the model of a listener's taste."""
