"""What a user should know of a run's music before it is trained on: what was left out, and what has no effect."""

import shlex
from collections.abc import Iterator, Sequence

from evolve.domains.music.corpus import Corpus
from evolve.domains.music.errors import CorpusError
from evolve.domains.music.opening import Opening
from evolve.domains.music.reshaping import PIANO
from evolve.domains.music.settings import MusicSettings
from evolve.errors import nearest_spelling
from evolve.genetics.gene import GeneKind
from evolve.genetics.space import SearchSpace
from evolve.network.genes import PLAYING
from evolve.words import counted, listed, worded


def reading_notices(corpus: Corpus, opening: Opening, settings: MusicSettings) -> Iterator[str]:
    """What of the corpus was skipped, and what of the opening is not as it was given."""
    if corpus.skipped:
        sources = shlex.join(corpus.names)
        tracks = "" if settings.roles == PIANO else f" --tracks {settings.tracks}"
        skipped, whole = len(corpus.skipped), len(corpus.skipped) + len(corpus.pieces)
        yield (
            f"{skipped:,} of {counted(whole, 'piece')} {worded(skipped, 'was', 'were')} skipped, "
            f"{counted(len(corpus.pieces), 'is', 'are')} left to learn from; "
            f"to see why: evolve corpus check {sources}{tracks}"
        )
    if opening.notice:
        yield opening.notice


def check_groups(space: SearchSpace, groups: Sequence[str]) -> None:
    """See that the corpus has the groups that a space names.

    Args:
        space: As its file has it.
        groups: The names of the corpus's groups.

    Raises:
        CorpusError: It lacks one.
    """
    for gene in space.genes:
        missing = [str(name) for name in gene.values if name not in groups] if gene.kind is GeneKind.SHARES else []
        if missing:
            there = f"its groups: {listed(groups)}" if len(groups) > 1 else "it has none"
            raise CorpusError(
                f"{gene.name} names {listed(missing)}, which the corpus does not have; {there}"
                f"{nearest_spelling(missing[0], groups)}; name some of these, or write {gene.name}: {{type: shares}} "
                f"for whatever groups there are"
            )


def groups_notices(space: SearchSpace, groups: Sequence[str]) -> Iterator[str]:
    """That a gene of shares is left out, where the corpus has no groups to divide a whole among."""
    kept = [gene.name for gene in space.with_groups(groups).genes]
    for gene in space.genes:
        if gene.name not in kept:
            yield f"there are no two groups of pieces to choose from, so networks have no gene {gene.name}"


def playing_notice(space: SearchSpace, settings: MusicSettings) -> Iterator[str]:
    """That settings were chosen which no network goes by, since each has a gene of the name."""
    genes = [gene.name for gene in space.genes if gene.parent_name is None]
    idle = [name for name in PLAYING if name in genes and getattr(settings, name) != getattr(MusicSettings(), name)]
    if idle:
        are_genes = worded(len(idle), "is a gene", "are genes")
        have = worded(len(idle), "setting has", "settings have")
        yield f"{listed(idle)} {are_genes} of this space: each network plays with its own, the {have} no effect"
