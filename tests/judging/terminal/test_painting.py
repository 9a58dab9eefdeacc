"""Every page fits every screen, tells letters alone, and shows what matters."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prompt_toolkit.utils import get_cwidth

from evolve.domains.music.presentation import PRESENTATION
from evolve.judging.draft import BallotDraft, Order
from evolve.judging.pairwise import Question
from evolve.judging.terminal.pages import paint_help, paint_list, paint_pairs, paint_preview, summary
from evolve.judging.terminal.painting import Line, tail
from evolve.judging.terminal.view import ScreenPage, View, in_words
from evolve.records.ballot import Ballot, Candidate
from tests.judging.orderings import ballots
from tests.judging.terminal.pretending import candidates

TOLD = "Of how songs differ, a tenth is the networks'; over 5 songs each, two fifths. "


def text(painted: Line) -> list[str]:
    """The lines of a page, without their styles."""
    return "".join(words for _, words in painted).split("\n")


def view(ballot: Ballot | None = None, *, count: int = 5, **more: Any) -> View:  # noqa: ANN401 - any of View's fields
    """A view on pretended candidates."""
    cast = candidates(count, songs=more.pop("songs", 2))
    draft = BallotDraft.begin([each.id for each in cast])
    draft = draft.apply(Order(ballot, "list")) if ballot else draft
    cursor = more.pop("cursor", draft.ballot.ids[0])
    return View({each.id: each for each in cast}, "generation 7", "anna", draft, PRESENTATION, cursor=cursor, **more)


def told(candidate: Candidate) -> dict[str, str]:
    """What stands beside a candidate, by heading."""
    return {column.heading: text for column, text in summary(view(), candidate)}


@st.composite
def views(draw: st.DrawFn) -> View:
    """Any state a listener may bring the list to."""
    ids = [each.id for each in candidates(draw(st.integers(1, 30)))]
    ballot = draw(ballots(ids))
    heard = frozenset({(draw(st.sampled_from(ids)), 1)})
    return view(
        ballot,
        count=len(ids),
        songs=draw(st.integers(1, 6)),
        cursor=draw(st.sampled_from(ids)),
        heard=heard,
        playing=draw(st.none() | st.just(next(iter(heard)))),
        told=draw(st.sampled_from(["", TOLD, TOLD * 3])),
        overlay=draw(st.sampled_from([None, ScreenPage.CONFIRM])),
        notice=draw(st.sampled_from(["", "a notice that is much too long for any line of a small screen " * 3])),
    )


@given(views(), st.integers(20, 140), st.integers(10, 50))
@settings(max_examples=60, deadline=None)
def test_the_list_fits_any_screen_and_never_shows_an_id(shown: View, columns: int, rows: int) -> None:
    """No line is wider than the screen, none is lost below it, and the cursor is always in sight."""
    lines = text(paint_list(shown, columns, rows))

    assert len(lines) == rows
    assert all(get_cwidth(line) <= columns for line in lines)
    assert not any("g7-" in line for line in lines)
    if shown.overlay is None:
        assert sum(line.startswith("»") for line in lines) == 1


@given(views(), st.integers(20, 140), st.integers(10, 50))
@settings(max_examples=40, deadline=None)
def test_a_pair_fits_any_screen(shown: View, columns: int, rows: int) -> None:
    """Both candidates are in sight, with at least the chosen song."""
    ids = shown.draft.ids
    lines = text(paint_pairs(shown, Question(ids[0], ids[-1]), columns, rows))

    assert len(lines) == rows
    assert all(get_cwidth(line) <= columns for line in lines)
    assert not any("g7-" in line for line in lines)
    assert sum("── " in line[:6] for line in lines) == 2


@pytest.mark.parametrize("rows", [10, 24, 40])
def test_the_help_fits(rows: int) -> None:
    """With 24 rows, every key is in sight."""
    lines = text(paint_help(view(), 80, rows))

    assert len(lines) == rows
    assert max(map(get_cwidth, lines)) <= 80
    if rows >= 24:
        assert any("ctrl c" in line for line in lines)


def test_ties_ranks_and_rejections_are_seen_at_a_glance() -> None:
    """Tied rows share a bracket, the rejected stand below a line."""
    c = {each.letter: each.id for each in candidates(6)}
    shown = view(Ballot(((c["C"],), (c["A"], c["D"], c["E"]), (c["B"],)), (c["F"],)), count=6, cursor=c["B"])

    assert [line[:11].rstrip() for line in text(paint_list(shown, 80, 24))[3:10]] == [
        "      1  C",
        "  ╭   2  A",
        "  │   =  D",
        "  ╰   =  E",
        "»     5  B",
        "  ── reject",
        "      ✗  F",
    ]


def test_a_row_tells_the_facts_of_all_songs() -> None:
    """Means of lengths, the whole range, the longest copied passage."""
    row = text(paint_list(view(), 80, 24))[3]

    assert " ".join(row.split()) == "» ╭ 1 A 500 1:42 C2–A♯5 12 % 9 2/2 1.2 ○ ○"


def test_heard_and_playing_songs_are_marked() -> None:
    """A dot is filled once a song was played, and a note while it sounds."""
    a = candidates(5)[0].id
    shown = view(heard=frozenset({(a, 1), (a, 2)}), playing=(a, 2))
    lines = text(paint_list(shown, 80, 24))

    assert lines[3].endswith("● ♪ ")
    assert lines[-2] == " ♪ A, song 2  /run/listening/A-song-2.ogg"


def test_favourites_are_seen_in_the_list_and_the_rank_that_they_give() -> None:
    """A heart in place of the song's dot and beside its number; of those tied, who has one ranks better."""
    a, b, c = (each.id for each in candidates(3))
    shown = view(Ballot(((a, b, c),), (), ((b, 2),)), count=3, cursor=b, heard=frozenset({(b, 1)}))
    lines = text(paint_list(shown, 90, 24))

    assert [line[:10] for line in lines[3:6]] == ["  ╭   2  A", "» │   1  B", "  ╰   2  C"]
    assert lines[4].endswith("● ♥ ")
    assert [line[:8] for line in lines if "notes, " in line] == [" ▸ 1  50", "   2♥ 50"]
    assert lines[-1] == ("⇧↑↓ move  = tie  x reject  space play  r roll  f ♥  u undo  enter done  q later  ? help")
    assert "f ♥" in text(paint_list(shown, 80, 24))[-1]
    assert text(paint_list(replace(shown, playing=(b, 2)), 90, 24))[4].endswith("● ♪ ")


