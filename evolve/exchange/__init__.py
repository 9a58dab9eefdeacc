"""Spaces, genomes and results that come from other programs, or go to them."""
