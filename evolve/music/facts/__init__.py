"""What can be said of a song without ears, from its notes alone, whatever representation wrote it."""
