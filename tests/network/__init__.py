"""Tests of networks, on streams of symbols that are no music."""
