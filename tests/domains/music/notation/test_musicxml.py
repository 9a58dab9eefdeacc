"""MusicXML is read as it sounds, bar by bar."""

from fractions import Fraction

import pytest

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.notation.musicxml import read_musicxml
from evolve.domains.music.notation.timeline import song_of
from evolve.domains.music.song import Metre
from tests.domains.music.notation.musicxml_files import attributes, heard, move, note, notes, pitches, rest, score

NO_DURATION = "durations that are missing or no numbers: taken from how the notes look"
SCALE = notes("C4 D4 E4 F4")


def transpose(inside: str, sign: str = "") -> str:
    """What makes an instrument sound elsewhere."""
    return f"<transpose {sign}>{inside}</transpose>"


def metre(data: bytes) -> Metre | None:
    """Of the first bar of the first part."""
    return read_musicxml(data).parts[0].bars[0].metre


@pytest.mark.parametrize(
    ("said", "sounding"),
    [
        ("<diatonic>-1</diatonic><chromatic>-2</chromatic>", [58, 60, 62, 63]),
        ("<chromatic>0</chromatic><octave-change>-1</octave-change>", [48, 50, 52, 53]),
        ("<chromatic>-9</chromatic><octave-change>-1</octave-change>", [39, 41, 43, 44]),
        ("<chromatic>0</chromatic>", [60, 62, 64, 65]),
    ],
)
def test_transposing_instruments_are_read_as_they_sound(said: str, sounding: list[int]) -> None:
    """A clarinet in B flat sounds a tone lower than it is written, a double bass an octave."""
    assert pitches(score([attributes(transpose(said)) + SCALE])) == sounding


def test_a_doubled_part_sounds_twice() -> None:
    """Cellos and basses share a line, as do flutes and piccolos, an octave apart."""
    below, above = (
        pitches(score([attributes(transpose(f"<chromatic>0</chromatic><double {sign}/>")) + note("C4")]))
        for sign in ("", 'above="yes"')
    )
    assert (below, above) == ([48, 60], [60, 72])


def test_an_instrument_can_be_changed() -> None:
    """A transposition holds from where it stands, also in the midst of a bar, until there is another."""
    to_a, to_c = (f"<attributes>{transpose(f'<chromatic>{by}</chromatic>')}</attributes>" for by in (-3, 0))
    assert pitches(score([attributes() + notes("C4 C4") + to_a + notes("C4 C4"), note("C4") + to_c + note("C4")])) == [
        60, 60, 57, 57, 57, 60,
    ]  # fmt: skip


def test_a_transposition_may_be_of_one_staff() -> None:
    """The staves of a part can be written for different instruments."""
    upper, lower = note("C4", 8, "<staff>1</staff>"), note("C4", 8, "<staff>2</staff>")
    head = attributes(transpose("<chromatic>-2</chromatic>", 'number="1"'))
    song, _ = song_of(read_musicxml(score([head + upper + move("backup", 8) + lower])), "")
    assert [note.pitch for track in song.tracks for note in track.notes] == [58, 60]


