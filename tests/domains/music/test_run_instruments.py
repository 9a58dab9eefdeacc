"""All songs of a run are played by the instruments that were chosen at its start, wherever they are made."""

import dataclasses
import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from evolve.cli.app import run as typed
from evolve.domain import Trial
from evolve.domains.music import DOMAIN
from evolve.domains.music.material import prepare
from evolve.domains.music.midi import read_midi
from evolve.domains.music.sound.audio import SAMPLE_RATE, loudness_lufs, render
from evolve.domains.music.sound.soundfonts import SoundFont, soundfont_of
from evolve.domains.music.sources import FIDDLE_TUNES
from evolve.domains.music.unheard import heard_now, unheard_file
from evolve.errors import ExecutionError, SettingsError
from evolve.execution.in_process import InProcessExecution
from evolve.records.run import Artifact, Sample
from evolve.report.text import render_text
from evolve.search.steps import advance, create
from evolve.store.run_store import RunStore
from tests.domains.music.sound.small_soundfont import write_small_soundfont
from tests.domains.music.sound.soundfont_files import TIMGM, needs_timgm, needs_tinysoundfont
from tests.execution.settings import SPACE_TEXT, individual, small_material, small_settings, small_space
from tests.pretended_trials import Remembering
from tests.unheard_songs import short_song

LOUDNESS_SPREAD_LU = 0.5
"""How far the songs of a generation may be from each other."""


