"""Rubbish in: inputs of every kind, made up and mutated, and what the program does with each.

`make fuzz` tries many, `make test` a few hundred; `EVOLVE_FUZZ_INPUTS` says how many, `EVOLVE_FUZZ_SEED` which.
"""
