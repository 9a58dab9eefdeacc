"""From candidates to a ranking: ballots, how they combine, and the ways to fill one in."""
