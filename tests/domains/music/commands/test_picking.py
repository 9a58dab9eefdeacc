"""`evolve compose --pick`: of many songs those are kept that the listeners of the run are expected to like most."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from evolve.cli.app import run as typed
from evolve.domains.music.commands.networks import bred_network
from evolve.domains.music.midi import read_midi
from evolve.domains.music.songs import ComposedSong, compose_songs
from evolve.execution.in_process import InProcessExecution
from evolve.network.files import network_from_bytes
from evolve.records.ballot import Ballot
from evolve.records.run import IndividualRecord, RunRecord
from evolve.search.listening import ListeningSession
from evolve.search.steps import advance, create
from evolve.store.run_store import RunStore
from tests.execution.settings import small_settings
from tests.pretended_trials import Remembering

pytestmark = pytest.mark.slow

SPACE = """
genes:
  width: {type: choice, values: [8, 16, 24], ordered: true}
  temperature: {type: float, min_value: 0.3, max_value: 2.0}
"""

LIKED = "notes_per_beat"
"""What the listener likes, the more the better; the taste model is not told."""


@pytest.fixture(scope="module")
def waiting(tunes: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunStore]:
    """A run whose eight founders have composed, and that nobody has ranked."""
    folder = tmp_path_factory.mktemp("night") / "night"
    settings = small_settings(tunes, population=8, generations=1, notes=25, songs=3)
    with create(folder, settings, "small.yaml", SPACE) as store:
        advance(store, InProcessExecution(), Remembering(), None, listener="ann")
        yield store


@pytest.fixture(scope="module")
def ranked(waiting: RunStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run in another folder, ranked by how many notes a beat the songs of each have."""
    folder = tmp_path_factory.mktemp("ranked")
    shutil.copytree(waiting.paths.folder, folder / "night")
    with RunStore(folder / "night") as store:
        run = store.read()
        advance(store, InProcessExecution(), Remembering(), lambda session: by_density(run, session), listener="ann")
    return folder


def by_density(run: RunRecord, session: ListeningSession) -> tuple[Ballot, str]:
    """The ballot of the listener, who loves the densest song of each."""
    songs = {one.id: density_of_heard(run.individuals[one.id]) for one in session.candidates}
    tiers = tuple((name,) for name in sorted(songs, key=lambda name: -fmean(songs[name])))
    return Ballot(tiers, favourites=tuple((name, 1 + told.index(max(told))) for name, told in songs.items())), "order"


def density_of_heard(record: IndividualRecord) -> list[float]:
    """How many notes a beat each song has that is put before the listener."""
    return [record.metrics["silent_songs"][LIKED][number - 1] for number in record.metrics["songs_heard"]]


def test_the_picked_songs_have_more_of_what_was_liked(
    ranked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Than the mean of all that were composed; they differ, say why they were picked, and a seed picks the same."""
    command = ("compose", "night", "--pick", "5", "--of", "200", "--seed", "3", "--json", "--runs", str(ranked))
    picked = composed(capsys, *command, "-o", str(tmp_path / "picked"))
    first, every = 4, sampled(ranked / "night", 200, seed=3)  # the champion has three songs already
    liked = [every[song["index"] - first] for song in picked]
    assert fmean(one.features[LIKED] or 0 for one in liked) > fmean(one.features[LIKED] or 0 for one in every)
    assert [notes(song) for song in picked] == [one.song.notes.table.tobytes() for one in liked]
    assert len({notes(song) for song in picked}) == len(picked) == 5
    assert picked[0]["picked"]["place"] == 1
    assert all(song["picked"]["of"] == 200 and 1 <= song["picked"]["place"] <= 200 for song in picked)
    again = composed(capsys, *command, "-o", str(tmp_path / "again"))
    assert [(song["index"], notes(song)) for song in picked] == [(song["index"], notes(song)) for song in again]


def test_who_goes_on_picking_gets_no_song_twice(
    ranked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each has the number that it would have without a choice, and the next begin behind the last."""
    command = ("compose", "night", "--pick", "2", "--of", "12", "--json", "--runs", str(ranked), "-o", str(tmp_path))
    picked, more = composed(capsys, *command), composed(capsys, *command)
    assert min(song["index"] for song in more) > max(song["index"] for song in picked)


def test_each_song_says_its_place_and_what_speaks_for_it(
    ranked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a line beneath it."""
    assert typed(["compose", "night", "--pick", "2", "--runs", str(ranked), "-o", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "  1st of 80 expected; " in out
    assert "more notes a beat" in out
    assert len(list(tmp_path.glob("song-*.mid"))) == 2


def test_without_a_ballot_nothing_is_picked(
    waiting: RunStore, ranked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says what to do, before anything is composed."""
    runs = str(waiting.paths.folder.parent)
    assert typed(["compose", "night", "g0-1", "--pick", "1", "--runs", runs]) == 1
    told = capsys.readouterr().err
    assert "no ballot of night says yet what is liked" in told
    assert "evolve rank" in told
    assert "composing" not in told
    assert typed(["compose", "night", "--pick", "1", "--listener", "bob", "--runs", str(ranked)]) == 1
    assert "--listener bob: no ballot of theirs says what is liked; there is ann" in capsys.readouterr().err
    assert typed(["export", "night", "g0-1", str(tmp_path / "kept"), "--runs", runs]) == 0
    assert typed(["compose", str(tmp_path / "kept"), "--pick", "1"]) == 1
    assert "is an exported network" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--of", "9"), "it goes with --pick"),
        (("--listener", "ann"), "it goes with --pick"),
        (("--pick", "2", "--songs", "3"), "leave --songs out"),
        (("--pick", "3", "--of", "2"), "3 cannot be picked of 2"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    ranked: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], told: str
) -> None:
    """As a wrong use of the command."""
    assert typed(["compose", "night", *options, "--runs", str(ranked)]) == 2
    assert told in capsys.readouterr().err


def composed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    """What a command tells of the songs that it writes."""
    assert typed([*arguments]) == 0
    songs: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return songs


def sampled(folder: Path, count: int, *, seed: int) -> tuple[ComposedSong, ...]:
    """The songs of the champion's network that come after the forty of its trial, and the three that were heard."""
    source = bred_network(folder, None, None, None)
    return compose_songs(
        network_from_bytes(source.network), source.context, numbers=range(44, 44 + count), notes=source.notes,
        seed=seed, sampling=source.sampling,
    )  # fmt: skip


def notes(song: dict[str, Any]) -> bytes:
    """What is in the file of a song, but for its title."""
    return read_midi(Path(song["midi"]).read_bytes(), "").notes.table.tobytes()
