"""Tests of networks, on streams of tokens that are no music."""
