"""Errors that are a user's to mend: one root, so that the command line can tell them from our bugs."""

import difflib
from collections.abc import Iterable


class EvolveError(Exception):
    """Something the user can mend; its text says what, where, what is allowed and what to do.

    The command line prints the text as one line on stderr and exits with code 1. Any other exception is a bug of
    ours and keeps its traceback.
    """


class SettingsError(EvolveError):
    """A run setting is unknown or out of range."""


class SpaceError(EvolveError):
    """A search space does not say what it must, or has no genome left to give."""


class CorpusError(EvolveError):
    """A corpus, a music file or an opening cannot be used."""


class BallotError(EvolveError):
    """An ordering of candidates cannot be read or does not fit the candidates."""


class RunError(EvolveError):
    """A run folder cannot be found, created, read or gone on with."""


class StorageError(RunError):
    """A disk, missing rights or another process stand in the way; the run is kept, and can be gone on with."""


class DamagedStoreError(RunError):
    """A store is there, and what it holds is not what evolve has written."""


class ExecutionError(EvolveError):
    """The machine or the cluster cannot train what it was asked to."""


def nearest_spelling(word: str, allowed: Iterable[str]) -> str:
    """A hint such as ``; did you mean "width"?``, or an empty string when nothing is near."""
    near = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""