def test_each_staff_is_a_track_and_a_tie_may_cross_them() -> None:
    """The hands of a piano are two tracks; a note that another staff ties on is one note."""
    tied = '<tie type="stop"/>'
    upper, lower = note("C5", 8, "<staff>1</staff>"), note("C3", 8, "<staff>2</staff>")
    second = note("C5", 8, "<staff>2</staff>" + tied) + move("backup", 8) + note("E5", 8, "<staff>1</staff>")
    song, _ = song_of(read_musicxml(score([attributes("") + upper + move("backup", 8) + lower, second])), "")
    assert [[(note.pitch, note.duration_ticks // 24) for note in track.notes] for track in song.tracks] == [
        [(72, 8), (76, 4)],
        [(48, 4)],
    ]


def test_a_concert_score_transposes_octaves_alone() -> None:
    """Where all is written as it sounds, a transposition by semitones is not for the ear."""
    said = transpose("<chromatic>-2</chromatic><octave-change>-1</octave-change>")
    data = score([attributes(said) + SCALE], head="<defaults><concert-score/></defaults>")
    assert pitches(data) == [48, 50, 52, 53]


def test_octave_signs_and_clefs_change_no_pitch() -> None:
    """Pitches of MusicXML have octaves of signs and clefs in them."""
    clef = "<clef><sign>G</sign><line>2</line><clef-octave-change>-1</clef-octave-change></clef>"
    sign = '<direction><direction-type><octave-shift type="down" size="8"/></direction-type></direction>'
    assert pitches(score([attributes(clef) + sign + SCALE])) == [60, 62, 64, 65]


def test_cue_notes_and_strokes_are_silent_and_take_their_time() -> None:
    """A cue shows what others play; strokes on drums have no pitch; a small note is a note."""
    stroke = "<note><unpitched/><duration>2</duration></note>"
    bar = attributes() + note("C4") + note("A5", before="<cue/>") + stroke + note("D4", inside='<type size="cue"/>')
    assert heard(score([bar]))[0] == [(60, 0, 1), (62, 3, 1)]


def test_grace_notes_and_chord_symbols_take_no_time() -> None:
    """They are not played either."""
    grace = "<note><grace/><pitch><step>B</step><octave>4</octave></pitch></note>"
    symbol = "<harmony><root><root-step>C</root-step></root><kind>major</kind></harmony>"
    assert heard(score([attributes() + symbol + note("C4") + grace + note("D4")]))[0] == [(60, 0, 1), (62, 1, 1)]


def test_notes_that_are_not_printed_sound() -> None:
    """Hiding concerns the page; what is for the second time only is not heard in the first."""
    hidden = note("E4", sign='print-object="no"') + note("F4", sign='time-only="2"')
    assert pitches(score([attributes() + note("C4") + hidden + note("G4", sign='time-only="1,2"')])) == [60, 64, 67]


def test_drums_are_no_part() -> None:
    """What plays on MIDI's tenth channel has no pitches, whatever is written."""
    drums = '<part-name>D</part-name><midi-instrument id="D"><midi-channel>10</midi-channel></midi-instrument>'
    assert heard(score([attributes() + SCALE], [attributes() + SCALE], listed=["", drums])) == heard(
        score([attributes() + SCALE])
    )
    kit = drums + '<midi-instrument id="B"><midi-channel>1</midi-channel></midi-instrument>'
    bar = attributes() + note("C4", inside='<instrument id="D"/>') + note("D4", inside='<instrument id="B"/>')
    assert pitches(score([bar], listed=[kit])) == [62]


def test_voices_staves_and_chords_sound_together() -> None:
    """They go back in their bar, and on; notes of a chord start where its first one does."""
    chord = note("C4", 4) + note("E4", 4, before="<chord/>") + note("G4", 2, before="<chord/>")
    second = move("backup", 8) + move("forward", 2) + note("C3", 6)
    assert heard(score([attributes() + chord + note("D4", 4) + second]))[0] == [
        (60, 0, 2), (64, 0, 2), (67, 0, 1), (48, 1, 3), (62, 2, 2),
    ]  # fmt: skip


def test_notes_of_a_chord_that_look_alike_last_alike() -> None:
    """A note that is written shorter than it looks is as long as the chord; one that looks shorter is."""
    half, quarter = "<type>half</type>", "<type>quarter</type>"
    chord = note("C4", 4, half) + note("E4", 3, half, before="<chord/>") + note("G4", 2, quarter, before="<chord/>")
    assert heard(score([attributes() + chord]))[0] == [(60, 0, 2), (64, 0, 2), (67, 0, 1)]


def test_divisions_may_change() -> None:
    """How long a duration is, is said anew, also in the midst of a bar, and may be a fraction."""
    change = "<attributes><divisions>0.5</divisions></attributes>"
    assert heard(score([attributes() + note("C4") + change + note("D4", 0.5) + note("E4", 1)]))[0] == [
        (60, 0, 1), (62, 1, 1), (64, 2, 2),
    ]  # fmt: skip


@pytest.mark.parametrize("sign", ['<tie type="{}"/>', '<notations><tied type="{}"/></notations>'])
def test_tied_notes_are_one(sign: str) -> None:
    """Over a bar line too; a tie that is drawn counts where none is said to sound."""
    bars = [
        attributes() + notes("C4 D4 E4") + note("F4", inside=sign.format("start")),
        note("F4", inside=sign.format("stop")) + notes("F4"),
    ]
    assert heard(score(bars))[0][3:] == [(65, 3, 2), (65, 5, 1)]


def test_a_duration_that_is_missing_is_taken_from_the_looks() -> None:
    """By type, dots and tuplet, and told."""
    triplet = "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes></time-modification>"
    bare = "<pitch><step>C</step><octave>4</octave></pitch>"
    bar = (
        attributes()
        + f"<note>{bare}<type>half</type><dot/></note><note>{bare}<type>quarter</type>{triplet}</note>"
        + note("D4")
    )
    assert heard(score([bar]))[0] == [(60, 0, 3), (60, 3, Fraction(2, 3)), (62, Fraction(88, 24), 1)]
    assert read_musicxml(score([bar])).doubts == (f"{NO_DURATION} (2)",)


def test_a_duration_rounded_to_divisions_is_as_exact_as_it_looks() -> None:
    """Two divisions cannot say a triplet; three notes that look like one last one beat."""
    looks = (
        "<type>eighth</type>"
        "<time-modification><actual-notes>3</actual-notes><normal-notes>2</normal-notes></time-modification>"
    )
    triplet = note("C4", 1, looks) + note("D4", 1, looks) + note("E4", 0.5, looks)
    assert [onset for _, onset, _ in heard(score([attributes() + triplet + notes("F4 G4 A4")]))[0]] == [
        0, Fraction(1, 3), Fraction(2, 3), 1, 2, 3,
    ]  # fmt: skip


def test_bars_start_together_in_all_parts() -> None:
    """A bar is as long as its longest part; parts with fewer bars end before."""
    long_bar = notes("C4 D4 E4 F4 G4")
    data = score([attributes() + SCALE, long_bar, SCALE], [attributes() + SCALE, SCALE, SCALE], [attributes() + SCALE])
    upper, lower, short = heard(data)
    assert (upper[-4][1], lower[-4][1], len(short)) == (9, 9, 4)


def test_bars_may_hold_parts() -> None:
    """What is written bar by bar for all parts is the same music; a part that lacks a bar is silent in it."""
    first = f'<part id="A">{attributes()}{SCALE}</part>'
    second = f'<part id="B">{attributes()}{SCALE}</part>'
    data = f"""<score-timewise><part-list><score-part id="A"><part-name>A</part-name></score-part><score-part id="B">
        <part-name>B</part-name></score-part></part-list><measure number="1">{first}</measure>
        <measure number="2">{first}{second}</measure></score-timewise>"""
    upper, lower = heard(data.encode())
    assert [onset for _, onset, _ in upper] == [*range(8)]
    assert [onset for _, onset, _ in lower] == [4, 5, 6, 7]


def test_a_part_that_rests_is_as_long_as_the_others() -> None:
    """A rest for a whole bar may be written longer than an upbeat, and twice; an empty bar is a whole one."""
    upbeat = score(
        [f'<measure implicit="yes">{attributes()}{note("C4")}</measure>', SCALE, rest(8) + rest(8), "", SCALE],
        [attributes() + rest(8), SCALE, rest(8), "", SCALE],
    )
    assert [onset for _, onset, _ in heard(upbeat)[0]] == [3, 4, 5, 6, 7, 16, 17, 18, 19]
    assert song_of(read_musicxml(upbeat), "")[1] == ()


@pytest.mark.parametrize(
    ("time", "beats"), [("<senza-misura/>", 6), ("<beats>33</beats><beat-type>8</beat-type>", 16.5)]
)
def test_a_rest_in_free_time_is_as_long_as_it_says(time: str, beats: float) -> None:
    """Where no metre says how long a bar is, nothing is cut."""
    data = score([attributes(f"<time>{time}</time>") + rest(int(2 * beats)), note("C4")])
    assert heard(data)[0][0][1] == beats


@pytest.mark.parametrize(("said", "sounds"), [("1", True), ("2, 1", True), ("2,3", False)])
def test_a_note_for_some_times_sounds_if_the_first_is_among_them(said: str, *, sounds: bool) -> None:
    """What is written is read once."""
    timed = note("C4").replace("<note", f'<note time-only="{said}"', 1)
    assert (60 in pitches(score([attributes() + timed + note("D4")]))) == sounds


def test_notes_on_more_staves_than_any_part_has_are_read_at_once() -> None:
    """Each bar on a staff of its own: the first so many are tracks, the rest is told."""
    bars = [attributes() + note("C4", inside="<staff>1</staff>")]
    bars += [note("C4", inside=f"<staff>{number}</staff>") for number in range(2, 1_000)]
    song, doubts = song_of(read_musicxml(score(bars)), "")
    assert len(song.tracks) == 32
    assert "more than 32 staves: taken for the first (967)" in doubts


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("<beats>3+2</beats><beat-type>8</beat-type>", Metre(5, 8)),
        ("<beats>2</beats><beat-type>4</beat-type><beats>3</beats><beat-type>8</beat-type>", Metre(7, 8)),
        ("<beats>6</beats><beat-type>8</beat-type><interchangeable><beats>3</beats><beat-type>4</beat-type>"
         "</interchangeable>", Metre(6, 8)),
        ("<senza-misura/>", None),
        ("<beats>7</beats><beat-type>5</beat-type>", None),
        ("<beats>C</beats><beat-type>4</beat-type>", None),
        ("<beats>4</beats>", None),
    ],
)  # fmt: skip
def test_metres_are_added_up(said: str, expected: Metre | None) -> None:
    """In their smallest unit; what no metre is, is none, and refuses nothing."""
    data = score([attributes(f"<time>{said}</time>") + SCALE])
    assert metre(data) == expected
    assert pitches(data) == [60, 62, 64, 65]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('<sound tempo="66"/>', 66),
        ('<direction><sound tempo="72.5"/></direction>', 72.5),
        ("<beat-unit>quarter</beat-unit><per-minute>ca. 120</per-minute>", 120),
        ("<beat-unit>quarter</beat-unit><beat-unit-dot/><per-minute>60 - 66</per-minute>", 90),
        ("<beat-unit>half</beat-unit><per-minute>60</per-minute>", 120),
        ("<beat-unit>quarter</beat-unit><beat-unit>eighth</beat-unit>", None),
        ("<beat-unit>quarter</beat-unit><per-minute>lively</per-minute>", None),
        ('<sound tempo="0"/>', None),
        ('<sound tempo="NaN"/>', None),
    ],
)
def test_the_first_tempo_with_a_number_is_kept(said: str, expected: float | None) -> None:
    """As it is to be played, else as its metronome mark says; one note set equal to another is no tempo."""
    if said.startswith("<beat-unit"):
        said = f"<direction><direction-type><metronome>{said}</metronome></direction-type></direction>"
    later = '<sound tempo="200"/>' if expected else ""
    assert read_musicxml(score([attributes() + said + SCALE, later + SCALE])).tempo_bpm == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("<midi-program>41</midi-program>", 40),
        ("<midi-channel>1</midi-channel>", 0),
        ("<midi-program>1</midi-program>", 71),
    ],
)
def test_programs_count_from_one(said: str, expected: int) -> None:
    """A sound's name tells what a part plays where its program is the piano's that everything begins with."""
    sound = "wind.reed.clarinet.b-flat" if expected == 71 else ""
    listed = f"""<part-name>Name</part-name><score-instrument id="I"><instrument-sound>{sound}</instrument-sound>
        </score-instrument><midi-instrument id="I">{said}</midi-instrument>"""
    (part,) = read_musicxml(score([attributes() + SCALE], listed=[listed])).parts
    assert (part.name, part.program) == ("Name", expected)


