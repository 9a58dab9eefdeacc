"""Keys do what the help page says, each step is saved, and the listener can leave at any time."""

from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from evolve.domains.music.presentation import PRESENTATION
from evolve.errors import RunError
from evolve.judging.draft import BallotDraft
from evolve.judging.order import format_order
from evolve.judging.pairwise import most_questions
from evolve.judging.player import Player
from evolve.judging.terminal.judge import judge
from evolve.judging.terminal.screen import Save
from evolve.judging.terminal.view import More
from evolve.presentation import Presentation
from evolve.records.ballot import Ballot, Candidate
from tests.judging.terminal.pretending import MoreSongs, candidates

UP, DOWN, SHIFT_UP, SHIFT_DOWN = "\x1b[A", "\x1b[B", "\x1b[1;2A", "\x1b[1;2B"
ALT_UP, CTRL_UP = "\x1b[1;3A", "\x1b[1;5A"
ENTER, CTRL_C, BACKSPACE = "\r", "\x03", "\x7f"

LIST, PAIRS, ORDER, LATER = ENTER, DOWN + ENTER, DOWN * 2 + ENTER, DOWN * 3 + ENTER
"""Keys that answer the first question of a fresh ballot."""

CAST = candidates(4)


class Listening:
    """One session of a listener who types these keys."""

    def __init__(
        self,
        keys: str,
        *,
        cast: tuple[Candidate, ...] = CAST,
        steps: list[dict[str, Any]] | None = None,
        save: Save | None = None,
        more: More | None = None,
        heard: tuple[tuple[str, int], ...] = (),
        presentation: Presentation = PRESENTATION,
    ) -> None:
        self.letters = {each.letter: each.id for each in cast}
        self.saved: list[list[dict[str, Any]]] = []
        self.player = SilentPlayer()
        self.told: list[tuple[str, int]] = []
        with create_pipe_input() as pipe:
            pipe.send_text(keys)
            made = judge(
                cast,
                steps or [],
                presentation,
                save=save or self.saved.append,
                generation=7,
                listener="anna",
                heard=heard,
                played=lambda name, number: self.told.append((name, number)),
                more=more or MoreSongs(cast),
                input=pipe,
                output=DummyOutput(),
                player=self.player,
            )
        self.ballot: Ballot | None = made[0] if made else None
        self.method = made[1] if made else ""

    @property
    def order(self) -> str | None:
        """The ballot in letters."""
        return None if self.ballot is None else format_order(self.ballot, self.letters)

    @property
    def kept(self) -> str:
        """What the saved steps lead to, in letters."""
        return format_order(BallotDraft.from_json(tuple(self.letters.values()), self.saved[-1]).ballot, self.letters)


class SilentPlayer(Player):
    """Remembers what it was asked to play; each song plays until it is stopped."""

    def __init__(self) -> None:
        super().__init__({})
        self.played: list[str] = []
        self.now: Path | None = None

    @property
    def playing(self) -> Path | None:
        """The song asked for last."""
        return self.now

    def play(self, path: Path) -> None:
        """Plays nothing."""
        self.played.append(path.name)
        self.now = path

    def stop(self) -> None:
        """Silence goes on."""
        self.now = None


@pytest.mark.parametrize(
    ("keys", "order"),
    [
        ("", "A = B = C = D"),
        ("jjK", "C > A = B = D"),
        (DOWN * 2 + SHIFT_UP, "C > A = B = D"),
        (DOWN * 2 + ALT_UP, "C > A = B = D"),
        (DOWN * 2 + CTRL_UP, "C > A = B = D"),
        ("J", "B = C = D > A"),
        (SHIFT_DOWN, "B = C = D > A"),
        ("GKgjjKjjK", "D > B > C > A"),
        ("G<", "D > A = B = C"),
        (">", "B = C = D > A"),
        ("jjt", "A = B = C = D"),
        ("KjKj=", "A > B = C > D"),
        ("jx", "A = C = D ! B"),
        ("jxx", "A = D ! B C"),
        ("jxGx", "A = C = D > B"),
        ("jjKu", "A = B = C = D"),
        ("jjKuU", "C > A = B = D"),
        ("jjKu\x12", "C > A = B = D"),
        ("uUttx", "B = C = D ! A"),
        ("?qjjK", "C > A = B = D"),
    ],
)
def test_keys_in_the_list(keys: str, order: str) -> None:
    """Moves, ties, rejections, undo and redo, by letters or arrows."""
    assert Listening(LIST + keys + ENTER + "y").order == order


@pytest.mark.parametrize(
    ("keys", "order"),
    [
        ("jf", "A = B♥1 = C = D"),
        ("j♥", "A = B♥1 = C = D"),
        ("jff", "A = B = C = D"),
        ("jlfhfjf", "A = B♥1♥2 = C♥1 = D"),
        ("jlfu", "A = B = C = D"),
        ("jlfuU", "A = B♥2 = C = D"),
        ("jlfxfK", "C♥2 > A = D ! B♥2"),
        ("jlfKGx", "B♥2 > A = C ! D"),
        ("jrlfr", "A = B♥2 = C = D"),
        ("rjfr", "A = B♥1 = C = D"),
    ],
)
def test_the_chosen_song_is_loved(keys: str, order: str) -> None:
    """In the list and over the roll, of the rejected too; pressed again, or undone, it is no longer."""
    assert Listening(f"{LIST}{keys}{ENTER}y").order == order


