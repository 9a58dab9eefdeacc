"""Networks of the spaces with events and with two tracks write songs that others can read."""

import dataclasses
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.facts.figures import figures_of
from evolve.domains.music.facts.loops import Struck
from evolve.domains.music.material import Material
from evolve.domains.music.midi import read_midi
from evolve.domains.music.presentation import PRESENTATION
from evolve.domains.music.reshaping import transposed, until
from evolve.domains.music.settings import MusicSettings
from evolve.domains.music.songs import compose_songs, figures_of_set
from evolve.domains.music.sources import BACH_CHORALES
from evolve.domains.music.unheard import heard_now
from evolve.execution.run_material import RunMaterial
from evolve.execution.trial import run_trial
from evolve.genetics.space_file import parse_space
from evolve.network.files import network_from_bytes
from evolve.network.genes import GENES
from evolve.randomness import derive_rng
from evolve.records.genome import Value
from evolve.records.individual import Individual, Origin
from evolve.records.run import Sample, TrialResult
from evolve.settings import Given, settle
from tests.execution.settings import small_material

pytestmark = pytest.mark.slow

SPACES = Path(__file__).parents[3] / "search_spaces"
PIECES = 16
TRACKS = {"duet.yaml": ["Melody", "Bass"], "events.yaml": ["Piano"]}


@cache
def run_of(name: str, *, endings: bool = True) -> RunMaterial:
    """What trials of a shipped space work from, on a few chorales."""
    file = parse_space((SPACES / name).read_text(), name, GENES)
    chorales = tuple(str(path) for path in BACH_CHORALES.files()[:PIECES])
    ours = {"corpus": chorales, "seconds": 6, "epochs": 2, "songs": 2, "notes": 40, "endings": endings}
    ours |= {"soundfont": "none"}
    given = [*((key, value) for key, value, _ in file.settings), *ours.items()]
    values = [Given(key, value, name, is_firm=False) for key, value in given]
    return small_material(settle(values, MusicSettings, PRESENTATION.screening), file.space)


@cache
def material_of(name: str, *, endings: bool = True) -> Material:
    """The same, read."""
    material: Material = run_of(name, endings=endings).load()
    return material


def individual_of(name: str, tokenizer: str) -> Individual:
    """A small network of a shipped space."""
    genome = material_of(name).space.sample(derive_rng(7, name))
    small: dict[str, Value] = {"tokenizer": tokenizer, "depth": 1, "width": 96, "cell": "lstm", "budget": 1.0}
    genes = tuple((gene, small.get(gene, value)) for gene, value in genome.genes)
    return Individual("g0-1", 0, 1, dataclasses.replace(genome, genes=genes), Origin.FOUNDER)


@cache
def trial_of(name: str, tokenizer: str) -> TrialResult:
    """What it did."""
    return run_trial(individual_of(name, tokenizer), run_of(name), lambda _: None)


def midi_of(song: Sample) -> bytes:
    """The bytes of its MIDI file."""
    return next(artifact.data for artifact in song.files if artifact.kind == "midi")


@pytest.mark.parametrize(("name", "kind"), [("duet.yaml", "notes"), ("duet.yaml", "events"), ("events.yaml", "events")])
def test_another_reader_finds_the_tracks_and_no_hanging_note(name: str, kind: str) -> None:
    """music21 opens each song: the space's tracks, in the opening's metre, and every note ends within the piece."""
    music21 = pytest.importorskip("music21")
    result = trial_of(name, kind)
    assert result.failure is None
    assert len(result.samples) == 2
    for song in result.samples:
        score = music21.converter.parseData(midi_of(song), format="midi", quantizePost=False)
        assert [part.partName for part in score.parts] == TRACKS[name]
        notes = list(score.stripTies().flatten().notes)
        end = max(float(note.offset + note.quarterLength) for note in notes)
        assert all(0 < note.quarterLength < end for note in notes)
        (metre,) = {str(m.ratioString) for m in score.recurse().getElementsByClass("TimeSignature")}
        assert metre == str(material_of(name).opening.song.metre)
        assert isinstance(song.facts["ended"], bool)
        assert song.facts["stuck"] == "" or song.facts["notes"] >= 24
        assert song.facts["notes"] <= 40


def test_networks_of_both_kinds_go_on_from_the_same_opening() -> None:
    """Note for note the songs begin alike, whatever tokens their networks know, and differ from there."""
    opening_ticks = material_of("duet.yaml").opening.goes_on_at
    begun, whole = [], []
    for kind in ("notes", "events"):
        song = read_midi(midi_of(trial_of("duet.yaml", kind).samples[0]), "")
        assert trial_of("duet.yaml", kind).samples[0].facts["opening_ticks"] == opening_ticks
        begun.append([track.notes for track in until(song, opening_ticks).tracks])
        whole.append([track.notes for track in song.tracks])
    assert begun[0] == begun[1]
    assert whole[0] != whole[1]


@pytest.mark.parametrize("kind", ["notes", "events"])
def test_the_songs_that_are_heard_are_some_of_those_that_are_composed(kind: str) -> None:
    """Note for note, by their numbers; their figures as a set are those of all, from scratch too."""
    material, trial = material_of("duet.yaml"), trial_of("duet.yaml", kind)
    model = network_from_bytes(next(one.data for one in trial.artifacts if one.kind == "network"))
    context, sampling = material.context(kind), material.sampling(individual_of("duet.yaml", kind).genome)
    asked: dict[str, Any] = {"notes": 40, "seed": material.seed, "sampling": sampling}
    again = compose_songs(model, context, numbers=range(1, 41), **asked)
    for number, song in zip(trial.metrics["songs_heard"], trial.samples, strict=True):
        assert [track.notes for track in again[number - 1].song.tracks] == [
            track.notes for track in read_midi(midi_of(song), "").tracks
        ]
    assert trial.metrics["set_figures"] == figures_of_set(again).to_json()
    assert trial.metrics["silent_songs"]["distance"] == [song.features["distance"] for song in again]
    given = len(Struck.of(material.opening.song.notes))
    assert figures_of_set(again).notes_median == given + np.median([song.facts["notes"] for song in again])
    scratch = compose_songs(model, context.from_scratch(), numbers=range(1, 6), **asked)
    assert figures_of_set(scratch).songs == 5


