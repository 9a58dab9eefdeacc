"""Whoever composes with a network lets it play as its own genes say, and else as the run's settings do."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from evolve.cli.app import run as typed
from evolve.domains.music import DOMAIN
from evolve.domains.music.composing import compose
from evolve.domains.music.export import read_export
from evolve.domains.music.material import Material
from evolve.domains.music.midi import read_midi
from evolve.domains.music.song import Notes
from evolve.domains.music.songs import compose_songs
from evolve.execution.in_process import InProcessExecution
from evolve.network.files import network_from_bytes
from evolve.network.sampling import Sampling
from evolve.records.run import RunRecord
from evolve.records.shares import Shares
from evolve.search.run_facts import settings_of, space_of
from evolve.search.steps import advance, create
from evolve.store.run_store import RunStore
from tests.execution.settings import small_settings
from tests.pretended_trials import Remembering

pytestmark = pytest.mark.slow

SPACE = """
genes:
  cell: {type: choice, values: [lstm, gru]}
  width: 8
  diet: {type: shares}
  temperature: {type: float, min_value: 0.2, max_value: 0.4, parent_name: cell, parent_values: [lstm]}
  top_p: {type: float, min_value: 0.8, max_value: 0.9, parent_name: cell, parent_values: [lstm]}
  repetition_guard: {type: choice, values: [gentle, strict], parent_name: cell, parent_values: [lstm]}
"""
"""An LSTM plays as its genes say, a GRU has none for it."""

SETTINGS = Sampling(2.0, 0.95)
FOUNDERS_WITH_BOTH_CELLS = 6
"""A seed."""


@pytest.fixture(scope="module")
def night(grouped_tunes: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunStore]:
    """A run whose two founders have composed, of a corpus of two groups."""
    folder = tmp_path_factory.mktemp("night")
    for group, name in (("low", "low | slow"), ("high", "high")):
        shutil.copytree(grouped_tunes / group, folder / "tunes" / name)
    played = {"temperature": SETTINGS.temperature, "top_p": SETTINGS.top_p}
    config = small_settings(folder / "tunes", seed=FOUNDERS_WITH_BOTH_CELLS, **played)
    with create(folder / "runs" / "night", config, "both.yaml", SPACE) as store:
        advance(store, InProcessExecution(), Remembering(), None, listener="listener")
        yield store


def runs(store: RunStore) -> tuple[str, str]:
    """The option that says where the run lies."""
    return "--runs", str(store.paths.folder.parent)


def founder(run: RunRecord, cell: str) -> str:
    """Whose network has this cell."""
    return next(name for name, record in run.individuals.items() if record.individual.genome["cell"] == cell)


def own_sampling(run: RunRecord, name: str) -> Sampling:
    """How an individual plays by its genes, all of which say so or none."""
    genes = run.individuals[name].individual.genome.as_dict()
    if "temperature" not in genes:
        return SETTINGS
    return Sampling(genes["temperature"], genes["top_p"], genes["repetition_guard"])  # type: ignore[arg-type]


def material_of(store: RunStore, **settings: object) -> Material:
    """What the run's trials work from, with some settings changed."""
    run = store.read()
    facts = {name: run.fact(name) for name in ("opening", "corpus", "sound")}
    known = settings_of(run, DOMAIN)
    own = known.own.model_copy(update=settings)
    return Material.load(store.read_material(), facts, space_of(run, DOMAIN), own, known.core.seed)


def sampled(store: RunStore, name: str, sampling: Sampling, *numbers: int) -> list[Notes]:
    """The notes of these songs, sampled so."""
    material, record = material_of(store), store.read().individuals[name]
    network = network_from_bytes(store.read_file(record.files["network"]))
    songs = compose_songs(
        network,
        material.context("notes"),
        numbers=numbers,
        notes=material.settings.notes,
        seed=material.seed,
        sampling=sampling,
    )
    return [one.song.notes for one in songs]


def composed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Notes:
    """The notes of the song that a command writes."""
    assert typed(["compose", *arguments, "--songs", "1", "--json"]) == 0
    (song,) = json.loads(capsys.readouterr().out)
    return read_midi(Path(song["midi"]).read_bytes(), "").notes


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_the_songs_of_a_trial_are_played_as_the_genes_say(night: RunStore, cell: str) -> None:
    """And as the settings say where there are no such genes."""
    run = night.read()
    name = founder(run, cell)
    record = run.individuals[name]
    heard = [read_midi(night.read_file(song.files["midi"]), "").notes for song in record.samples]
    numbers = record.metrics["songs_heard"]
    assert heard == sampled(night, name, own_sampling(run, name), *numbers)
    assert heard != sampled(night, name, Sampling(1.0), *numbers)


def test_the_first_songs_are_heard_where_that_is_wished_for(night: RunStore) -> None:
    """Song k with the random numbers of song k of every network, whatever all songs are like."""
    material, name = material_of(night, songs_heard="same_noise"), founder(night.read(), "gru")
    record = night.read().individuals[name]
    network = network_from_bytes(night.read_file(record.files["network"]))
    songs = compose(network, material, record.individual.genome)
    assert songs.metrics["songs_heard"] == [1, 2]
    assert songs.metrics["silent_songs"] == record.metrics["silent_songs"]
    midi = [next(file.data for file in song.files if file.kind == "midi") for song in songs.heard]
    assert [read_midi(data, "").notes for data in midi] == sampled(night, name, SETTINGS, 1, 2)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_more_songs_are_played_as_the_genes_say(
    night: RunStore, cell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the run and from an export; an option goes before genes and settings."""
    run = night.read()
    name = founder(run, cell)
    own = own_sampling(run, name)
    assert typed(["export", "night", name, str(tmp_path / "kept"), *runs(night)]) == 0
    for source, number in (
        (("night", name, *runs(night)), 43),
        ((str(tmp_path / "kept"),), 41),
    ):
        places = iter(str(tmp_path / f"{number} {place}") for place in "abc")
        assert composed(capsys, *source, "-o", next(places)) == sampled(night, name, own, number)[0]
        bold = composed(capsys, *source, "-o", next(places), "--temperature", "3.5", "--top-p", "1", "--guard", "off")
        assert bold == sampled(night, name, Sampling(3.5), number)[0]
        warm = composed(capsys, *source, "-o", next(places), "--temperature", "3.5")
        assert warm == sampled(night, name, Sampling(3.5, own.top_p, own.guard), number)[0]


def test_an_export_tells_what_the_network_learned_from(night: RunStore, tmp_path: Path) -> None:
    """For programs as an object, for people in words; a bar in a folder's name does not end a cell of the table."""
    run = night.read()
    name = founder(run, "lstm")
    assert typed(["export", "night", name, str(tmp_path / "kept"), *runs(night)]) == 0
    card = read_export(tmp_path / "kept").card
    diet = run.individuals[name].individual.genome["diet"]
    assert isinstance(diet, Shares)
    assert card["genome"]["diet"] == diet.to_json()
    assert Shares.from_json(card["genome"]["diet"]) == diet
    assert card["temperature"] == card["genome"]["temperature"]
    told = {f"{share:.0%}".replace("%", " %"): group for group, share in diet.parts}
    (row,) = [line for line in (tmp_path / "kept" / "README.md").read_text().splitlines() if line.startswith("| diet")]
    assert all(f"{share} {group.replace('|', chr(92) + '|')}" in row for share, group in told.items())
