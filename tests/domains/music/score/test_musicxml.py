"""Songs become MusicXML that holds bars, ties, triplets and names as print does."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings

from evolve.domains.music.notation.reader import read_notation
from evolve.domains.music.score.musicxml import musicxml
from evolve.domains.music.song import Metre, Note, Notes, ReadSong, Song, Track
from evolve.errors import EvolveError
from tests.domains.music.notation.peers import by_partitura
from tests.domains.music.score.songs import line, song_of, songs_anywhere, songs_on_grid


def parsed(song: Song) -> ET.Element:
    """The document of a song."""
    return ET.fromstring(musicxml(song))  # noqa: S314 -- our own


def number(element: ET.Element, path: str) -> int:
    """A whole number within an element."""
    return int(element.findtext(path, "0"))


def voices_of(measure: ET.Element) -> dict[str, list[ET.Element]]:
    """The notes and rests of a bar, by voice, chords' further notes left out."""
    found: dict[str, list[ET.Element]] = {}
    for note in measure.iter("note"):
        if note.find("chord") is None:
            found.setdefault(note.findtext("voice", ""), []).append(note)
    return found


def keys_struck(song: Song) -> set[tuple[int, int]]:
    """When after the first note which keys are struck."""
    first = int(song.notes.onsets_ticks.min())
    return {(note.onset_ticks - first, note.pitch) for note in song.notes}


@settings(max_examples=60)
@given(songs_anywhere)
def test_every_voice_fills_every_bar(song: Song) -> None:
    """Whatever the song, voices are as long as their bar, and only the first bar may be short."""
    for part in parsed(song).iter("part"):
        lengths = set()
        for measure in part.iter("measure"):
            sums = {sum(number(note, "duration") for note in voice) for voice in voices_of(measure).values()}
            assert len(sums) == 1
            lengths |= sums if measure.get("implicit") is None else set()
        assert len(lengths) <= 1


@settings(max_examples=60)
@given(songs_anywhere)
def test_every_tie_is_taken_up(song: Song) -> None:
    """A note that is tied on ends where one of its pitch begins, on its staff, to which a tie leads."""
    for part in parsed(song).iter("part"):
        starts, stops = set(), set()
        for begin, end, note in placed(part):
            head = (number(note, "staff"), *(note.findtext(f"pitch/{path}") for path in ("step", "alter", "octave")))
            kinds = [tie.get("type") for tie in note.findall("tie")]
            starts |= {(end, *head)} if "start" in kinds else set()
            stops |= {(begin, *head)} if "stop" in kinds else set()
        assert starts == stops


def placed(part: ET.Element) -> Iterator[tuple[int, int, ET.Element]]:
    """The notes of a part with when they begin and end, in ticks."""
    begin = at = 0
    for measure in part.iter("measure"):
        for element in measure:
            if element.tag == "backup":
                at -= number(element, "duration")
            elif element.tag == "note":
                if element.find("chord") is None:
                    begin, at = at, at + number(element, "duration")
                yield begin, at, element


def test_an_upbeat_is_a_short_bar_without_a_number() -> None:
    """A beat of silence and more before the first note is left out; bars are counted from the first full one."""
    song = song_of(line((67, 24), (72, 48), (71, 24), start=48), metre=Metre(3, 4))
    measures = list(parsed(song).iter("measure"))
    assert [(m.get("number"), m.get("implicit")) for m in measures] == [("0", "yes"), ("1", None)]
    assert [sum(number(n, "duration") for n in m.iter("note")) for m in measures] == [24, 72]
    assert measures[0].find("note/rest") is None


def test_less_than_a_beat_of_silence_is_a_rest() -> None:
    """A piece that begins after an eighth rest begins with that rest, in a full bar."""
    (measure,) = parsed(song_of(line((67, 12), (72, 72), start=12))).iter("measure")
    assert measure.get("number") == "1"
    assert measure.find("note/rest") is not None


def test_the_last_bar_is_filled_with_rests() -> None:
    """A song that ends within a bar is silent to its end, where a double bar line stands."""
    *_, last = parsed(song_of(line((60, 96), (62, 24)))).iter("measure")
    assert [note.findtext("type") for note in last.iter("note")] == ["quarter", "quarter", "half"]
    assert last.findtext("barline/bar-style") == "light-heavy"