def test_every_heart_is_saved_and_a_later_sitting_goes_on() -> None:
    """As any other step."""
    first = Listening(f"{LIST}jlfq")
    assert first.saved == [[{"do": "heart", "id": CAST[1].id, "sample": 2}]]
    assert Listening(f"{LIST}{ENTER}y", steps=first.saved[-1]).order == "A = B♥2 = C = D"


def test_what_is_played_is_told_once_each_time_and_nothing_else() -> None:
    """Also what was played before; not what there is none of, nor what is stopped or was played elsewhere."""
    told = Listening(f"{LIST}12j1 9 q", heard=((CAST[2].id, 1),)).told
    assert told == [(CAST[0].id, 1), (CAST[0].id, 2), (CAST[1].id, 1), (CAST[1].id, 1)]


def test_of_somebody_with_fewer_songs_the_last_is_chosen() -> None:
    """Whoever comes from another's third song is on one that is there."""
    cast = (candidates(2, songs=3)[0], candidates(2, songs=2)[1])

    heard = Listening(f"{LIST}lljf q", cast=cast)
    assert heard.saved == [[{"do": "heart", "id": cast[1].id, "sample": 2}]]
    assert heard.player.played == ["B-song-2.ogg"]


def test_hearts_given_among_pairs_stay_when_the_order_is_found() -> None:
    """They are the draft's, not the comparison's; undone with it, they stay as well."""
    answers = ENTER * most_questions(4)
    loved = Listening(f"{PAIRS}f{answers}{ENTER}y")
    assert loved.ballot is not None
    assert loved.ballot.favourites == ((CAST[0].id, 1),)
    assert len(loved.ballot.tiers) == 4
    assert Listening(f"{PAIRS}f===u={ENTER}y").order == "A♥1 = B = C = D"
    assert Listening(f"{PAIRS}===gjf{ENTER}y").order == "A = B♥1 = C = D"


def test_a_typed_order_keeps_the_hearts_so_far_unless_it_names_some() -> None:
    """Whoever loves a song in the list and then types an order loses no heart."""
    steps = [{"do": "heart", "id": CAST[1].id, "sample": 2}]

    assert Listening(f"{ORDER}c > b = a ! d{ENTER}", steps=steps).order == "C > B♥2 = A ! D"
    typed = Listening(f"{ORDER}c > b+1 = a♥2 ! d{ENTER}", steps=steps)
    assert (typed.order, typed.kept) == ("C > B♥1 = A♥2 ! D",) * 2
    assert Listening(f"{ORDER}c+7 > ...{BACKSPACE * 8}+1 > ...{ENTER}").order == "C♥1 > A = B = D"


def test_the_order_is_asked_about_before_it_counts() -> None:
    """A no goes back to the list; enter twice is a yes."""
    assert Listening(f"{LIST}jjK{ENTER}nK{ENTER}{ENTER}").order == "C > A = B = D"
    assert Listening(f"{LIST}{ENTER}njjK{ENTER}{ENTER}").order == "C > A = B = D"


def test_every_step_is_saved_and_a_later_sitting_goes_on() -> None:
    """Nothing done in the list is lost, however it ends, and it can still be undone."""
    first = Listening(LIST + "jjKGxq")
    assert first.ballot is None
    assert [len(steps) for steps in first.saved] == [1, 2]
    assert first.kept == "C > A = B ! D"

    second = Listening(f"{LIST}uK{ENTER}y", steps=first.saved[-1])
    assert second.order == "C > A = B = D"


@pytest.mark.parametrize("keys", [f"{LIST}jK", f"{LIST}jKGxu{ENTER}y", f"{PAIRS}{ENTER}{ENTER}", f"{ORDER}D > ...\r"])
def test_a_step_that_cannot_be_kept_ends_the_sitting(keys: str) -> None:
    """Whoever keeps the steps says why, whatever was typed in the meantime; the next session begins before it."""

    def refuse(_: list[dict[str, Any]]) -> None:
        raise RunError("the disk is full")

    with pytest.raises(RunError, match="the disk is full"):
        Listening(keys, save=refuse)


def test_steps_of_other_candidates_begin_a_fresh_ballot() -> None:
    """A draft that does not fit is laid aside."""
    assert Listening(f"{LIST}{ENTER}y", steps=[{"do": "up", "id": "g9-9"}]).order == "A = B = C = D"


@pytest.mark.parametrize("keys", [LATER, f"{LIST}q", f"{LIST}\x04", f"{PAIRS}q"])
def test_the_listener_may_come_back_later(keys: str) -> None:
    """From every page."""
    assert Listening(keys).ballot is None


