"""What a search gives to look at: a generation to be judged, who is best, and the report."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolve.errors import RunError
from evolve.judging.order import GivenRanking, ballot_of
from evolve.python_words import in_python_words
from evolve.records.ballot import Candidate, samples_of
from evolve.records.run import IndividualRecord, RunRecord
from evolve.search.listening import ListeningSession
from evolve.search.steps import cast_ballot
from evolve.search.taste import why_born
from evolve.spaces import PlainValue, plain, value_in_words
from evolve.store.run_store import RunStore
from evolve.words import counted

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, repr=False)
class Best:
    """The individual that came first in the newest ranking.

    Attributes:
        id: Such as ``g2-3``.
        genome: The values of its active genes by name, as JSON has them.
        parents: The ids of its parents.
        rank: Its place in that ranking, from 1.
        metrics: Of its trial.
        samples: With their files' paths and their facts.
        why: Why it was chosen among many that were bred; empty where it was not.
    """

    id: str
    genome: dict[str, PlainValue]
    parents: tuple[str, ...]
    rank: int
    metrics: Mapping[str, Any]
    samples: tuple["BestSample", ...]
    why: str = ""

    def __repr__(self) -> str:
        genes = ", ".join(f"{name} {value_in_words(value)}" for name, value in self.genome.items())
        return f"Best({self.id}, rank {self.rank}: {genes})"


@dataclass(frozen=True, slots=True, repr=False)
class BestSample:
    """A sample in the run folder.

    Attributes:
        index: From 1.
        files: Absolute paths by kind.
        facts: What can be said of it.
    """

    index: int
    files: Mapping[str, Path]
    facts: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"BestSample({self.index}: {', '.join(self.files)})"


def best_of(run: RunRecord, folder: Path) -> Best | None:
    """Who came first in the newest ranking; of those that share the place, the first. None before there is one.

    Args:
        run: As its store has it.
        folder: Where it lies.
    """
    ranked = [generation for generation in run.generations if generation.ranking]
    if not ranked:
        return None
    place = {member: slot for slot, member in enumerate(ranked[-1].members)}
    name = min(ranked[-1].ranking, key=lambda one: (ranked[-1].ranking[one].rank, place[one]))
    record = run.individuals[name]
    return Best(
        id=name,
        genome=plain(record.individual.genome),
        parents=record.individual.parents,
        rank=ranked[-1].ranking[name].rank,
        metrics=record.metrics,
        samples=tuple(_kept(record, folder)),
        why=why_born(run, name),
    )


def _kept(record: IndividualRecord, folder: Path) -> Iterator[BestSample]:
    for sample in record.samples:
        files = {kind: (folder / path).resolve() for kind, path in sample.files.items()}
        yield BestSample(sample.index, files, sample.facts)


def check_open(store: RunStore) -> None:
    """See that a search was not closed.

    Raises:
        RunError: It was.
    """
    if store.is_closed:
        folder = store.paths.folder
        raise RunError(f'{folder}: this search was closed; open it again: evolve.Search("{folder}")')


class Report(dict[str, Any]):
    """A run as docs/report-format.md describes it; in a notebook it shows itself as a table."""

    def __init__(self, run: RunRecord) -> None:
        """The whole run."""
        from evolve.report.document import report_document  # noqa: PLC0415 - brings rich, which a search need not wait for

        super().__init__(report_document(run))
        self._run = run

    def dataframe(self) -> "pd.DataFrame":
        """A row for each individual and generation in which it was judged; imports pandas."""
        import pandas as pd  # noqa: PLC0415 - half a second that nothing else needs

        from evolve.report.tables import table_columns, table_rows  # noqa: PLC0415 - brings rich

        rows = table_rows(self._run)
        return pd.DataFrame(rows, columns=table_columns(rows), dtype=object)  # objects keep whole numbers whole

    def __repr__(self) -> str:
        generations = counted(len(self._run.generations), "generation")
        return f"Report({self._run.name}: {generations}, {counted(len(self._run.individuals), 'individual')})"

    def _repr_html_(self) -> str:
        frame = self.dataframe()
        html: str = frame.to_html(index=False, max_cols=12)
        return html


@dataclass(frozen=True, slots=True, repr=False)
class Generation:
    """A generation that can be judged.

    Attributes:
        index: From 0.
        candidates: Under blind letters: ``.letter``, ``.id``, and of each of its ``.samples`` the ``.files`` (paths by
            kind) and ``.facts``.
    """

    index: int
    candidates: tuple[Candidate, ...]
    _session: ListeningSession
    _store: RunStore

    def rank(self, ranking: GivenRanking, rejected: Iterable[str] = ()) -> None:
        """Cast a ballot; another one of the same listener takes the place of the first, until children are born.

        Args:
            ranking: Best first: ``"C > A = B ! D"``, or tiers such as ``[["C"], ["A", "B"]]``, of letters or ids.
            rejected: Of tiers, who must not become a parent.

        Raises:
            EvolveError: It names somebody who is not there, twice, or leaves somebody out; or the children are born.
        """
        letters = {candidate.letter: candidate.id for candidate in self.candidates}
        check_open(self._store)
        with in_python_words(self._store.paths.folder):
            ballot = ballot_of(ranking, rejected, letters, samples_of(self.candidates))
            cast_ballot(self._store, self._session, ballot, "python")

    def __repr__(self) -> str:
        letters = ", ".join(candidate.letter for candidate in self.candidates)
        return f"Generation({self.index}: {letters})"
