"""How a song becomes streams of tokens for a network, and back."""
