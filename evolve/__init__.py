"""evolve: breed recurrent networks that write music, with a person as the fitness function."""

__version__ = "0.1.0"
