"""How a song becomes streams of symbols for a network, and back."""