def test_favourites_are_seen_in_the_pairs_and_over_the_roll() -> None:
    """Where songs are compared, and where one is looked at."""
    a, b = (each.id for each in candidates(2))
    shown = view(Ballot(((a, b),), (), ((a, 2),)), count=2, cursor=a, number=2)

    pairs = text(paint_pairs(shown, Question(a, b), 80, 24))
    assert [line[:5] for line in pairs if "notes, " in line] == ["   1 ", " ▸ 2♥", "   1 ", "   2 "]
    assert pairs[-1] == "↑↓ choose  enter it is better  = equal  space play  f ♥  u undo  q later  ? help"
    roll = text(paint_preview(replace(shown, overlay=ScreenPage.PREVIEW), 80, 24))
    assert roll[0] == "? A, song 2 ♥"
    assert text(paint_preview(replace(shown, overlay=ScreenPage.PREVIEW, number=1), 80, 24))[0] == "? A, song 1"
    assert "f ♥" in roll[-1]


@pytest.mark.parametrize(
    ("favourites", "words"),
    [
        ("C2", "C is best, then A and B tied. D is rejected. You love song 2 of C."),
        ("B1 B3", "C is best, then B, then A. D is rejected. You love songs 1 and 3 of B."),
        ("A1 B1", "C is best, then A and B tied. D is rejected. You love song 1 of A and song 1 of B."),
        ("C2 B1 B3 D1", "C is best, then B, then A. D is rejected. "
         "You love song 2 of C, songs 1 and 3 of B and song 1 of D."),
    ],
)  # fmt: skip
def test_favourites_are_said_in_words(favourites: str, words: str) -> None:
    """Which songs of whom, and what they say of a tie."""
    loved = tuple((each[0], int(each[1])) for each in favourites.split())

    assert in_words(Ballot((("C",), ("A", "B")), ("D",), loved), {each: each for each in "ABCD"}, "song") == words


