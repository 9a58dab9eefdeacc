"""The program as its user meets it: real commands, real training, a real terminal."""