@pytest.mark.parametrize("keys", [CTRL_C, LIST + CTRL_C, PAIRS + CTRL_C, f"{LIST}r{CTRL_C}", ORDER + CTRL_C])
def test_ctrl_c_interrupts_from_every_page(keys: str) -> None:
    """The command line ends with 130; what was done is saved already."""
    with pytest.raises(KeyboardInterrupt):
        Listening(keys)


def test_songs_are_played_by_number_and_by_the_space_bar() -> None:
    """A number plays that song; the space bar plays the chosen one, or stops it; leaving stops all."""
    listening = Listening(f"{LIST}2j  1{UP} q")

    assert listening.player.played == ["A-song-2.ogg", "B-song-2.ogg", "B-song-1.ogg", "A-song-1.ogg"]
    assert listening.player.playing is None


@pytest.mark.parametrize("key", ["m", "+"])
def test_one_more_song_is_the_chosen_one(key: str) -> None:
    """It plays by the space bar and by its number, and can be loved; the others keep what they have."""
    heard = Listening(f"{LIST}j{key} f3{ENTER}y")
    assert (heard.player.played, heard.order) == (["B-song-3.ogg"] * 2, "A = B♥3 = C = D")
    heard = Listening(f"{LIST}j{key}k fj3{ENTER}y")
    assert (heard.player.played, heard.order) == (["A-song-2.ogg", "B-song-3.ogg"], "A♥2 = B = C = D")


def test_one_more_song_can_be_had_of_a_pair() -> None:
    """Of the one under the cursor, without answering the question."""
    heard = Listening(f"{PAIRS}jm f==={ENTER}y")
    assert (heard.player.played, heard.order) == (["B-song-3.ogg"], "A = B♥3 = C = D")


@pytest.mark.parametrize("keys", ["rm", f"{ENTER}m", "?m"], ids=["roll", "confirm", "help"])
def test_no_song_is_asked_for_over_another_page(keys: str) -> None:
    """The key takes the page away, as any other."""
    asked: list[str] = []

    def more(name: str) -> None:
        asked.append(name)

    assert Listening(f"{LIST}{keys}jf{ENTER}y", more=more).order == "A = B♥1 = C = D"
    assert asked == []


def test_when_there_are_no_more_songs_all_stays_as_it_is() -> None:
    """Also where the last one is asked for again and again."""
    assert Listening(f"{LIST}lmmmm f{ENTER}y").player.played == ["A-song-3.ogg"]
    heard = Listening(f"{LIST}lm f{ENTER}y", more=lambda _: None)
    assert (heard.player.played, heard.order) == (["A-song-2.ogg"], "A♥2 = B = C = D")


def test_a_song_that_cannot_be_had_ends_nothing() -> None:
    """The steps before and after it count."""

    def refuse(_: str) -> Candidate | None:
        raise RunError("the disk is full")

    assert Listening(f"{LIST}fm lf{ENTER}y", more=refuse).order == "A♥1♥2 = B = C = D"


def test_a_number_without_a_song_plays_nothing() -> None:
    """Neither beyond the songs of all nor beyond those of this one, while another plays on to its end."""
    cast = (candidates(2, songs=2)[0], candidates(2, songs=1)[1])
    heard = Listening(f"{LIST}19j2q", cast=cast)
    assert heard.player.played == ["A-song-1.ogg"]


def test_pairs_lead_to_the_ballot_and_can_be_left_and_undone() -> None:
    """Answers are kept, the last page lets the listener change the order found, and ties count."""
    first = Listening(f"{PAIRS}{ENTER}q")
    assert [step["do"] for step in first.saved[-1]] == ["answer"]

    # The first question of the second session is already the method begun before.
    keys = f"{ENTER}u{ENTER}" + ENTER * (most_questions(4) - 1)
    second = Listening(keys + ENTER + "y", steps=first.saved[-1])
    assert second.ballot is not None
    assert len(second.ballot.tiers) == 4
    assert second.method == "pairs"

    all_tied = Listening(f"{PAIRS}==={ENTER}y")
    assert all_tied.order == "A = B = C = D"


def test_undo_after_the_last_pair_asks_it_again() -> None:
    """The order found goes with the answer that settled it."""
    assert Listening(f"{PAIRS}===u={ENTER}y").order == "A = B = C = D"
    assert len(Listening(f"{PAIRS}===uq").saved[-1]) == 2


def test_an_order_can_be_typed() -> None:
    """A mistake is explained and can be mended; nothing typed goes back to the first question."""
    typed = Listening(f"{ORDER}c > a = b ! d{ENTER}")
    assert (typed.order, typed.method) == ("C > A = B ! D", "order")
    assert Listening(f"{ORDER}c > a{ENTER} > ...{ENTER}").order == "C > A > B = D"
    assert Listening(f"{ORDER}{ENTER}{LATER}").ballot is None


def test_one_candidate_alone_can_be_judged() -> None:
    """Nothing to order, but to accept or reject."""
    alone = candidates(1)

    assert Listening(f"{LIST}KJ=u{ENTER}y", cast=alone).order == "A"
    assert Listening(f"{LIST}x{ENTER}y", cast=alone).order == "! A"
    assert Listening(f"{PAIRS}{ENTER}y", cast=alone).order == "A"
