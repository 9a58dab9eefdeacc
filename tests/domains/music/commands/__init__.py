"""Tests of `evolve.domains.music.commands`."""
