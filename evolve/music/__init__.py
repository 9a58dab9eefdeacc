"""Music: songs, files, corpora, representations, descriptions, sound and pictures."""
