"""Judging at a terminal; the only home of questionary and the prompt toolkit."""

from evolve.judging.terminal.session import judge

__all__ = ["judge"]
