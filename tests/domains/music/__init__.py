"""Songs, corpora, tokenizers, sound and pictures."""
