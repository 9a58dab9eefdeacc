"""Tests of ballots, rankings and the ways to fill a ballot in."""
