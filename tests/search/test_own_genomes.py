"""Genomes of the user's own: whose places they take, what is refused, and that a run goes on alike with them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evolve
from evolve.domains.music import DOMAIN as MUSIC
from evolve.errors import EvolveError, SpaceError
from evolve.records.individual import Origin
from evolve.records.run import RunRecord
from evolve.search.own_genomes import enqueue, read_genomes
from evolve.search.steps import Outcome, create
from evolve.search.taste import why_born
from evolve.spaces import plain
from evolve.store.run_store import RunStore
from tests.pretended_trials import WORDS_ALONE, PretendedExecution, completed, go, lineage, small_settings

PLAIN = {"cell": "gru", "encoding": "onehot", "width": 64, "activation": "relu", "branches": False}
EMBEDDED = {**PLAIN, "encoding": "embedding", "embedding_width": 16}


def begun(folder: Path, tunes: Path, genomes: list[dict[str, Any]], **changes: object) -> Path:
    """A run to which these were given before anything else."""
    with create(folder, small_settings(tunes, **changes), "words.yaml", WORDS_ALONE) as store:
        enqueue(store, genomes, MUSIC, where="mine.json")
    return folder


def genomes_of(run: RunRecord, generation: int) -> list[dict[str, Any]]:
    """Of those born into a generation, in slot order."""
    born = [one.individual for one in run.individuals.values() if one.individual.generation == generation]
    return [plain(one.genome) for one in sorted(born, key=lambda one: one.slot)]


def test_they_are_the_first_founders(tunes: Path, tmp_path: Path) -> None:
    """As they are; the other founders are those that would be there without them, and all differ."""
    with create(tmp_path / "without", small_settings(tunes), "words.yaml", WORDS_ALONE) as store:
        go(store, judge=None)
        drawn = genomes_of(store.read(), 0)
    mine = [EMBEDDED, drawn[3]]
    with RunStore(begun(tmp_path / "run", tunes, mine)) as store:
        go(store)
        run = store.read()
    founders = genomes_of(run, 0)
    assert founders[:3] == [*mine, drawn[2]]
    assert founders[3] in drawn[:2]
    assert why_born(run, "g0-1") == "a genome of your own"
    assert why_born(run, "g0-3") == ""


def test_those_without_a_place_take_those_of_newcomers(tunes: Path, tmp_path: Path) -> None:
    """In their order, one in each generation that has one newcomer."""
    widths = [dict(PLAIN, width=width) for width in (32, 64, 96, 128)]
    more = [dict(EMBEDDED, embedding_width=width) for width in (8, 32)]
    with RunStore(begun(tmp_path / "run", tunes, [*widths, *more], newcomers=1)) as store:
        assert go(store) is Outcome.COMPLETE
        run = store.read()
    assert genomes_of(run, 0) == widths
    for generation, genome in enumerate(more, start=1):
        (newcomer,) = (
            record.individual
            for record in run.individuals.values()
            if (record.individual.generation, record.individual.origin) == (generation, Origin.NEWCOMER)
        )
        assert plain(newcomer.genome) == genome


@settings(deadline=None, max_examples=8)
@given(stops=st.lists(st.integers(0, 8), max_size=5))
def test_a_run_that_was_stopped_goes_on_alike(
    tunes: Path, tmp_path_factory: pytest.TempPathFactory, stops: list[int]
) -> None:
    """With genomes that wait for newcomers' places too."""
    folder, families = tmp_path_factory.mktemp("runs"), []
    genomes = [dict(PLAIN, width=width) for width in (32, 64, 96, 128)] + [EMBEDDED]
    for name, each in (("one", []), ("other", stops)):
        with RunStore(begun(folder / name, tunes, genomes)) as store:
            run = completed(
                store, each, [0], lambda stop, middle, _: PretendedExecution(stop_after=stop, stop_in_the_middle=middle)
            )
            families.append(lineage(run))
    assert families[0] == families[1]


