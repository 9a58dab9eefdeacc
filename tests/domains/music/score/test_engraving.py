"""Scores are engraved so that they show anywhere."""

import io
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from evolve.domains.music.midi import read_midi
from evolve.domains.music.raster import rasterise
from evolve.domains.music.score.engraving import engrave
from evolve.domains.music.score.musicxml import musicxml
from evolve.domains.music.song import Metre, Note, Notes, Song, Track
from evolve.errors import EvolveError
from tests.conftest import SHARED_MUSIC
from tests.domains.music.score.songs import line, song_of

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"


def everything() -> Song:
    """A song with an upbeat, triplets, ties, two voices, accidentals, dynamics and two instruments."""
    tune = line((67, 24), (72, 8), (74, 8), (75, 8), (78, 60), (70, 12), *[(72, 24)] * 20, start=48)
    loud = [Note(n.pitch, n.onset_ticks, n.duration_ticks, 50 if n.onset_ticks < 288 else 100) for n in tune]
    chords = [Note(p, 72 + 72 * bar, 72 - 24 * (p == 55)) for bar in range(8) for p in (48, 52, 55)]
    tracks = (Track(Notes.of(loud), "Violin", 40), Track(Notes.of(chords), "Hands"))
    return Song(tracks, 90.0, "Tänze & Lieder <1>", Metre(3, 4))


def texts(svg: str) -> list[str]:
    """All texts of a picture that have a size, in their order."""
    return [text.text or "" for text in ET.fromstring(svg).iter(f"{SVG}text") if text.get("font-size", "0px") != "0px"]  # noqa: S314


def assert_complete(svg: str) -> None:
    """Every glyph that is used is defined, once, with an outline."""
    root = ET.fromstring(svg)  # noqa: S314 -- our own
    outlines = {g.get("id"): g.find(f"{SVG}path") for defs in root.iter(f"{SVG}defs") for g in defs}
    used = {use.get(HREF, "")[1:] for use in root.iter(f"{SVG}use")}
    assert used
    assert all(outlines.get(name) is not None for name in used)
    names = re.findall(r'\bid="([^"]+)"', svg)
    assert len(names) == len(set(names))


def test_no_glyph_is_missing() -> None:
    """Clefs, heads, rests, numbers and the note of the tempo mark are all outlines within the file."""
    svg = engrave(musicxml(everything()))
    assert_complete(svg)
    assert not re.search("[\ue000-\uf8ff]", svg)  # no character of a music font is left as text
    assert "@font-face" not in svg


def test_no_text_is_lost() -> None:
    """Title, names, tempo and bar numbers are text of some size."""
    found = texts(engrave(musicxml(everything())))
    assert {"Tänze & Lieder <1>", "Violin", "Hands", "= 90"} <= set(found)
    assert any(text.isdigit() for text in found)


def test_the_same_score_is_the_same_picture() -> None:
    """Nothing in it comes from chance."""
    score = musicxml(everything())
    assert engrave(score) == engrave(score)


@pytest.mark.slow
def test_a_very_long_score_is_one_picture() -> None:
    """What goes beyond the longest page goes on below it, with one title and no name twice."""
    orchestra = [line(*[(60 + k % 12, 96) for k in range(500)])] * 8
    svg = engrave(musicxml(song_of(*orchestra, title="Long")))
    assert_complete(svg)
    assert texts(svg).count("Long") == 1
    assert svg.count("<desc>") > 1
    assert max(int(text) for text in texts(svg) if text.isdigit()) > 480


@pytest.mark.parametrize("rubbish", [b"", b"no score", b"<html/>"])
def test_rubbish_is_not_engraved(rubbish: bytes) -> None:
    """What is not MusicXML is refused in one line."""
    with pytest.raises(EvolveError, match="not MusicXML"):
        engrave(rubbish)


def ink(title: str) -> "np.ndarray":
    """How black the picture of a short song is, [height, width]."""
    png = rasterise(engrave(musicxml(song_of(line((60, 96)), title=title))))
    return 255 - np.asarray(Image.open(io.BytesIO(png)).convert("L")).astype(int)


def test_the_picture_has_the_width_and_the_text() -> None:
    """A PNG is 1600 pixels wide, on white paper, with more ink where there is a title."""
    titled = ink("Chaconne")
    assert titled.shape[1] == 1600
    assert titled[0, 0] == 0
    assert titled[:100, 500:1100].sum() > ink("")[:100, 500:1100].sum()


@pytest.mark.slow
@pytest.mark.skipif(not SHARED_MUSIC.is_dir(), reason="the folder of test music is not here")
@pytest.mark.parametrize("pattern", ["nottingham/*.mid", "giantmidi/scarlatti*.mid", "giantmidi/bach*.mid"])
def test_real_music_is_printed(pattern: str) -> None:
    """Every file, tune or performance, becomes a complete score."""
    files = sorted(SHARED_MUSIC.glob(pattern))
    assert files
    for path in files:
        assert_complete(engrave(musicxml(read_midi(path.read_bytes(), path.stem))))