@pytest.mark.parametrize(("name", "kind"), [("duet.yaml", "notes"), ("duet.yaml", "events"), ("events.yaml", "events")])
def test_a_whole_song_is_gone_on_from_by_its_network_and_by_another(name: str, kind: str) -> None:
    """What is composed then begins with all of it, note for note in the key in which it was heard, and goes on."""
    material = material_of(name)
    heard = read_midi(midi_of(trial_of(name, kind).samples[1]), "")
    context = material.context(kind).going_on_from(heard, "song 2 of g0-1")
    model = network_from_bytes(next(one.data for one in trial_of(name, kind).artifacts if one.kind == "network"))
    sampling = material.sampling(individual_of(name, kind).genome)
    numbered = compose_songs(model, context, numbers=(3, 4), notes=30, seed=3, sampling=sampling)
    songs = [one.written(one.number) for one in numbered]
    assert context.opening.transposed_by == material.opening.transposed_by
    for song in songs:
        composed = read_midi(midi_of(song), "")
        assert song.facts["opening_ticks"] == heard.length_ticks
        assert [track.notes for track in until(composed, heard.length_ticks).tracks] == [
            track.notes for track in heard.tracks
        ]
        assert (composed.tempo_bpm, composed.metre) == (heard.tempo_bpm, heard.metre)
        assert song.facts["notes"] <= 30
    assert any(song.facts["notes"] > 0 for song in songs)


def test_a_track_without_notes_stays_one_and_a_strange_one_is_told() -> None:
    """A MIDI file has only tracks with notes; the run's tracks are known."""
    context = material_of("duet.yaml").context("notes")
    melody, bass = context.opening.song.tracks
    alone = dataclasses.replace(context.opening.song, tracks=(melody,))
    gone_on = context.going_on_from(transposed(alone, -context.opening.transposed_by), "song 1 of g0-1").opening
    assert [len(track.notes) for track in gone_on.song.tracks] == [len(melody.notes), 0]
    assert gone_on.song.tracks[0].notes == melody.notes
    for tracks in ((melody, melody), (melody, dataclasses.replace(bass, name="Flute"))):
        with pytest.raises(CorpusError, match=r"song 1 of g0-1 has other tracks than Melody, Bass"):
            context.going_on_from(dataclasses.replace(alone, tracks=tracks), "song 1 of g0-1")


@pytest.mark.parametrize(("name", "kind"), [("duet.yaml", "notes"), ("events.yaml", "events")])
def test_a_song_can_begin_from_scratch_and_is_printed(name: str, kind: str) -> None:
    """Without an opening a song starts in a metre of the corpus, on its tracks; the same number, the same song."""
    material = material_of(name)
    network = next(one.data for one in trial_of(name, kind).artifacts if one.kind == "network")
    context = material.context(kind).from_scratch()
    model, sampling = network_from_bytes(network), material.sampling(individual_of(name, kind).genome)
    composed, *_ = compose_songs(model, context, numbers=(1, 2, 3), notes=30, seed=3, sampling=sampling)
    first = composed.written(1, with_score=True)
    (again,) = compose_songs(model, context, numbers=(1,), notes=30, seed=3, sampling=sampling)
    assert midi_of(first) == midi_of(again.written(1))
    assert first.facts["opening_ticks"] == 0
    song = read_midi(midi_of(first), "")
    assert song.metre in {beginning.metre for beginning in material.encoded.beginnings}
    assert [track.name for track in song.tracks] == TRACKS[name]
    files = {artifact.kind: artifact.data for artifact in first.files}
    assert set(files) == {"midi", "audio", "roll", "musicxml", "score_svg", "score"}
    assert files["score"].startswith(b"\x89PNG")
    assert np.all(song.notes.ends_ticks <= song.length_ticks)


def test_songs_that_nobody_heard_can_be_had_one_after_the_other() -> None:
    """All that were composed, each once, as they would have sounded; then there are none."""
    trial = trial_of("duet.yaml", "events")
    data = next(one.data for one in trial.artifacts if one.kind == "unheard")
    more = [heard_now(data, already=already, index=already + 3) for already in range(38)]
    assert heard_now(data, already=38, index=41) is None
    facts = [song.facts for song in (*trial.samples, *more) if song]
    assert sorted(fact["notes"] for fact in facts) == sorted(trial.metrics["silent_songs"]["notes"])
    third = more[0]
    assert third
    assert (third.index, {artifact.name for artifact in third.files}) == (3, {"song-3.mid", "song-3.ogg", "song-3.svg"})
    assert facts[2]["notes"] == figures_of(read_midi(midi_of(third), ""), opening_ticks=facts[2]["opening_ticks"]).notes


def test_networks_that_never_learned_beginnings_say_so() -> None:
    """With endings off, as in the paper, nothing begins from scratch."""
    context = material_of("duet.yaml", endings=False).context("notes")
    with pytest.raises(CorpusError, match=r"never learned how pieces begin .*leave --from-scratch out"):
        context.from_scratch()