@pytest.mark.parametrize(
    ("genome", "told"),
    [
        ({"cell": "gru"}, "genome 1: no genome of the space: encoding is missing; allowed: onehot, embedding"),
        (PLAIN | {"width": 65}, "width is 65; allowed: 32, 64, 96, 128"),
        (PLAIN | {"width": "64"}, 'width is "64"; allowed'),
        (PLAIN | {"branches": 1}, "branches is 1; allowed"),
        (PLAIN | {"wdith": 64}, 'the space has no gene "wdith"; allowed: .*did you mean "width"'),
        (PLAIN | {"embedding_width": 8}, "embedding_width is given, and is only there with encoding embedding"),
        (PLAIN | {"width": None}, "width is None; allowed"),
        (PLAIN | {"width": [64]}, "width is .*; allowed"),
        (PLAIN | {"width": {"a": 1}}, "are no shares|width is"),
    ],
    ids=str,
)
def test_what_is_no_genome_is_told_and_nothing_is_kept(
    tunes: Path, tmp_path: Path, genome: dict[str, Any], told: str
) -> None:
    """Where it stands, the gene, and what is allowed."""
    with create(tmp_path / "run", small_settings(tunes), "words.yaml", WORDS_ALONE) as store:
        with pytest.raises(SpaceError, match=rf"^mine\.json: genome 1: .*({told.removeprefix('genome 1: ')})"):
            enqueue(store, [genome], MUSIC, where="mine.json")
        assert "own_genomes" not in store.read().facts


def test_what_is_there_already_or_has_no_place_is_refused(tunes: Path, tmp_path: Path) -> None:
    """Given twice, tried before, or one too many."""
    with create(tmp_path / "run", small_settings(tunes, newcomers=0), "words.yaml", WORDS_ALONE) as store:
        with pytest.raises(SpaceError, match=r"genome 2 is there already"):
            enqueue(store, [PLAIN, PLAIN], MUSIC, where="mine.json")
        five = [dict(PLAIN, width=width, cell=cell) for width in (32, 64) for cell in ("gru", "lstm")] + [EMBEDDED]
        with pytest.raises(SpaceError, match=r"5 genomes would wait, and the run has places for 4: .*leave some out"):
            enqueue(store, five, MUSIC, where="mine.json")
        enqueue(store, [PLAIN], MUSIC, where="mine.json")
        go(store, judge=None)
        with pytest.raises(SpaceError, match=r"there already"):
            enqueue(store, [PLAIN], MUSIC, where="mine.json")
        born = genomes_of(store.read(), 0)[1]
        with pytest.raises(SpaceError, match=r"genome 1 was tried already, as g0-2"):
            enqueue(store, [born], MUSIC, where="mine.json")
        with pytest.raises(SpaceError, match=r"1 genome would wait, and the run has places for 0: 0 newcomers"):
            enqueue(store, [EMBEDDED], MUSIC, where="mine.json")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "is no JSON"),
        (b"\xff", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b"[]", "holds no genomes"),
        (b"[1]", "holds no genomes"),
        (b'{"genomes": []}', "holds no genomes"),
        (b"null", "holds no genomes"),
    ],
)
def test_a_file_of_something_else_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    """In one line, with its name."""
    path = tmp_path / "mine.json"
    path.write_bytes(content)
    with pytest.raises(SpaceError, match=told) as raised:
        read_genomes(path)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)


def test_a_file_may_have_a_list_or_founders(tmp_path: Path) -> None:
    """Both are read; a file that is not there is told."""
    path = tmp_path / "mine.json"
    for content in ([PLAIN], {"founders": [PLAIN], "score": 3}):
        path.write_text(json.dumps(content))
        assert read_genomes(path) == [PLAIN]
    with pytest.raises(SpaceError, match=r"cannot be read: .*No such file"):
        read_genomes(tmp_path / "none.json")


def test_from_python_they_wait_for_the_places_of_the_next_newcomers(tmp_path: Path) -> None:
    """Before the first generation is made, and after it was ranked."""
    how: dict[str, Any] = {
        "population": 3,
        "generations": 2,
        "newcomers": 1,
        "engine": "here",
        "seed": 4,
        "taste": False,
    }
    with evolve.Search(tmp_path / "donor", space="pictures.yaml", **how) as donor:
        next(iter(donor))
    with RunStore(tmp_path / "donor", read_only=True) as store:
        first, second, _ = genomes_of(store.read(), 0)
    with evolve.Search(tmp_path / "run", space="pictures.yaml", **how | {"seed": 5}) as search:
        search.enqueue(first)
        for generation in search:
            generation.rank("A > ...")
            if generation.index == 0:
                search.enqueue(second)
            with pytest.raises(EvolveError, match=r"^enqueue: genome 1 is there already"):
                search.enqueue(first)
    with RunStore(tmp_path / "run", read_only=True) as store:
        run = store.read()
    assert genomes_of(run, 0)[0] == first
    assert second in genomes_of(run, 1)