@pytest.fixture(scope="module")
def font(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small SoundFont."""
    return write_small_soundfont(tmp_path_factory.mktemp("fonts") / "small.sf2")


def decoded(files: tuple[Artifact, ...]) -> np.ndarray:
    """The sound of a sample as its file has it, float64 [samples, 2]."""
    sound: np.ndarray = soundfile.read(io.BytesIO(next(one.data for one in files if one.kind == "audio")))[0]
    return sound


def is_played_by(files: tuple[Artifact, ...], font: Path | None) -> bool:
    """Whether a sample sounds as these instruments play its MIDI file, but for what the compression loses."""
    song = read_midi(next(one.data for one in files if one.kind == "midi"), "song")
    expected, sound = render(song, soundfont=font), decoded(files)
    return sound.shape == expected.shape and bool(np.corrcoef(sound[:, 0], expected[:, 0])[0, 1] > 0.98)


@needs_tinysoundfont
def test_a_run_keeps_which_soundfont_plays(tunes: Path, font: Path) -> None:
    """As a fact with the file's name and digest, and it is told; its opening is played by it."""
    kept = prepare(small_settings(tunes, soundfont=str(font)).own, small_space(), 5)
    assert kept.facts["sound"] == {"soundfont": SoundFont.of(font).to_json()}
    digest = SoundFont.of(font).sha256[:12]
    assert kept.notices == (f"all songs of the run are played by the SoundFont small.sf2 (SHA-256 {digest})",)
    assert is_played_by(kept.files["opening"], font)
    assert not is_played_by(kept.files["opening"], None)


@needs_tinysoundfont
def test_the_systems_soundfont_plays_where_nothing_is_said(tunes: Path, font: Path) -> None:
    """Or evolve's own instruments where it has none, which is told as well; or the user wants them."""
    auto, none = (small_settings(tunes, soundfont=setting).own for setting in ("auto", "none"))
    found = prepare(auto, small_space(), 5, soundfont_folders=[font.parent])
    assert soundfont_of(found.facts) == SoundFont.of(font)
    without = prepare(auto, small_space(), 5, soundfont_folders=[])
    assert without.facts["sound"] == {"soundfont": None}
    assert without.notices == ("all songs of the run are played by evolve's own instruments",)
    unwanted = prepare(none, small_space(), 5, soundfont_folders=[font.parent])
    assert (unwanted.facts["sound"], unwanted.notices) == ({"soundfont": None}, ())
    assert is_played_by(unwanted.files["opening"], None)


def test_a_soundfont_that_cannot_be_played_is_refused_before_a_corpus_is_read(tunes: Path, tmp_path: Path) -> None:
    """Reading may take minutes."""
    files: list[int] = []
    settings = small_settings(tunes, soundfont=str(tmp_path / "none.sf2")).own
    with pytest.raises(SettingsError, match="soundfont"):
        prepare(settings, small_space(), 5, lambda done, _: files.append(done))
    assert files == []


@needs_tinysoundfont
def test_a_song_that_nobody_heard_is_played_by_the_same_instruments(font: Path) -> None:
    """Whenever it is asked for; where they are missing, that is told."""
    kept = unheard_file([short_song(8)], SoundFont.of(font)).data
    song = heard_now(kept, already=0, index=3)
    assert song
    assert is_played_by(song.files, font)
    gone = dataclasses.replace(SoundFont.of(font), sha256="0" * 64)
    with pytest.raises(ExecutionError, match=r"songs are played by the SoundFont small.sf2 .* does not have that file"):
        heard_now(unheard_file([short_song(8)], gone).data, already=0, index=3)


@needs_tinysoundfont
@pytest.mark.slow
def test_a_worker_without_the_soundfont_trains_nothing_in_vain(tunes: Path, font: Path) -> None:
    """Its trial fails with a line that says what to do, before a network is built."""
    material = small_material(small_settings(tunes, soundfont=str(font)))
    elsewhere = {"soundfont": {**material.facts["sound"]["soundfont"], "sha256": "0" * 64}}
    material = dataclasses.replace(material, facts={**material.facts, "sound": elsewhere})
    told: list[str] = []
    trial = Trial("g0-1", 1, lambda progress: told.append(progress.phase))
    with pytest.raises(ExecutionError, match=r"put it to /.*small.sf2, or begin a run with --set soundfont=none"):
        DOMAIN.evaluate(individual("g0-1"), material.load(), trial)
    assert set(told) <= {"starting", "building"}


@pytest.fixture(scope="module")
def night(tunes: Path, font: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunStore]:
    """A run with a SoundFont whose two founders have composed."""
    folder = tmp_path_factory.mktemp("night")
    settings = small_settings(tunes, soundfont=str(font))
    with create(folder / "runs" / "night", settings, "small.yaml", SPACE_TEXT) as store:
        advance(store, InProcessExecution(), Remembering(), None, listener="listener")
        yield store


def composed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[tuple[Artifact, ...], str]:
    """The files of the song that `evolve compose` writes, and what it tells."""
    assert typed(["compose", *arguments, "--songs", "1", "--json"]) == 0
    out, err = capsys.readouterr()
    (song,) = json.loads(out)
    return tuple(Artifact(kind, "", Path(song[kind]).read_bytes()) for kind in ("midi", "audio")), err


@needs_tinysoundfont
@pytest.mark.slow
def test_trials_more_songs_and_compositions_sound_alike(
    night: RunStore, font: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the run, for one more song of a candidate, and composed from the run or an export; the report says by whom."""
    run = night.read()
    assert "small.sf2 · SHA-256" in render_text(run, width=100)
    for record in run.individuals.values():
        kept = record.samples[0].files.items()
        assert is_played_by(tuple(Artifact(kind, "", night.read_file(path)) for kind, path in kept), font)
    more = DOMAIN.more(lambda kind: night.read_file(run.individuals["g0-1"].files[kind]), 0, 3)
    assert isinstance(more, Sample)
    assert is_played_by(more.files, font)
    runs = ("--runs", str(night.paths.folder.parent))
    assert typed(["export", "night", "g0-1", str(tmp_path / "kept"), *runs]) == 0
    for number, source in enumerate((("night", "g0-1", *runs), (str(tmp_path / "kept"),))):
        files, _ = composed(capsys, *source, "-o", str(tmp_path / f"a{number}"))
        assert is_played_by(files, font)
        files, _ = composed(capsys, *source, "-o", str(tmp_path / f"b{number}"), "--soundfont", "none")
        assert is_played_by(files, None)


@needs_tinysoundfont
@pytest.mark.slow
def test_an_exported_network_composes_where_the_soundfont_is_missing(
    night: RunStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Evolve's own instruments play then, and a line says so; one that is asked for and missing is a mistake."""
    runs = ("--runs", str(night.paths.folder.parent))
    assert typed(["export", "night", "g0-1", str(tmp_path / "kept"), *runs]) == 0
    card = json.loads((tmp_path / "kept" / "card.json").read_text())
    card["sound"]["soundfont"]["sha256"] = "0" * 64
    (tmp_path / "kept" / "card.json").write_text(json.dumps(card))
    files, told = composed(capsys, str(tmp_path / "kept"), "-o", str(tmp_path / "songs"))
    assert is_played_by(files, None)
    assert "cannot be played here: evolve's own instruments do" in " ".join(told.split())
    assert typed(["compose", str(tmp_path / "kept"), "--soundfont", str(tmp_path / "no.sf2")]) == 1
    assert "no.sf2 cannot be played: there is no such file" in " ".join(capsys.readouterr().err.split())


@needs_tinysoundfont
@needs_timgm
@pytest.mark.slow
@pytest.mark.parametrize("soundfont", ["none", str(TIMGM)], ids=["own", "SoundFont"])
def test_songs_of_a_generation_are_as_loud(soundfont: str) -> None:
    """Within half a loudness unit as their files have them (ITU-R BS.1770), and no peak at full scale."""
    tunes = tuple(str(path) for path in FIDDLE_TUNES.files()[:16])
    settings = small_settings(Path(), corpus=tunes, soundfont=soundfont, songs=5, notes=80)
    material = small_material(settings)
    loudness, peaks = [], []
    for name, genes in (("g0-1", {"width": 16}), ("g0-2", {"learning_rate": 0.05, "depth": 2})):
        trial = Trial(name, 1)
        DOMAIN.evaluate(individual(name, **genes), material.load(), trial)
        assert len(trial.samples) == 5
        for sample in trial.samples:
            sound = decoded(sample.files)
            loudness.append(loudness_lufs(sound.T, SAMPLE_RATE))
            peaks.append(np.abs(sound).max())
    assert max(loudness) - min(loudness) <= LOUDNESS_SPREAD_LU
    assert 0.1 < min(peaks) <= max(peaks) < 1.0