def barline(inside: str, location: str = "right") -> str:
    """A bar line with something."""
    return f'<barline location="{location}">{inside}</barline>'


@pytest.mark.parametrize(
    ("end", "beginning", "expected"),
    [
        (barline('<repeat direction="backward"/>'), "", True),
        ("", barline('<repeat direction="forward"/>', "left"), True),
        (barline('<ending number="1" type="stop"/>'), "", True),
        (barline("<bar-style>light-light</bar-style>"), "", True),
        (barline("<bar-style>dashed</bar-style>"), "", False),
        ("", "", False),
    ],
)
def test_sections_end_at_repeats_and_double_lines(end: str, beginning: str, *, expected: bool) -> None:
    """At the end of a bar or the beginning of the next, in one part for all of them."""
    bars = [attributes() + SCALE + end, beginning + SCALE]
    for part in read_musicxml(score(bars, [attributes() + SCALE, SCALE])).parts:
        assert [bar.ends_section for bar in part.bars] == [expected, False]


def test_repeats_are_not_played() -> None:
    """Music is read once, as it is written."""
    jump = '<direction><sound dacapo="yes"/></direction>'
    assert len(pitches(score([attributes() + SCALE + barline('<repeat direction="backward"/>') + jump]))) == 4


def test_microtones_are_rounded_and_told() -> None:
    """To the nearest key of a piano; a quarter tone to the key without a sign."""
    low, half = (f"<pitch><step>C</step><alter>{by}</alter><octave>4</octave></pitch>" for by in ("0.75", "0.5"))
    bar = attributes() + "".join(f"<note>{one}<duration>2</duration></note>" for one in (low, half))
    assert pitches(score([bar])) == [61, 60]
    assert read_musicxml(score([bar])).doubts == ("microtones taken for the nearest semitone (2)",)


