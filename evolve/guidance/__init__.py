"""Where genomes and ballots meet the model of taste, which knows neither: whom to breed, and why."""
