"""On a terminal that can do little, an order is typed, explained when wrong, and agreed to."""

from collections.abc import Callable, Iterator

from evolve.domains.music.presentation import PRESENTATION
from evolve.errors import RunError
from evolve.judging.draft import BallotDraft, Order
from evolve.judging.order import HEART, format_order
from evolve.judging.terminal.plain import judge_by_lines
from evolve.judging.terminal.view import View
from evolve.records.ballot import Ballot, Candidate
from tests.judging.terminal.pretending import MoreSongs, candidates

CAST = candidates(3)
LETTERS = {each.letter: each.id for each in CAST}


def listen(
    *typed: str,
    so_far: Ballot | None = None,
    heart: str = HEART,
    more: Callable[[str], Candidate | None] | None = None,
) -> tuple[str | None, list[str]]:
    """The order in letters, and all that was shown."""
    lines: Iterator[str] = iter(typed)
    shown: list[str] = []

    def read_line(question: str) -> str:
        shown.append(question)
        line = next(lines, None)
        if line is None:
            raise EOFError
        return f"{line}\n"

    draft = BallotDraft.begin([each.id for each in CAST])
    draft = draft.apply(Order(so_far, "list")) if so_far else draft
    view = View({each.id: each for each in CAST}, "generation 7", "", draft, PRESENTATION, cursor=CAST[0].id)
    ballot = judge_by_lines(view, more=more or MoreSongs(CAST), heart=heart, read_line=read_line, write=shown.append)
    return (None if ballot is None else format_order(ballot, LETTERS)), shown


def test_the_songs_and_their_files_are_shown_under_letters() -> None:
    """Facts and paths of each song, and never an id."""
    _, shown = listen()

    assert "  1  500 notes, ends by itself · 1:41 · C2–A♯5 · repeats 12 % · copied ≤ 9 notes (bwv66.6)" in shown
    assert "     /run/listening/B-song-2.ogg" in shown
    assert not any("g7-" in line for line in shown)


def test_an_order_is_agreed_to() -> None:
    """In words, before it counts."""
    order, shown = listen("c > a ! b", "")

    assert order == "C > A ! B"
    assert shown[-1] == "C is best, then A. B is rejected. Is this your order? (Y/n) "


def test_mistakes_are_explained_and_asked_again() -> None:
    """Until the order can be read and is agreed to."""
    order, shown = listen("c > z", "c > ...", "n", "b > ...", "yes")

    assert order == "B > A = C"
    assert 'no candidate is called "z"; allowed: A, B, C' in shown


def test_nothing_typed_or_the_end_of_input_means_later() -> None:
    """The listener comes back another time."""
    assert listen("")[0] is None
    assert listen()[0] is None
    assert listen("c > ...")[0] is None


def test_a_ballot_begun_before_is_called_to_mind() -> None:
    """It was made in the list, and is told as an order."""
    _, shown = listen(so_far=Ballot(((LETTERS["C"],), (LETTERS["A"], LETTERS["B"]))))

    assert "Your order so far: C > A = B" in shown


def test_a_song_is_loved_in_a_typed_order() -> None:
    """It is said in words, and a song that is not there is explained."""
    order, shown = listen("c+7 > ...", "c+2 > a = b", "")

    assert "C has no song 7; its songs are 1 and 2" in " ".join(shown).replace("c has", "C has")
    assert shown[-1] == "C is best, then A and B tied. You love song 2 of C. Is this your order? (Y/n) "
    assert order == "C♥2 > A = B"


def test_hearts_given_before_are_called_to_mind_and_kept() -> None:
    """Unless the order names hearts itself; without hearts in the terminal they are pluses."""
    so_far = Ballot((tuple(LETTERS.values()),), (), ((LETTERS["B"], 1),))

    assert "Your order so far: A = B+1 = C" in listen(so_far=so_far, heart="+")[1]
    assert listen("c > b > a", "", so_far=so_far)[0] == "C > B♥1 > A"
    assert listen("c+1 > b > a", "", so_far=so_far)[0] == "C♥1 > B > A"


def test_one_more_song_is_told_and_can_be_loved() -> None:
    """By a letter in either case; the others keep what they have."""
    order, shown = listen("more c", "c+3 > a+3 = b", "c+3 > a = b", "")

    at = shown.index("     /run/listening/C-song-3.ogg")
    assert shown[at - 1].startswith("  3  500 notes")
    assert any("a has no song 3; its songs are 1 and 2" in line for line in shown)
    assert order == "C♥3 > A = B"


def test_a_song_that_is_not_there_is_told_in_a_line() -> None:
    """No other song, no such candidate, an id, or a disk that has no room: the order is asked for again."""
    order, shown = listen("MORE  B", "more b", "more z", f"more {LETTERS['B']}", "more", "b > ...", "")

    assert "B has no more songs." in shown
    assert 'no candidate is called "z"; more wants a letter, as in: more C' in shown
    assert f'no candidate is called "{LETTERS["B"]}"; more wants a letter, as in: more C' in shown
    assert order == "B > A = C"

    def refuse(_: str) -> Candidate | None:
        raise RunError("the disk is full")

    order, shown = listen("more b", "b > ...", "", more=refuse)
    assert (order, "the disk is full" in shown) == ("B > A = C", True)