@pytest.mark.parametrize(
    ("bar", "doubt"),
    [
        (attributes() + note("H4") + SCALE, "left out notes whose pitch is none"),
        (attributes() + note("A5", 0) + SCALE, "left out notes without a length"),
        (attributes() + note("A5", "-3") + SCALE, NO_DURATION),
        (attributes() + note("A5", "1/2") + SCALE, NO_DURATION),
        (attributes(divisions="x") + SCALE, "divisions that are no number"),
        (SCALE, "does not say how long its durations are: taken for quarter notes"),
        (attributes() + move("backup", 2) + SCALE, "goes back to before its bar"),
    ],
)  # fmt: skip
def test_what_is_strange_is_left_out_and_told(bar: str, doubt: str) -> None:
    """The other notes of the bar are read."""
    written = read_musicxml(score([bar]))
    assert doubt in written.doubts
    assert [one.pitch for one in written.parts[0].bars[0].notes] == [60, 62, 64, 65]


def test_a_part_that_is_not_listed_is_read_and_told() -> None:
    """It has no name, and is played on a piano."""
    data = score([attributes() + SCALE]).replace(b'<part id="P1">', b'<part id="P9">')
    assert read_musicxml(data).doubts == ("parts that are not listed",)
    assert pitches(data) == [60, 62, 64, 65]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "gb18030", "shift_jis"]
)
def test_any_encoding_is_read(encoding: str) -> None:
    """The one that the first bytes show, else the one that is declared."""
    name = "Flöte" if encoding in ("latin-1", "gb18030") else "F笛" if encoding == "shift_jis" else "Flöte 笛"
    text = score([attributes() + SCALE], listed=[f"<part-name>{name}</part-name>"]).decode()
    declared = "utf-16" if encoding.startswith("utf-16") else encoding.removesuffix("-sig")
    data = f'<?xml version="1.0" encoding="{declared}"?>\n{text}'.encode(encoding)
    assert read_musicxml(data).parts[0].name == name


