"""ABC by its standard, version 2.1 (C. Walshaw and others, 2011), and what is common in collections older than it."""
