"""Run folders, individuals and results for the tests of the store, and whatever else needs a run without music."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from hypothesis import strategies as st

from evolve.records.ballot import Ballot, Favourite, RankingEntry
from evolve.records.genome import Genome, Value
from evolve.records.individual import Individual, Origin, individual_id
from evolve.records.run import Artifact, BallotRecord, Json, Sample, TrialResult
from evolve.store.run_store import RunStore
from tests.genetics.drawing import shares

FACTS: Mapping[str, Json] = {
    "created_at": "2026-01-02T03:04:05.678+00:00",
    "settings": {"seed": 3, "seconds": 40.0},
    "space": {"name": "tiny.yaml", "text": "genes: {depth: 1}"},
    "versions": {"evolve": "0"},
}

SONG_FACTS: Mapping[str, Json] = {"notes": 12, "seconds": 6.5, "range": "C4–E5", "repetition": 0.25, "copied": 3}

_texts = st.text(max_size=12)
_numbers = st.one_of(st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False))
_scalars = st.one_of(st.booleans(), _numbers, _texts)
_values: st.SearchStrategy[Value] = st.one_of(_scalars, shares())
_json: st.SearchStrategy[Json] = st.recursive(
    st.one_of(st.none(), _scalars),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=5,
)
json_objects: st.SearchStrategy[dict[str, Json]] = st.dictionaries(_texts, _json, max_size=4)
genomes = st.dictionaries(_texts, _values, max_size=5).map(Genome.from_dict)
changes = st.dictionaries(_texts, st.tuples(st.none() | _values, st.none() | _values), max_size=4)


@st.composite
def broods(draw: st.DrawFn, generation: int, parents: Sequence[str] = ()) -> tuple[Individual, ...]:
    """One to four individuals of a generation; those with parents are children, the others came otherwise."""
    return tuple(
        Individual(
            individual_id(generation, slot), generation, slot, draw(genomes), draw(st.sampled_from(Origin)),
            tuple(draw(st.lists(st.sampled_from(parents), max_size=2, unique=True))) if parents else (),
            tuple(draw(st.lists(st.sampled_from(("mutation", "crossover", "sampling")), max_size=2))),
        )
        for slot in range(1, draw(st.integers(1, 4)) + 1)
    )  # fmt: skip


@st.composite
def results(draw: st.DrawFn, name: str) -> TrialResult:
    """A trial's result with up to three songs, or a failure."""
    if draw(st.integers(0, 3)) == 0:
        return TrialResult(name, draw(json_objects), failure=draw(st.text(max_size=40)))
    songs = tuple(
        Sample(index, files(f"song-{index}", draw(st.binary(max_size=30))), draw(json_objects))
        for index in range(1, draw(st.integers(0, 3)) + 1)
    )
    artifacts = (Artifact("network", "network.keras", draw(st.binary(max_size=30))),)
    return TrialResult(name, draw(json_objects), songs, artifacts[: draw(st.integers(0, 1))])


def files(stem: str, data: bytes) -> tuple[Artifact, ...]:
    """The three files of a song."""
    return tuple(
        Artifact(kind, f"{stem}{suffix}", data + suffix.encode())
        for kind, suffix in (("midi", ".mid"), ("audio", ".ogg"), ("roll", ".svg"))
    )


def founders(count: int) -> tuple[Individual, ...]:
    """Individuals of generation 0."""
    return tuple(
        Individual(individual_id(0, slot), 0, slot, Genome((("width", 32 * slot),)), Origin.FOUNDER, (), ("sampling",))
        for slot in range(1, count + 1)
    )


def result_of(name: str, *, songs: int = 2, failure: str | None = None) -> TrialResult:
    """What a trial of this individual made, the same each time."""
    if failure is not None:
        return TrialResult(name, failure=failure)
    made = tuple(
        Sample(index, files(f"song-{index}", f"{name} {index} ".encode()), SONG_FACTS) for index in range(1, songs + 1)
    )
    artifacts = (Artifact("network", "network.keras", f"network of {name}".encode()),)
    return TrialResult(name, {"validation_loss": 3.5, "epochs": 4}, made, artifacts)


def new_run(folder: Path, *, population: int = 3, evaluated: bool = False) -> RunStore:
    """A run whose first generation is born, and evaluated if so wished."""
    store = RunStore.create(folder, FACTS)
    store.record_generation(0, founders(population), {})
    if evaluated:
        for one in founders(population):
            store.record_trial(result_of(one.id))
        store.record_evaluated(0)
    return store


def ballot_of(
    listener: str, *tiers: str, rejected: Sequence[str] = (), favourites: Sequence[Favourite] = ()
) -> BallotRecord:
    """A finished ballot; each tier is ids with a space between."""
    ballot = Ballot(tuple(tuple(tier.split()) for tier in tiers), tuple(rejected), tuple(favourites))
    letters = {chr(ord("A") + place): name for place, name in enumerate(sorted(ballot.ids))}
    return BallotRecord(listener, ballot, "list", letters, f"2026-01-02T00:00:00.{len(listener):03}+00:00")


def by_first_ballot(ballots: Sequence[Ballot]) -> dict[str, RankingEntry]:
    """A ranking without mathematics: that of the first ballot, with the number of ballots as everyone's utility."""
    ranks = ballots[0].ranks
    return {name: RankingEntry(rank, float(len(ballots)), name in ballots[0].rejected) for name, rank in ranks.items()}


def every_text(database: Path) -> list[str]:
    """Every text in every column of every table."""
    connection = sqlite3.connect(database)
    try:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [row for table in tables for row in connection.execute(f"SELECT * FROM {table}")]  # noqa: S608
        return [value for row in rows for value in row if isinstance(value, str)]
    finally:
        connection.close()
