"""Kern files of any rows are read as they were written, or refused."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from evolve.domains.music.errors import CorpusError
from evolve.domains.music.notation.kern import read_kern
from evolve.domains.music.notation.timeline import song_of
from tests.domains.music.notation.kern_rows import Sounding, sounding

VALUES = {
    name: Fraction(beats) for name, beats in [("1", 4), ("2", 2), ("4", 1), ("8.", 0.75), ("8", 0.5), ("16", 0.25)]
}
VALUES["12"] = Fraction(1, 3)
LETTERS = ["c", "dd", "E", "FF#", "g-", "aaa", "BBB"]

voices = st.lists(
    st.lists(st.tuples(st.sampled_from([*LETTERS, "r"]), st.sampled_from(sorted(VALUES))), min_size=1, max_size=8),
    min_size=1,
    max_size=4,
)


def written_as_rows(music: list[list[tuple[str, str]]]) -> list[str]:
    """Voices as rows, each note in that of its onset; all last until the longest ends."""
    total = max(sum(VALUES[value] for _, value in voice) for voice in music)
    rows: dict[Fraction, list[str]] = {}
    for column, voice in enumerate(music):
        onset = Fraction(0)
        for letter, value in voice:
            rows.setdefault(onset, ["."] * len(music))[column] = value + letter
            onset += VALUES[value]
        if onset < total:
            rest = (total - onset) / 4
            rows.setdefault(onset, ["."] * len(music))[column] = f"{rest.denominator}%{rest.numerator}r"
    return ["\t".join(rows[onset]) for onset in sorted(rows)]


def expected(voice: list[tuple[str, str]]) -> list[Sounding]:
    """What a voice sounds like."""
    pitches = dict(zip(LETTERS, (60, 74, 52, 42, 66, 93, 35), strict=True))
    notes: list[Sounding] = []
    onset = Fraction(0)
    for letter, value in voice:
        if letter != "r":
            notes.append((pitches[letter], onset, VALUES[value]))
        onset += VALUES[value]
    return notes


@given(voices)
def test_any_voices_written_as_rows_read_back(music: list[list[tuple[str, str]]]) -> None:
    """Parts side by side in any rhythms are what was written, without a doubt."""
    count = len(music)
    rows = ["\t".join(["**kern"] * count), *written_as_rows(music), "\t".join(["*-"] * count)]
    score = read_kern("\n".join(rows).encode())
    assert score.doubts == ()
    assert [sounding(part) for part in reversed(score.parts)] == [expected(voice) for voice in music]


@given(voices)
def test_splitting_and_joining_keep_the_notes(music: list[list[tuple[str, str]]]) -> None:
    """The same voices as sub-spines of one part, split one by one and joined at once, are all its notes."""
    count = len(music)
    splits = ["\t".join(["*^", *["*"] * (width - 1)]) for width in range(1, count)]
    joined = ["\t".join(["*v"] * count)] if count > 1 else []
    rows = ["**kern", *splits, *written_as_rows(music), *joined, "=", "4cc", "*-"]
    score = read_kern("\n".join(rows).encode())
    (part,) = score.parts
    assert score.doubts == ()
    total = part.bars[0].length_beats
    notes = [*(note for voice in music for note in expected(voice)), (72, total, Fraction(1))]
    assert sounding(part) == sorted(notes, key=lambda note: (note[1], note[0], note[2]))


scraps = st.sampled_from(
    ["**kern", "**text", "*", "*^", "*v", "*x", "*+", "*-", "*M3/4", "*MM90", "*>A", "=", "==", "=2-", ".", "4c", "[8d",
     "2e]", "4c 8e", "8qf", "4r", "!", "", "x", "0c", "3%7g", "99999999c", "*Ivioln", '*I"', "*M0/0", "4.%..c", "]"]
)  # fmt: skip


@given(st.lists(st.lists(scraps, min_size=1, max_size=4), max_size=14))
def test_scraps_in_any_order_are_read_or_refused(rows: list[list[str]]) -> None:
    """Nothing but a reason ends reading, and whatever is read lies on one timeline."""
    text = "\n".join(["**kern", *("\t".join(row) for row in rows)])
    try:
        score = read_kern(text.encode())
    except CorpusError as refused:
        assert "\n" not in str(refused)  # noqa: PT017 -- either outcome will do
        return
    song_of(score, "x")
    assert len({len(part.bars) for part in score.parts}) == 1
    assert all(
        note.onset_beats >= 0 and note.duration_beats > 0
        for part in score.parts
        for bar in part.bars
        for note in bar.notes
    )


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Bytes that are no kern become a reason."""
    for start in (b"", b"**kern\n"):
        try:
            read_kern(start + data)
        except CorpusError:
            continue
