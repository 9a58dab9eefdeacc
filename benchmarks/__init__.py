"""One script for each claim of speed: it runs us and the peer side by side and prints a table with the ratio."""
