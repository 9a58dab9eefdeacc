"""From songs heard to a ranking: ballots, how they combine, and the ways to fill one in."""
