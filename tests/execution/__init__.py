"""Tests of running trials."""
