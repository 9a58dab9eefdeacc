"""What a user can mend of the music that a run learns from."""

from evolve.errors import EvolveError


class CorpusError(EvolveError):
    """A corpus, a music file or an opening cannot be used."""
