"""Songs, corpora, representations, sound and pictures."""
