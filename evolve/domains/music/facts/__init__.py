"""What can be said of a song without ears, from its notes alone, whatever tokenizer wrote it."""