@pytest.mark.parametrize(
    ("tiers", "rejected", "words"),
    [
        (("C", "AB", "D"), "E", "C is best, then A and B tied, then D. E is rejected."),
        (("CAB", "D"), "EF", "C, A and B are tied for best, then D. E and F are rejected."),
        (("AB",), "", "A and B are all tied."),
        (("A",), "BC", "A is the only one. B and C are rejected."),
        ((), "AB", "A and B are rejected."),
    ],
)
def test_an_order_is_said_in_words(tiers: tuple[str, ...], rejected: str, words: str) -> None:
    """As one would say it aloud."""
    ballot = Ballot(tuple(tuple(tier) for tier in tiers), tuple(rejected))

    assert in_words(ballot, {each: each for each in ballot.ids}, "song") == words


def test_a_long_path_keeps_its_end() -> None:
    """The file's name tells most."""
    assert tail("/home/anna/A-song-1.ogg", 13) == "…A-song-1.ogg"
    assert tail("short.ogg", 13) == "short.ogg"


def test_a_row_of_five_songs_is_seen_whole_on_a_small_screen() -> None:
    """With 80 columns nothing of the facts or of the songs' dots is cut."""
    row = text(paint_list(view(songs=5), 80, 24))[3]

    assert "…" not in row
    assert row.rstrip().endswith("○ ○ ○ ○ ○")


def test_the_dots_of_more_songs_move_together() -> None:
    """So that each is seen also on a small screen."""
    row = text(paint_list(view(songs=11), 80, 24))[3]

    assert row.endswith("○" * 11)


def test_what_is_cut_of_the_chosen_song_s_line_follows_below_it() -> None:
    """In whole phrases; where the line fits, nothing follows."""
    narrow, wide = (text(paint_list(view(), columns, 24)) for columns in (80, 120))

    at = next(number for number, line in enumerate(narrow) if line.startswith(" ▸ 1"))
    assert narrow[at].endswith("…")
    assert narrow[at + 1] == "      copied ≤ 9 notes (bwv66.6)"
    assert sum("bwv66.6" in line for line in wide) == 2


def test_stuck_songs_are_counted_in_place_of_the_repetition() -> None:
    """A song that is stuck is what a listener wants to know first."""
    cast = candidates(1)
    stuck = replace(
        cast[0].samples[0], facts={**cast[0].samples[0].facts, "stuck": "one note, 40 times", "ended": False}
    )
    row = told(replace(cast[0], samples=(stuck, *cast[0].samples[1:])))

    assert (row["repeats"], row["ends"], row["unlike"]) == ("stuck 1", "1/2", "1.2")
    assert told(cast[0])["repeats"] == "12 %"


def test_facts_of_another_kind_are_told_by_their_names() -> None:
    """Songs of a run made otherwise have a line and a row all the same."""
    song = replace(candidates(1)[0].samples[0], facts={"brightness": 3, "mood_swings": 2})
    candidate = replace(candidates(1)[0], samples=(song,))

    assert PRESENTATION.describe(song.facts) == "brightness 3 · mood swings 2"
    assert set(told(candidate).values()) == {"–"}


def test_what_there_is_to_know_stands_below_the_title() -> None:
    """In one line where there are 80 columns, in two where there are fewer, in none where there are few rows."""
    lines = text(paint_list(view(told=TOLD.strip()), 80, 24))
    assert lines[1] == f"  {TOLD.strip()}"
    assert lines[2] == ""
    assert " ".join(line.strip() for line in text(paint_list(view(told=TOLD.strip()), 60, 24))[1:3]) == TOLD.strip()
    assert not any("differ" in line for line in text(paint_list(view(told=TOLD.strip()), 80, 14)))
