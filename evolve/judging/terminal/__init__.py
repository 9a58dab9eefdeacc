"""Judging at a terminal; the only home of questionary and the prompt toolkit."""
