"""What several rooms speak of: genomes, individuals, ballots, samples, and what a run remembers."""
