"""Test beds: several hosts, ssh to them, and a real SLURM, all on this one machine."""
