"""Filling in a ballot at a terminal."""