def test_a_wrong_declaration_harms_nothing() -> None:
    """Letters are replaced where the encoding is not the one that is declared, or no program knows it."""
    text = score([attributes() + SCALE], listed=["<part-name>Flöte</part-name>"]).decode()
    for declared, encoding in (("UTF-16", "utf-8"), ("klingon", "utf-8"), ("utf-8", "latin-1"), ("punycode", "utf-8")):
        data = f'<?xml version="1.0" encoding="{declared}"?>{text}'.encode(encoding)
        assert pitches(data) == [60, 62, 64, 65]


def test_namespaces_are_taken_off() -> None:
    """Elements of the score's own namespace are known by their names, those of others are passed over."""
    data = score([attributes() + SCALE + "<x:note xmlns:x='other'><x:duration>9</x:duration></x:note>"])
    for named in (data, data.replace(b"<score-partwise", b'<score-partwise xmlns="http://musicxml.org"')):
        assert pitches(named) == [60, 62, 64, 65]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cannot be read as MusicXML: no element found"),
        (b"<score-partwise>", "cannot be read as MusicXML: no element found"),
        (b"\x80\xff\0", "cannot be read as MusicXML: not well-formed"),
        (b"<html/>", "not a score but <html>"),
        (b'<opus xmlns="http://musicxml.org"/>', "not a score but <opus>"),
        (b'<!DOCTYPE a [<!ENTITY b "ha">]><score-partwise>&b;</score-partwise>', "defines XML entities"),
        ('<!DOCTYPE a [<!ENTITY b "ha">]><score-partwise/>'.encode("utf-16"), "defines XML entities"),
    ],
)
def test_what_is_no_score_is_refused(data: bytes, said: str) -> None:
    """In one line."""
    with pytest.raises(CorpusError, match=said):
        read_musicxml(data)


def test_huge_numbers_and_deep_nesting_harm_nothing() -> None:
    """What has more digits than music is no number, and depth no matter."""
    bar = attributes(divisions="9" * 400) + note("C4", "1e9") + note("D4", "9" * 400) + note("C9", 10**8)
    assert pitches(score([attributes("<key>" * 10_000 + "</key>" * 10_000) + bar + SCALE]))[-4:] == [60, 62, 64, 65]
