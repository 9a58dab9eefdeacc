"""Jobs of SLURM's."""