def test_triplets_are_marked() -> None:
    """Three in the time of two, from the first to the last of them, under a beam or a bracket."""
    (measure,) = parsed(song_of(line((60, 8), (62, 8), (64, 8), (65, 16), (67, 8), (69, 48)))).iter("measure")
    notes = list(measure.iter("note"))
    ratios = [(number(n, "time-modification/actual-notes"), number(n, "time-modification/normal-notes")) for n in notes]
    assert ratios == [(3, 2)] * 5 + [(0, 0)]
    marks = [[(t.get("type"), t.get("bracket")) for t in n.iter("tuplet")] for n in notes]
    assert marks == [[("start", "no")], [], [("stop", None)], [("start", "yes")], [("stop", None)], []]
    assert [n.findtext("type") for n in notes] == ["eighth"] * 3 + ["quarter", "eighth", "half"]


def test_what_is_known_of_a_song_is_written() -> None:
    """Title, tempo in felt beats, metre, key, names and instruments."""
    tracks = (
        Track(Notes.of(line((65, 36), (69, 36), (72, 24), (70, 12), (67, 12), (64, 12), (65, 12))), "Flute & co", 73),
        Track(Notes.of(line((41, 72)))),
    )
    root = parsed(Song(tracks, 120.0, "A <tune>\x00", Metre(6, 8)))
    assert root.findtext("work/work-title") == "A <tune>"
    assert [name.text for name in root.iter("part-name")] == ["Flute & co", "Piano"]
    assert [name.text for name in root.iter("midi-program")] == ["74", "1"]
    attributes = root.find("part/measure/attributes")
    assert attributes is not None
    assert [attributes.findtext(path) for path in ("key/fifths", "time/beats", "time/beat-type")] == ["-1", "6", "8"]
    metronome = root.find(".//metronome")
    assert metronome is not None
    assert [child.tag for child in metronome] == ["beat-unit", "beat-unit-dot", "per-minute"]
    assert metronome.findtext("per-minute") == "80"
    spelled = [p.findtext("step", "") + p.findtext("alter", "") for p in root.iter("pitch")]
    assert spelled == ["F", "A", "C", "B-1", "G", "E", "F", "F"]


def test_loudness_is_marked() -> None:
    """A part that is soft, then loud, says so at the bars where it is."""
    notes = [Note(60 + k % 5, 24 * k, 24, 40 if k < 16 else 92) for k in range(32)]
    found = {m.get("number"): d[0].tag for m in parsed(song_of(notes)).iter("measure") for d in m.iter("dynamics")}
    assert found == {"1": "p", "5": "f"}


@pytest.mark.parametrize("tracks", [(), ([],), ([], [])])
def test_a_song_without_notes_has_no_score(tracks: tuple[list[Note], ...]) -> None:
    """There is nothing to print, and the error says of what."""
    with pytest.raises(EvolveError, match='"Silence" has no notes') as caught:
        musicxml(song_of(*tracks, title="Silence"))
    assert "\n" not in str(caught.value)


def read_back(song: Song) -> Iterator[Song]:
    """The song that our own reader makes of the score."""
    for piece in read_notation(musicxml(song), ".musicxml", "score"):
        assert isinstance(piece, ReadSong)
        yield piece.song


@pytest.mark.slow
@settings(max_examples=40)
@given(songs_on_grid())
def test_what_is_on_the_grid_is_read_back(song: Song) -> None:
    """A reader finds the very keys, struck when they were, whatever metre, triplets and staves."""
    (again,) = read_back(song)
    assert keys_struck(again) == keys_struck(song)
    assert again.tempo_bpm == pytest.approx(song.tempo_bpm)


@pytest.mark.slow
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(song=songs_on_grid())
def test_another_reader_finds_the_same_keys(song: Song, tmp_path: Path) -> None:
    """Partitura knows nothing of how the score was made."""
    found = by_partitura(musicxml(song), tmp_path)
    assert {(onset, pitch) for pitch, onset, _ in found} == keys_struck(song)


@pytest.mark.slow
def test_lengths_of_written_music_are_read_back() -> None:
    """Where notes follow each other, or rests are plain, a note that is split and tied is as long as it was."""
    melody = line((67, 12), (72, 36), (0, 12), (71, 36), (69, 8), (67, 8), (65, 8), (64, 144), start=84)
    bass = line((48, 96), (43, 120), (48, 132), start=0)
    song = song_of([*melody, *bass])
    (again,) = read_back(song)
    lengths = {(n.onset_ticks, n.pitch): n.duration_ticks for n in again.notes}
    assert lengths == {(n.onset_ticks, n.pitch): n.duration_ticks for n in song.notes}
