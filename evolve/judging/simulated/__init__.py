"""Listeners with a hidden taste, who rank in place of a person: for benchmarks, tests and trying things out."""
